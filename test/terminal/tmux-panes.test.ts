import { describe, expect, it } from 'vitest';

import { silentLog } from '../../src/base/log.ts';
import { paneLabel } from '../../src/terminal/tmux-commands.ts';
import type { TmuxCommand } from '../../src/terminal/tmux-commands.ts';
import type { TmuxReply } from '../../src/terminal/tmux-connection.ts';
import { TmuxPanes } from '../../src/terminal/tmux-panes.ts';

/** A tmux that answers when it is told to, and remembers what it was asked. */
class HandTmux {
  readonly asked: TmuxCommand[] = [];
  epoch: number | undefined = 1;
  readonly #waiting: ((reply: TmuxReply) => void)[] = [];

  run(commands: readonly TmuxCommand[]): Promise<TmuxReply> {
    this.asked.push(...commands);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Answers the oldest question. */
  async answer(output: string): Promise<void> {
    await this.reply({ kind: 'done', output });
  }

  async reply(reply: TmuxReply): Promise<void> {
    this.#waiting.shift()?.(reply);
    await soon();
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pane = (name: string, number: number): string =>
  `$${number} %${number} ${number} 0 120x40 ${name}:/bin/sh ${paneLabel(name, 120, 40)} /x`;

function make(): { tmux: HandTmux; panes: TmuxPanes } {
  const tmux = new HandTmux();
  return { tmux, panes: new TmuxPanes({ connection: tmux, log: silentLog }) };
}

describe('TmuxPanes', () => {
  it('asks once for all who come while it asks, and never gives an answer that was asked for earlier', async () => {
    const { tmux, panes } = make();
    const first = panes.list();
    await soon();
    const later = [panes.list(), panes.find('two'), panes.list()];
    await soon();
    expect(tmux.asked).toHaveLength(1);
    await tmux.answer(pane('one', 1));
    expect((await first).map(({ name }) => name)).toEqual(['one']);
    expect(tmux.asked).toHaveLength(2);
    await tmux.answer(`${pane('one', 1)}\n${pane('two', 2)}`);
    expect((await later[0]) as object[]).toHaveLength(2);
    expect(await later[1]).toMatchObject({ name: 'two', paneId: '%2' });
    expect(tmux.asked).toHaveLength(2);
  });

  it('sees with one short question who is there, and gives sizes back', async () => {
    const { tmux, panes } = make();
    const list = panes.list();
    await soon();
    await tmux.answer(`${pane('one', 1)}\n${pane('two', 2)}`);
    await list;
    tmux.asked.length = 0;
    const look = panes.look();
    await tmux.answer('1 0 80x24\n2 1 80x24\n99 0 80x24');
    expect((await look)?.map(({ pid }) => pid)).toEqual([1, 2, 99]);
    // Somebody still looks at the second one, and the third is not ours.
    expect(tmux.asked.slice(1)).toEqual([
      ['resize-window', '-t', '%1', '-x', '120', '-y', '40'],
      ['set-option', '-w', '-u', '-t', '%1', 'window-size'],
    ]);
  });

  it('learns the panes of another server before it looks at them', async () => {
    const { tmux, panes } = make();
    panes.learn({ name: 'one', sessionId: '$1', paneId: '%1', pid: 1, viewers: 0, size: '120x40', madeWith: '120x40' });
    tmux.epoch = 2;
    const look = panes.look();
    await soon();
    await tmux.answer(pane('one', 7));
    expect((await look)?.map(({ pid }) => pid)).toEqual([7]);
    expect(await panes.find('one')).toMatchObject({ paneId: '%7' });
    expect(tmux.asked).toHaveLength(1);
  });

  it.each([
    ['there is no server', { kind: 'no-server' }],
    ['the server has no session', { kind: 'refused', message: 'no current target', before: 0 }],
  ] as const)('finds nothing where %s', async (_where, reply) => {
    const { tmux, panes } = make();
    const [list, look] = [panes.list(), panes.look()];
    await soon();
    await tmux.reply(reply);
    await tmux.reply(reply);
    expect([await list, await look]).toEqual([[], []]);
  });

  it('concludes nothing from a refusal for another reason', async () => {
    const { tmux, panes } = make();
    const look = panes.look();
    await soon();
    await tmux.reply({ kind: 'refused', message: 'something is wrong', before: 0 });
    expect(await look).toBeUndefined();
  });
});
