import { expect, it } from 'vitest';

import { RequestWindow } from '../../src/discord/request-window.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function world(perSecond: number | undefined) {
  const clock = new ManualClock();
  const window = new RequestWindow(clock, perSecond);
  const gone: { readonly who: number; readonly at: number }[] = [];
  const begin = clock.monotonic();
  const ask = async (who: number, signal?: AbortSignal): Promise<void> => {
    await window.turn(signal);
    gone.push({ who, at: clock.monotonic() - begin });
  };
  return { clock, gone, ask };
}

it('lets so many go at once, and never more in any second, in order', async () => {
  const { clock, gone, ask } = world(3);
  for (let who = 0; who < 8; who += 1) void ask(who);
  await clock.advance(400);
  void ask(8);
  await clock.advance(3_000);
  expect(gone.map(({ who }) => who)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(gone.map(({ at }) => at)).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000]);
  expect(clock.pending).toBe(0);
});

it('after a rest a second of requests may go again', async () => {
  const { clock, gone, ask } = world(2);
  void ask(0);
  await clock.advance(700);
  for (const who of [1, 2, 3]) void ask(who);
  await clock.advance(1_000);
  expect(gone.map(({ at }) => at)).toEqual([0, 700, 1_000, 1_700]);
});

it('a clock that is set back changes nothing', async () => {
  const { clock, gone, ask } = world(1);
  void ask(0);
  void ask(1);
  clock.jump(-3_600_000);
  void ask(2);
  await clock.advance(2_000);
  expect(gone).toHaveLength(3);
});

it('a wait can be ended, and a server without a limit is never waited for', async () => {
  const limited = world(1);
  const stop = new AbortController();
  void limited.ask(0);
  const second = limited.ask(1, stop.signal);
  stop.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  expect(limited.clock.pending).toBe(0);

  const { clock, gone, ask } = world(undefined);
  await Promise.all(Array.from({ length: 500 }, (_, who) => ask(who)));
  expect(gone).toHaveLength(500);
  expect(clock.pending).toBe(0);
});
