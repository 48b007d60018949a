import { describe, expect, it } from 'vitest';

import { Teller } from '../../../src/agents/claude-code/teller.ts';
import { silentLog } from '../../../src/base/log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

/** A teller whose listener has a disk that may refuse to be flushed. Everything that happens is a line of `story`. */
function world() {
  const clock = new ManualClock();
  const story: string[] = [];
  const disk = { isBroken: false };
  const listener = {
    onEvent: ({ kind }: { readonly kind: string }) => void story.push(`told ${kind}`),
    flush: () => {
      if (disk.isBroken) throw new Error('the disk is broken');
      story.push('flushed');
    },
  };
  const forget = (ids: readonly string[]): void => void story.push(`forgot ${ids.join(' ')}`);
  const teller = new Teller({ listener, forget, clock, log: silentLog });
  return { teller, clock, story, disk };
}

const died = { kind: 'died', exitCode: 1, lastLines: '', asked: false } as const;

describe('what follows a told event', () => {
  it('I1: is done once the event is on the disk: its sources go, and what is noted of it is written', () => {
    const { teller, story } = world();
    teller.tell(died, ['a', 'b']);
    teller.then(() => story.push('noted'));
    expect(story).toEqual(['told died', 'flushed', 'forgot a b', 'flushed', 'noted']);
  });

  it('I1: waits while the disk refuses, and with it everything behind it; nothing is told twice', async () => {
    const { teller, story, disk, clock } = world();
    disk.isBroken = true;
    teller.tell(died, ['a']);
    teller.tell(died);
    expect(story).toEqual(['told died']);
    disk.isBroken = false;
    await clock.advance(1000);
    expect(story).toEqual(['told died', 'flushed', 'forgot a', 'told died']);
  });
});
