import { describe, expect, it } from 'vitest';

import { Pace } from '../../../src/bridge/outbound/delivery-pace.ts';
import type { RequestKind } from '../../../src/bridge/outbound/delivery-pace.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

function world(requestsPerSecond: number | undefined) {
  const clock = new ManualClock();
  const pace = new Pace({ clock, requestsPerSecond });
  const stop = new AbortController();
  const gone: { readonly who: string; readonly at: number; readonly mayGo: boolean }[] = [];
  const ask = (kind: RequestKind, who: string = kind, signal = stop.signal): void => {
    void pace.turn(kind, signal).then((mayGo) => gone.push({ who, at: clock.monotonic(), mayGo }));
  };
  /** Takes everything that may go after a rest. */
  const exhaust = async (): Promise<void> => {
    for (let index = 0; index < 5; index += 1) ask('text', 'burst');
    await clock.advance(0);
    gone.length = 0;
  };
  return { clock, pace, stop, gone, ask, exhaust };
}

describe('Pace', () => {
  it('a server that needs no sparing is never waited for', async () => {
    const { ask, gone, clock } = world(undefined);
    for (let index = 0; index < 1_000; index += 1) ask('edit');
    await clock.advance(0);
    expect(gone).toHaveLength(1_000);
    expect(clock.pending).toBe(0);
  });

  it('spares a turn only while nobody waits for one', async () => {
    const { pace, ask, clock } = world(50);
    expect(Array.from({ length: 6 }, () => pace.spare())).toEqual([true, true, true, true, true, false]);
    await clock.advance(20);
    expect([pace.spare(), pace.spare()]).toEqual([true, false]);
    ask('edit');
    ask('edit');
    await clock.advance(30);
    expect(pace.spare()).toBe(false);
    await clock.advance(100);
    expect(pace.spare()).toBe(true);
    expect(world(undefined).pace.spare()).toBe(true);
  });

  it('keeps to the rate: after a burst of five, one for each share of a second, and leaves no timer', async () => {
    const { ask, gone, clock } = world(50);
    for (let index = 0; index < 105; index += 1) ask('text');
    await clock.advance(0);
    expect(gone).toHaveLength(5);
    await clock.advance(1_000);
    expect(gone).toHaveLength(55);
    await clock.advance(1_000);
    expect(gone).toHaveLength(105);
    expect(clock.pending).toBe(0);
  });

  it('loses nothing of a rate that is no whole number of milliseconds: 48 a second are 480 in ten', async () => {
    const { ask, gone, clock, exhaust } = world(48);
    await exhaust();
    for (let index = 0; index < 600; index += 1) ask('text');
    await clock.advance(10_000);
    expect(gone.length).toBeGreaterThanOrEqual(478);
    expect(gone.length).toBeLessThanOrEqual(480);
  });

  it('the most urgent goes first, whoever asked when', async () => {
    const { ask, gone, clock, exhaust } = world(10);
    await exhaust();
    for (const kind of ['edit', 'reaction', 'text', 'history', 'interaction'] as const) ask(kind);
    await clock.advance(1_000);
    expect(gone.map(({ who }) => who)).toEqual(['interaction', 'history', 'text', 'reaction', 'edit']);
  });

  it('is fair: of those who ask for the same, whoever has waited longest', async () => {
    const { pace, stop, clock, exhaust } = world(10);
    await exhaust();
    const order: string[] = [];
    const channel = async (name: string): Promise<void> => {
      for (let index = 0; index < 3; index += 1) {
        await pace.turn('text', stop.signal);
        order.push(name);
      }
    };
    for (const name of ['a', 'b', 'c']) void channel(name);
    await clock.advance(2_000);
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('whoever stops waiting is told so, costs nothing, and leaves no timer', async () => {
    const { ask, gone, clock, exhaust } = world(10);
    await exhaust();
    const mine = new AbortController();
    ask('text', 'mine', mine.signal);
    ask('text', 'other');
    mine.abort();
    await clock.advance(100);
    expect(gone.map(({ who, mayGo }) => [who, mayGo])).toEqual([
      ['mine', false],
      ['other', true],
    ]);
    ask('text', 'too late', mine.signal);
    await clock.advance(0);
    expect(gone.at(-1)).toMatchObject({ who: 'too late', mayGo: false });
    expect(clock.pending).toBe(0);
  });

  it('a wall clock that jumps changes nothing', async () => {
    const { ask, gone, clock, exhaust } = world(10);
    await exhaust();
    for (let index = 0; index < 5; index += 1) ask('text');
    clock.jump(-3_600_000);
    await clock.advance(200);
    clock.jump(7_200_000);
    await clock.advance(300);
    expect(gone).toHaveLength(5);
  });
});
