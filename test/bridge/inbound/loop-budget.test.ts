import { describe, expect, it } from 'vitest';

import { LoopBudget } from '../../../src/bridge/inbound/loop-budget.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { channelOne } from '../support/messages.ts';

describe('loop-budget', () => {
  it('is spent once, and full again after a person spoke', () => {
    const budget = new LoopBudget({ facts: openStores(':memory:').facts, limit: 2 });
    const spend = (): string => budget.spend(channelOne);
    expect([spend(), spend(), spend(), spend(), spend()]).toEqual(['within', 'within', 'just-spent', 'spent', 'spent']);
    budget.reset(channelOne);
    expect(spend()).toBe('within');
  });

  it('I11: remembers the channels where bots spoke last', () => {
    const { facts } = openStores(':memory:');
    const budget = new LoopBudget({ facts, limit: 1 });
    for (let count = 100; count < 400; count += 1) budget.spend(`100000000000000${count}` as ChannelId);
    expect(facts.get('bot-messages')?.length).toBeLessThan(5_000);
    expect(budget.spend('100000000000000399' as ChannelId)).toBe('just-spent');
  });
});
