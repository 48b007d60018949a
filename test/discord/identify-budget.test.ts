import { describe, expect, it } from 'vitest';

import { silentLog } from '../../src/base/log.ts';
import { IdentifyBudget } from '../../src/discord/identify-budget.ts';
import type { IdentifyMemory } from '../../src/discord/identify-budget.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { memoryOfIdentifies } from './local-world.ts';

const dayMs = 24 * 3600 * 1000;

interface Run {
  readonly budget: IdentifyBudget;
  readonly waits: number[];
  /** Whether a login is let through at once. */
  take(): Promise<boolean>;
}

/** One run of a daemon. */
function run(clock: ManualClock, memory: IdentifyMemory): Run {
  const waits: number[] = [];
  const onWaiting = (until: number): void => {
    waits.push(until - clock.now());
  };
  const budget = new IdentifyBudget({ clock, log: silentLog, memory, onWaiting });
  const take = async (): Promise<boolean> => {
    const ended = new AbortController();
    let taken = false;
    void budget.take(ended.signal).then(() => (taken = true));
    await clock.advance(0);
    ended.abort();
    return taken;
  };
  return { budget, waits, take };
}

/** A daemon that is started again and again and logs in as soon as it may. @returns the times of its logins. */
async function crashLoop(options: { everyMs: number; times: number }): Promise<number[]> {
  const clock = new ManualClock();
  const memory = memoryOfIdentifies();
  const logins: number[] = [];
  for (let start = 0; start < options.times; start += 1) {
    if (await run(clock, memory).take()) logins.push(clock.now());
    await clock.advance(options.everyMs);
  }
  return logins;
}

describe('IdentifyBudget', () => {
  it('lets 2000 restarts in a row log in some 120 times', async () => {
    const logins = await crashLoop({ everyMs: 1000, times: 2000 });
    expect(logins.length).toBeGreaterThan(100);
    expect(logins.length).toBeLessThanOrEqual(125);
    const gaps = logins.slice(1).map((at, index) => at - logins[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
  });

  it('never lets more than 964 logins into any 24 hours, nor one wait longer than 100 s', async () => {
    const logins = await crashLoop({ everyMs: 30_000, times: (3 * dayMs) / 30_000 });
    for (const [index, from] of logins.entries()) {
      expect(logins.slice(index).filter((at) => at < from + dayMs).length).toBeLessThanOrEqual(964);
    }
    const gaps = logins.slice(1).map((at, index) => at - logins[index]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(120_000);
  }, 30_000);

  it('lets one through at once after a long peace, and the next after 5 s without a word', async () => {
    const clock = new ManualClock();
    const { take, waits, budget } = run(clock, memoryOfIdentifies());
    expect(await take()).toBe(true);
    expect(await take()).toBe(false);
    let next = false;
    void budget.take(new AbortController().signal).then(() => (next = true));
    await clock.advance(4999);
    expect(next).toBe(false);
    await clock.advance(1);
    expect(next).toBe(true);
    expect(waits).toEqual([]);
  });

  it('says when it goes on', async () => {
    const clock = new ManualClock();
    const { take, waits } = run(clock, memoryOfIdentifies());
    for (let login = 0; login < 200; login += 1) {
      await take();
      await clock.advance(5000);
    }
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100_000);
  });

  it('waits as long as the server says when none is left, over restarts, and spreads the last ones', async () => {
    const clock = new ManualClock();
    const memory = memoryOfIdentifies();
    const first = run(clock, memory);
    expect(await first.take()).toBe(true);
    first.budget.learn({ remaining: 0, resetAfterMs: 3_600_000 });
    await clock.advance(599_000);
    const second = run(clock, memory);
    expect(await second.take()).toBe(false);
    expect(second.waits).toEqual([3_001_000]);
    await clock.advance(3_000_999);
    expect(await run(clock, memory).take()).toBe(false);
    await clock.advance(1);
    const third = run(clock, memory);
    expect(await third.take()).toBe(true);
    third.budget.learn({ remaining: 10, resetAfterMs: 3_600_000 });
    await clock.advance(359_000);
    expect(await third.take()).toBe(false);
    expect(third.waits).toEqual([]); // 1 s is no news
    await clock.advance(1000);
    expect(await third.take()).toBe(true);
  });

  it('is not fooled into waiting for ever by a clock that jumps', async () => {
    const clock = new ManualClock();
    const memory = memoryOfIdentifies();
    const before = run(clock, memory);
    await before.take();
    before.budget.learn({ remaining: 0, resetAfterMs: dayMs });
    clock.jump(-400 * dayMs);
    await clock.advance(5000);
    expect(await run(clock, memory).take()).toBe(true);
  });

  it('begins anew when its memory is of no use, and counts on when it cannot be written', async () => {
    const clock = new ManualClock();
    expect(await run(clock, memoryOfIdentifies('{"left": "many"}')).take()).toBe(true);
    const full: IdentifyMemory = {
      read: () => undefined,
      write: () => {
        throw new Error('no space left on device');
      },
    };
    const { take } = run(clock, full);
    expect([await take(), await take()]).toEqual([true, false]);
  });
});
