import { describe, expect, it } from 'vitest';

import { median, percentile, summarise } from './statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('percentile', () => {
  it.each([
    [hundred, 95, 95],
    [hundred, 99, 99],
    [hundred, 100, 100],
    [hundred, 0.5, 1],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 95, 10],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9],
    [[7], 99, 7],
  ])('is a value that was measured (%#)', (sorted, percent, expected) => {
    expect(percentile(sorted, percent)).toBe(expected);
  });

  it.each([0, -1, 101, Number.NaN])('refuses %s percent', (percent) => {
    expect(() => percentile(hundred, percent)).toThrow(RangeError);
  });

  it('refuses no samples', () => {
    expect(() => percentile([], 95)).toThrow(RangeError);
  });
});

describe('median', () => {
  it('is the middle sample, or the mean of two', () => {
    expect(median([1, 2, 9])).toBe(2);
    expect(median([1, 2, 4, 9])).toBe(3);
    expect(median([5])).toBe(5);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('summarise', () => {
  it('takes samples in any order and leaves them alone', () => {
    const samples = [10, 9, 100, 1];
    expect(summarise(samples)).toEqual({ n: 4, min: 1, median: 9.5, p95: 100, p99: 100, max: 100 });
    expect(samples).toEqual([10, 9, 100, 1]);
  });

  it('refuses what is no sample', () => {
    expect(() => summarise([1, Number.NaN])).toThrow('NaN is not a sample');
    expect(() => summarise([Number.POSITIVE_INFINITY])).toThrow(RangeError);
    expect(() => summarise([])).toThrow(RangeError);
  });
});
