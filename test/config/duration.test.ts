import { describe, expect, it } from 'vitest';

import { formatDuration, parseDuration } from '../../src/config/duration.ts';

describe('durations', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['90s', 90_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
    [' 6 H ', 21_600_000],
    ['30d', 2_592_000_000],
    ['forever', Infinity],
  ])('%s is read', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '6', '-6h', '1.5h', '6 hours', '6w', 'h', '1234567d', 'Infinity'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each(['0', '90s', '15m', '6h', '30d', 'forever'])('%s is written as it was read', (text) => {
    expect(formatDuration(parseDuration(text) ?? NaN)).toBe(text);
  });

  it('are written in the largest unit that divides them', () => {
    expect(formatDuration(24 * 3_600_000)).toBe('1d');
    expect(formatDuration(1500)).toBe('1.5s');
  });
});
