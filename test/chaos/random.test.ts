import { describe, expect, it } from 'vitest';

import { Random } from './random.ts';

describe('random numbers of a seed', () => {
  it('are the same again, and others for another seed', () => {
    const take = (seed: number): readonly number[] => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  it('stay within their bounds and reach both ends', () => {
    const random = new Random(1);
    const seen = new Set(Array.from({ length: 200 }, () => random.between(3, 6)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6]);
  });

  it('follow the weights', () => {
    const random = new Random(1);
    const things = [
      [9, 'often'],
      [1, 'rarely'],
      [0, 'never'],
    ] as const;
    const drawn = Array.from({ length: 1000 }, () => random.weighted(things));
    const share = drawn.filter((one) => one === 'often').length / drawn.length;
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(0.95);
    expect(drawn).not.toContain('never');
  });

  it('refuses to pick from nothing', () => {
    expect(() => new Random(1).pick([])).toThrow('nothing to pick from');
  });
});
