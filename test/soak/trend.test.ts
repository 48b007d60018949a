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

  it('refuses to judge by a handful of samples', () => {
    expect(() => trendOf(megabytes, samples(() => 1).slice(0, 4))).toThrow('4 samples of memory are too few');
  });
});
