import { expect, it } from 'vitest';

import { Snowflakes, snowflakeTime } from '../../../src/local-discord/store/snowflakes.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

it('ids are unique and grow, also within a millisecond and when the clock goes back', async () => {
  const clock = new ManualClock();
  const ids = new Snowflakes(clock, 0n);
  const made: bigint[] = [];
  for (let index = 0; index < 5000; index += 1) made.push(BigInt(ids.next()));
  clock.jump(-60_000);
  made.push(BigInt(ids.next()));
  await clock.advance(120_000);
  made.push(BigInt(ids.next()));
  expect(made.every((id, index) => index === 0 || id > made[index - 1]!)).toBe(true);
});

it('an id tells when it was made', () => {
  const clock = new ManualClock(Date.UTC(2026, 4, 5, 6, 7, 8, 9));
  expect(snowflakeTime(new Snowflakes(clock, 0n).next())).toBe(clock.now());
});

it('an id has 18 or 19 digits, whatever the clock says', () => {
  for (const time of [0, Date.UTC(2015, 0, 1), Date.UTC(2026, 0, 1), Date.UTC(2060, 0, 1)]) {
    expect(new Snowflakes(new ManualClock(time), 0n).next()).toMatch(/^\d{18,19}$/);
  }
});
