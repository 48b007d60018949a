import { describe, expect, it } from 'vitest';

import { judge } from './judge.ts';
import type { Quantity } from './measurement.ts';

const quick: Quantity = {
  name: 'quick',
  unit: 'ms',
  baseline: 'slow',
  goals: [
    { statistic: 'ratio', atMost: 0.5 },
    { statistic: 'p95', atMost: 2 },
  ],
};
const slow: Quantity = { name: 'slow', unit: 'ms' };

describe('judge', () => {
  it('compares medians and judges each goal by its own statistic', () => {
    const samples = new Map([
      ['quick', [1, 2, 3]],
      ['slow', [4, 4, 40]],
    ]);
    expect(judge([quick, slow], samples)).toEqual([
      {
        quantity: 'quick',
        unit: 'ms',
        ...{ n: 3, min: 1, median: 2, p95: 3, p99: 3, max: 3 },
        baseline: 'slow',
        ratio: 0.5,
        goals: [
          { statistic: 'ratio', atMost: 0.5, met: true },
          { statistic: 'p95', atMost: 2, met: false },
        ],
      },
      { quantity: 'slow', unit: 'ms', ...{ n: 3, min: 4, median: 4, p95: 40, p99: 40, max: 40 }, goals: [] },
    ]);
  });

  it('says which quantity has no sample, and which baseline is missing', () => {
    expect(() => judge([quick, slow], new Map([['quick', [1]]]))).toThrow('"slow" was never sampled');
    expect(() => judge([quick], new Map([['quick', [1]]]))).toThrow('the baseline "slow" is not a quantity');
  });

  it('refuses a goal for a ratio to nothing', () => {
    const lost: Quantity = { name: 'lost', unit: 'ms', goals: [{ statistic: 'ratio', atMost: 1 }] };
    expect(() => judge([lost], new Map([['lost', [1]]]))).toThrow('needs a baseline');
  });
});
