import { describe, expect, it } from 'vitest';

import { Format } from '../../../src/local-discord/page/format.ts';
import { english } from '../../../src/local-discord/page/words/english.ts';
import { japanese } from '../../../src/local-discord/page/words/japanese.ts';

const now = Date.UTC(2026, 4, 2, 12);
const format = new Format({ words: english, now: () => now, timeZone: 'UTC' });

describe('times and sizes', () => {
  it('names days as people do', () => {
    expect(format.day('2026-05-02T00:00:00Z')).toBe('Today');
    expect(format.day('2026-05-01T23:59:00Z')).toBe('Yesterday');
    expect(format.day('2026-04-30T12:00:00Z')).toBe('April 30, 2026');
    expect(format.time('2026-05-02T00:05:00Z')).toBe('00:05');
  });

  it('tells days apart in the time zone of the reader, whatever was asked before', () => {
    const kathmandu = new Format({ words: english, now: () => now, timeZone: 'Asia/Kathmandu' }); // UTC+5:45
    expect(kathmandu.date('2026-05-01T18:14:59Z')).toBe('May 1, 2026');
    expect(kathmandu.date('2026-05-01T18:15:00Z')).toBe('May 2, 2026');
    expect(kathmandu.date('2026-05-01T18:14:00Z')).toBe('May 1, 2026');
    expect(kathmandu.day('2026-05-01T18:15:00Z')).toBe('Today');
  });

  it('says how long ago or how soon', () => {
    expect(format.relative(now - 2 * 3600_000)).toBe('2 hours ago');
    expect(format.relative(now + 90_000)).toBe('in 1 minute');
    expect(format.relative(now - 400 * 24 * 3600_000)).toBe('last year');
    expect(format.custom(now / 1000 - 3600, 'R')).toBe('1 hour ago');
    expect(format.custom(now / 1000, 'no such style')).toContain('2026');
    expect(new Format({ words: japanese, now: () => now }).relative(now - 3600_000)).toBe('1 時間前');
  });

  it('says sizes in numbers that can be read', () => {
    expect([0, 999, 1500, 2_500_000].map((bytes) => format.size(bytes))).toEqual(['0 B', '999 B', '1.5 kB', '2.5 MB']);
  });
});
