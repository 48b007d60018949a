import { expect, it } from 'vitest';

import { soak } from '../soak/soak.ts';

/** Milliseconds of load: the whole twenty minutes are `npm run soak`. */
const lengthMs = 60_000;

it(
  'I11: a minute of load leaves nothing behind, loses nothing and says nothing twice',
  { timeout: 180_000 },
  async () => {
    const { count, troubles, trends } = await soak({ lengthMs, sessions: 3 });
    expect(troubles).toEqual([]);
    expect(count.answered).toBeGreaterThan(20);
    expect(trends.filter(({ grows }) => grows)).toEqual([]);
  },
);
