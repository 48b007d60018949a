import { beforeEach, describe, expect, it } from 'vitest';

import { withProgress } from '../../src/cli/progress.ts';
import type { ProgressOptions } from '../../src/cli/progress.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const clear = '\r\u001b[K';

let clock: ManualClock;
let written: string[];

beforeEach(() => {
  clock = new ManualClock();
  written = [];
});

function options(more: Partial<ProgressOptions> = {}): ProgressOptions {
  const stream = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
  return { stream, clock, ...more };
}

/** Runs for so long, saying words on the way. */
function work(ms: number, words = '') {
  return withProgress('Starting the bridge', options(), async (say) => {
    if (words !== '') say(words);
    await clock.sleep(ms);
    return 'result';
  });
}

describe('withProgress', () => {
  it('says nothing about what is done within a second', async () => {
    const done = work(900);
    await clock.advance(900);
    expect(await done).toBe('result');
    expect(written).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('then says in one line, rewritten in place, what it waits for; and takes it away', async () => {
    const done = work(2600, 'waiting for the chat');
    await clock.advance(2600);
    expect(await done).toBe('result');
    expect(written[0]).toBe(`${clear}Starting the bridge: waiting for the chat ... 1 s`);
    expect(written.at(-2)).toBe(`${clear}Starting the bridge: waiting for the chat ... 2 s`);
    expect(written.at(-1)).toBe(clear);
    expect(written.join('')).not.toContain('\n');
    expect(clock.pending).toBe(0);
  });

  it('takes the line away when the work fails', async () => {
    const failed = withProgress('Stopping', options(), async () => {
      await clock.sleep(1500);
      throw new Error('no luck');
    });
    const outcome = expect(failed).rejects.toThrow('no luck');
    await clock.advance(1500);
    await outcome;
    expect(written.at(-1)).toBe(clear);
    expect(clock.pending).toBe(0);
  });

  it('asks what is being waited for, and keeps what it knew when nobody can tell', async () => {
    let asked = 0;
    const look = async (): Promise<string> => {
      asked += 1;
      if (asked > 1) throw new Error('gone');
      return 'agent of session 2';
    };
    const done = withProgress('Starting', options({ look }), () => clock.sleep(4100));
    await clock.advance(4100);
    await done;
    expect(asked).toBeGreaterThan(1);
    expect(written.at(-2)).toBe(`${clear}Starting: agent of session 2 ... 4 s`);
  });

  it('fits the terminal, and lets nothing through that could steer it', async () => {
    const done = work(1000, `\u001b[2J${'x'.repeat(100)}`);
    await clock.advance(1000);
    await done;
    expect(written[0]).toBe(`${clear}${'Starting the bridge: \u{fffd}[2J'.padEnd(58, 'x')}…`);
  });

  it('says it on a terminal that does not know its size', async () => {
    const stream = { isTTY: true, columns: 0, write: (text: string) => written.push(text) };
    const done = withProgress('Starting', options({ stream }), () => clock.sleep(1000));
    await clock.advance(1000);
    await done;
    expect(written[0]).toBe(`${clear}Starting ... 1 s`);
  });

  it('is silent where there is no terminal, or one that cannot go back', async () => {
    const stream = { write: (text: string) => written.push(text) };
    for (const more of [{ stream }, { dumb: true }]) {
      const done = withProgress('Starting', options(more), () => clock.sleep(5000));
      await clock.advance(5000);
      await done;
    }
    expect(written).toEqual([]);
  });
});
