import { expect, it } from 'vitest';

import { ManualClock } from './manual-clock.ts';

it('runs due timers in order, each at its own time', async () => {
  const clock = new ManualClock();
  const ran: string[] = [];
  clock.after(30, () => ran.push(`c ${clock.monotonic()}`));
  clock.after(10, () => ran.push(`a ${clock.monotonic()}`));
  clock.after(10, () => ran.push(`b ${clock.monotonic()}`));
  clock.after(31, () => ran.push('never'));
  await clock.advance(30);
  expect(ran).toEqual(['a 10', 'b 10', 'c 30']);
  expect(clock.pending).toBe(1);
});

it('meets timers that are set in answer to others', async () => {
  const clock = new ManualClock();
  const times: number[] = [];
  const loop = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.sleep(10);
      await Promise.resolve();
      times.push(clock.monotonic());
    }
  };
  const done = loop();
  await clock.advance(100);
  await done;
  expect(times).toEqual([10, 20, 30]);
});

it('repeats until it is stopped', async () => {
  const clock = new ManualClock();
  let count = 0;
  const stop = clock.every(10, () => (count += 1));
  await clock.advance(35);
  expect(count).toBe(3);
  stop();
  await clock.advance(100);
  expect(count).toBe(3);
});

it('starts at a known wall time, which may jump without any timer noticing', async () => {
  const clock = new ManualClock();
  expect(new Date(clock.now()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  let ran = false;
  clock.after(1000, () => (ran = true));
  clock.jump(3_600_000);
  await clock.advance(0);
  expect(ran).toBe(false);
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1, 1));
  expect(clock.monotonic()).toBe(0);
  clock.jump(-7_200_000);
  await clock.advance(1000);
  expect(ran).toBe(true);
});

it('passes on what a timer throws', async () => {
  const clock = new ManualClock();
  clock.after(1, () => {
    throw new Error('from the timer');
  });
  await expect(clock.advance(1)).rejects.toThrow('from the timer');
});
