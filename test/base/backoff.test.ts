import { expect, it } from 'vitest';

import { backoffDelay } from '../../src/base/backoff.ts';

it('doubles up to the limit', () => {
  const delays = [0, 1, 2, 3, 4].map((attempt) => backoffDelay(attempt, { firstMs: 1000, maxMs: 5000 }));
  expect(delays).toEqual([1000, 2000, 4000, 5000, 5000]);
});

it('grows by another factor when asked', () => {
  expect(backoffDelay(2, { firstMs: 10, maxMs: 1e6, factor: 3 })).toBe(90);
});

it('stays at the limit however often it is asked', () => {
  expect(backoffDelay(5000, { firstMs: 1, maxMs: 60_000 })).toBe(60_000);
});

it('takes away a random part, never more than allowed', () => {
  const options = { firstMs: 1000, maxMs: 1000, jitter: 0.25 };
  expect(backoffDelay(0, options, () => 0)).toBe(1000);
  expect(backoffDelay(0, options, () => 0.5)).toBe(875);
  expect(backoffDelay(0, options, () => 0.999999)).toBe(750);
});
