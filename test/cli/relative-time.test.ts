import { describe, expect, it } from 'vitest';

import { isoTime } from '../../src/base/clock.ts';
import { ago, ahead } from '../../src/cli/relative-time.ts';

const now = Date.UTC(2026, 5, 1, 12);
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('ago', () => {
  it.each([
    [-5 * minute, 'just now'],
    [0, 'just now'],
    [1999, 'just now'],
    [2000, '2 s ago'],
    [59_999, '59 s ago'],
    [minute, '1 min ago'],
    [3 * minute + 59 * second, '3 min ago'],
    [hour, '1 h ago'],
    [47 * hour, '47 h ago'],
    [48 * hour, '2 days ago'],
    [400 * 24 * hour, '400 days ago'],
  ])('%d ms is "%s"', (passed, words) => {
    expect(ago(isoTime(now - passed), now)).toBe(words);
  });

  it('leaves alone what is no time', () => {
    expect(ago('yesterday', now)).toBe('yesterday');
  });
});

describe('ahead', () => {
  it('says how long there is still', () => {
    expect(ahead(isoTime(now + 10 * minute - 20), now)).toBe('in 10 min');
    expect(ahead(isoTime(now + 30 * second), now)).toBe('in 31 s');
    expect(ahead(isoTime(now - 1), now)).toBe('now');
    expect(ahead('soon', now)).toBe('soon');
  });
});
