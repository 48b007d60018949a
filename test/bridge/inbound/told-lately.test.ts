import { describe, expect, it } from 'vitest';

import { ToldLately } from '../../../src/bridge/inbound/told-lately.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const minutes = 60_000;

describe('told-lately', () => {
  it('is due once in ten minutes, for each by itself, over a restart too', async () => {
    const clock = new ManualClock();
    const { facts } = openStores(':memory:');
    const told = new ToldLately({ facts, clock });
    expect([told.isDue('a'), told.isDue('a'), told.isDue('b')]).toEqual([true, false, true]);
    await clock.advance(10 * minutes - 1);
    expect(new ToldLately({ facts, clock }).isDue('a')).toBe(false);
    await clock.advance(1);
    expect([told.isDue('a'), told.isDue('a')]).toEqual([true, false]);
  });

  it('I11: remembers the last ones only', () => {
    const { facts } = openStores(':memory:');
    const told = new ToldLately({ facts, clock: new ManualClock() });
    for (let count = 0; count < 500; count += 1) told.isDue(`person ${count}`);
    expect(facts.get('refusals-told')?.length).toBeLessThan(10_000);
    expect(told.isDue('person 499')).toBe(false);
  });
});
