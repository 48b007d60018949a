import { describe, expect, it } from 'vitest';

import { Random } from '../chaos/random.ts';
import { trendOf } from './trend.ts';
import type { Sample } from './trend.ts';

const megabytes = { name: 'memory', unit: 'MB', noise: 5 };

/** Sixty samples, five seconds apart, of a value that follows a rule and shakes. */
function samples(rule: (index: number) => number, shake = 0): readonly Sample[] {
  const random = new Random(1);
  return Array.from({ length: 60 }, (_, index) => ({
    at: 60_000 + index * 5000,
    value: rule(index) + (random.next() - 0.5) * 2 * shake,
  }));
}

describe('I11: the judge of what grows', () => {
  it('says that a flat line is flat', () => {
    const trend = trendOf(
      megabytes,
      samples(() => 80),
    );
    expect(trend).toMatchObject({ grows: false, rise: 0, slopePerHour: 0, steadiness: 0, median: 80, samples: 60 });
  });

  it('is not deceived by noise', () => {
    expect(
      trendOf(
        megabytes,
        samples(() => 80, 10),
      ).grows,
    ).toBe(false);
  });

  it('sees a leak under noise', () => {
    // 12 MB within five minutes.
    const trend = trendOf(
      megabytes,
      samples((index) => 80 + index * 0.2, 2),
    );
    expect(trend.grows).toBe(true);
    expect(trend.rise).toBeGreaterThan(10);
    expect(trend.slopePerHour).toBeGreaterThan(120);
    expect(trend.slopePerHour).toBeLessThan(170);
  });

  it('sees a leak of few pieces: three descriptors more in each minute', () => {
    const descriptors = { name: 'descriptors', unit: 'count', noise: 3 };
    expect(
      trendOf(
        descriptors,
        samples((index) => 30 + Math.floor(index / 4)),
      ).grows,
    ).toBe(true);
  });

  it('takes a saw for flat, and a saw that climbs for growth', () => {
    const saw = (index: number): number => 80 + (index % 10);
    expect(trendOf(megabytes, samples(saw)).grows).toBe(false);
    expect(
      trendOf(
        megabytes,
        samples((index) => saw(index) + index * 0.4),
      ).grows,
    ).toBe(true);
  });

  it('forgives a peak, and what falls', () => {
    expect(
      trendOf(
        megabytes,
        samples((index) => (index === 40 ? 500 : 80)),
      ).grows,
    ).toBe(false);
    const falling = trendOf(
      megabytes,
      samples((index) => 200 - index),
    );
    expect(falling.grows).toBe(false);
    expect(falling.steadiness).toBe(-1);
  });

  it('forgives a rise below the noise, however steady', () => {
    expect(
      trendOf(
        megabytes,
        samples((index) => 80 + index * 0.05),
      ).grows,
    ).toBe(false);
  });

  describe('MS-11: what it may grow by in an hour', () => {
    const slow = { ...megabytes, mostPerHour: 1 };
    /** Of samples that are 15 s apart, for a quarter of an hour. */
    const perHour = (megabytesPerHour: number) => (index: number) => 80 + (megabytesPerHour / 240) * index;
    const slowly = (rule: (index: number) => number, shake: number): readonly Sample[] =>
      samples(rule, shake).map(({ at, value }) => ({ at: at * 3, value }));
    const verdict = (slope: number, shake: number) => trendOf(slow, slowly(perHour(slope), shake)).verdict;

    it('is shown where the samples are steady enough', () => {
      expect([verdict(0, 0.01), verdict(0.8, 0.01)]).toEqual(['within', 'within']);
      expect([verdict(1.2, 0.01), verdict(-5, 0.1)]).toEqual(['over', 'within']);
    });

    it('is left open where they are not', () => {
      expect([verdict(0.9, 1), verdict(0, 5), verdict(1.5, 1)]).toEqual(['open', 'open', 'open']);
    });

    it('is left open after five minutes, in which caches fill', () => {
      expect(
        trendOf(
          slow,
          samples((index) => 80 + index),
        ).verdict,
      ).toBe('open');
    });

    it('has the true slope within its bounds', () => {
      const { pace } = trendOf(slow, slowly(perHour(24), 0.5));
      expect(pace.low).toBeLessThan(24);
      expect(pace.high).toBeGreaterThan(24);
      expect(pace.perHour).toBeGreaterThan(pace.low);
      expect(pace.perHour).toBeLessThan(pace.high);
    });

    it('is not asked where nobody says how much', () => {
      expect(trendOf(megabytes, samples(perHour(1000))).verdict).toBeUndefined();
    });
  });

  it('refuses to judge by a handful of samples', () => {
    expect(() => trendOf(megabytes, samples(() => 1).slice(0, 4))).toThrow('4 samples of memory are too few');
  });
});
