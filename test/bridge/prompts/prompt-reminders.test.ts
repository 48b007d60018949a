import { describe, expect, it } from 'vitest';

import { local, world } from '../support/bridge-world.ts';
import { asks } from '../support/collector-world.ts';

const minute = 60_000;

/** A bridge that reminds after ten minutes and then each hour, and a request that nobody decides. */
async function asked() {
  const all = await world({ remindAfter: [10 * minute, 60 * minute], defaultAnswer: 'none', defaultAfter: 0 });
  all.driver.agents[0]!.tell(asks('p1'));
  const { stores, clock } = all;
  const post = (key: string): void => void stores.outbox.settle(key, 'posted', clock.now());
  const reminders = (): readonly string[] =>
    [1, 2, 3, 4].flatMap((number) => stores.outbox.get(`prompt-reminder:p1:${number}`)?.state ?? []);
  all.reminders.start();
  return { ...all, post, states: reminders };
}

describe('reminders of what agents ask', () => {
  it('BX-05: come after the configured times, once each', async () => {
    const { clock, post, states } = await asked();
    post('prompt:p1');
    await clock.advance(9 * minute);
    expect(states()).toEqual([]);
    await clock.advance(2 * minute);
    expect(states()).toEqual(['pending']);
    post('prompt-reminder:p1:1');
    await clock.advance(61 * minute);
    expect(states()).toEqual(['posted', 'pending']);
  });

  it('say nothing while the card, or the reminder before, is not out', async () => {
    const { clock, post, states } = await asked();
    await clock.advance(20 * minute);
    expect(states()).toEqual([]);
    post('prompt:p1');
    await clock.advance(minute);
    expect(states()).toEqual(['pending']);
    await clock.advance(180 * minute);
    expect(states()).toEqual(['pending']);
  });

  it('that wait are not said any more once it is decided', async () => {
    const { clock, post, states, bridge } = await asked();
    post('prompt:p1');
    await clock.advance(11 * minute);
    expect(states()).toEqual(['pending']);
    await bridge.answer(local, 'p1', { behavior: 'allow' });
    expect(states()).toEqual(['dropped']);
    await clock.advance(180 * minute);
    expect(states()).toEqual(['dropped']);
  });

  it('are none for an agent that is gone', async () => {
    const { clock, post, states, driver } = await asked();
    post('prompt:p1');
    driver.agents[0]!.die();
    await clock.advance(180 * minute);
    expect(states()).toEqual([]);
  });
});
