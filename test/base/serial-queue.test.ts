import { expect, it } from 'vitest';

import { SerialQueue } from '../../src/base/serial-queue.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

it('runs one task at a time, in order', async () => {
  const clock = new ManualClock();
  const queue = new SerialQueue();
  const seen: string[] = [];
  const task = (name: string, ms: number) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await clock.sleep(ms);
    seen.push(`${name} ends`);
    return name;
  };
  const results = Promise.all([queue.run(task('a', 30)), queue.run(task('b', 1)), queue.run(() => 'c')]);
  await clock.advance(100);
  expect(await results).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('goes on after a failure, and gives the failure to who asked', async () => {
  const queue = new SerialQueue();
  const failed = queue.run(() => {
    throw new Error('no');
  });
  const next = queue.run(() => 'yes');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

it('is idle when everything added so far has ended', async () => {
  const clock = new ManualClock();
  const queue = new SerialQueue();
  await queue.idle();
  let ended = false;
  const run = queue.run(() => clock.sleep(10)).then(() => (ended = true));
  const idle = queue.idle().then(() => ended);
  await clock.advance(10);
  await run;
  expect(await idle).toBe(true);
});
