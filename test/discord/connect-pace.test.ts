import { describe, expect, it } from 'vitest';

import { ConnectPace } from '../../src/discord/connect-pace.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function setUp(random = 0): { clock: ManualClock; pace: ConnectPace; waits: number[]; closing: AbortController } {
  const clock = new ManualClock();
  const waits: number[] = [];
  const pace = new ConnectPace({ clock, onWaiting: (_failures, delayMs) => waits.push(delayMs), random: () => random });
  return { clock, pace, waits, closing: new AbortController() };
}

describe('ConnectPace', () => {
  it('waits longer after each failure, up to a minute', async () => {
    const { clock, pace, waits, closing } = setUp();
    for (let tries = 0; tries < 9; tries += 1) {
      const next = pace.nextTry(closing.signal);
      await clock.advance(60_000);
      await next;
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('waits longer each time a connection breaks soon after it was made, from the fourth time on, up to 15 s', async () => {
    const { clock, pace, waits, closing } = setUp();
    for (let connections = 0; connections < 10; connections += 1) {
      const next = pace.nextTry(closing.signal);
      await clock.advance(waits.length > 0 || connections > 3 ? 15_000 : 0);
      await next;
      pace.succeeded();
      await clock.advance(1000);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  it('forgets early breaks after a connection that lasted a minute', async () => {
    const { clock, pace, waits, closing } = setUp();
    for (let connections = 0; connections < 5; connections += 1) {
      const next = pace.nextTry(closing.signal);
      await clock.advance(1000);
      await next;
      pace.succeeded();
    }
    expect(waits).toEqual([1000]);
    await clock.advance(60_000);
    for (let connections = 0; connections < 4; connections += 1) {
      await pace.nextTry(closing.signal);
      pace.succeeded();
    }
    expect(waits).toEqual([1000]);
  });

  it('begins again at once after a success', async () => {
    const { clock, pace, waits, closing } = setUp();
    await pace.nextTry(closing.signal);
    const second = pace.nextTry(closing.signal);
    await clock.advance(1000);
    await second;
    pace.succeeded();
    await pace.nextTry(closing.signal);
    expect(waits).toEqual([1000]);
  });

  it('spreads the tries of many', async () => {
    const { pace, waits, closing, clock } = setUp(0.5);
    await pace.nextTry(closing.signal);
    const second = pace.nextTry(closing.signal);
    await clock.advance(1000);
    await second;
    expect(waits).toEqual([850]);
  });

  it('lets nobody try after the end, and leaves no timer', async () => {
    const { clock, pace, closing } = setUp();
    await pace.nextTry(closing.signal);
    let tried = false;
    void pace.nextTry(closing.signal).then(() => {
      tried = true;
    });
    expect(clock.pending).toBe(1);
    closing.abort();
    void pace.nextTry(closing.signal).then(() => {
      tried = true;
    });
    await clock.advance(120_000);
    expect(tried).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
