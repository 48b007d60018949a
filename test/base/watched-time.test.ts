import { describe, expect, it } from 'vitest';

import { WatchedTime } from '../../src/base/watched-time.ts';

describe('WatchedTime', () => {
  let now = 5;
  const clock = { monotonic: () => now };

  it('counts what passes between looks', () => {
    const time = new WatchedTime(clock);
    for (let look = 0; look < 20; look += 1) {
      now += 100;
      time.elapsed();
    }
    expect(time.elapsed()).toBe(2000);
  });

  it('counts a second at most for a gap, however long nobody looked', () => {
    const time = new WatchedTime(clock);
    now += 3_600_000;
    expect(time.elapsed()).toBe(1000);
    now += 10;
    expect(time.elapsed()).toBe(1010);
  });
});
