import { describe, expect, it } from 'vitest';

import type { Row } from './judge.ts';
import { showValue, tableLines } from './table.ts';

const row: Row = {
  quantity: 'short',
  unit: 'ms',
  ...{ n: 48, min: 1, median: 123.4, p95: 1234.5, p99: 1234.5, max: 1234.5 },
  baseline: 'node -e 0',
  ratio: 0.456,
  goals: [{ statistic: 'ratio', atMost: 0.5, met: true }],
};
const baseline: Row = { ...row, quantity: 'node -e 0', goals: [], n: 5 };

describe('the table', () => {
  it('aligns words at the left and numbers at the right', () => {
    const { ratio: _ratio, ...plain } = baseline;
    expect(tableLines([row, plain])).toEqual([
      '            n  median      p95      p99      min  ratio  goal          met',
      'short      48  123 ms  1235 ms  1235 ms  1.00 ms   0.46  ratio <= 0.5  yes',
      'node -e 0   5  123 ms  1235 ms  1235 ms  1.00 ms',
    ]);
  });

  it('shouts when one of several goals is missed', () => {
    const goals = [
      { statistic: 'median', atMost: 40, met: true },
      { statistic: 'max', atMost: 12.5, met: false },
    ] as const;
    expect(tableLines([{ ...row, goals }])[1]).toMatch(/median <= 40 ms, max <= 12.5 ms\s+NO$/);
  });

  it.each([
    [0.123, 'ms', '0.12 ms'],
    [12.34, 'MB', '12.3 MB'],
    [-123.4, 'kB', '-123 kB'],
    [3, 'count', '3'],
    [2.5, 'count', '2.50'],
    [1.5, '%', '1.50 %'],
  ] as const)('shows %s %s with the digits it deserves', (value, unit, text) => {
    expect(showValue(value, unit)).toBe(text);
  });
});
