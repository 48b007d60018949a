import { describe, expect, it } from 'vitest';

import type { FileOffer } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { one, two } from './records.ts';

const offer = (id: string, change: Partial<FileOffer> = {}): FileOffer => ({
  id,
  session: one,
  turn: 't',
  path: `/srv/${id}`,
  name: id,
  offeredAt: 1_000,
  ...change,
});

describe('offers of files', () => {
  it('are kept as they were made, each file once in a turn', () => {
    const { offers } = openStores(':memory:');
    expect(offers.add(offer('a'))).toBe(true);
    expect(offers.add(offer('a', { name: 'other' }))).toBe(false);
    expect(offers.add(offer('b', { path: '/srv/a' }))).toBe(false);
    expect(offers.get('a')).toEqual(offer('a'));
    expect(offers.get('b')).toBeUndefined();
    expect(offers.add(offer('c', { path: '/srv/a', turn: 'u' }))).toBe(true);
    expect(offers.add(offer('d', { path: '/srv/a', session: two }))).toBe(true);
    expect([offers.has(one, 't', '/srv/a'), offers.has(one, 't', '/srv/c'), offers.has(two, 'u', '/srv/a')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('I11: old ones are forgotten, the oldest first', () => {
    const { offers } = openStores(':memory:');
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) offers.add(offer(id, { offeredAt: index * 100 }));
    expect(offers.prune(300, 2)).toBe(2);
    expect(['a', 'b', 'c', 'd'].filter((id) => offers.get(id))).toEqual(['c', 'd']);
    expect(offers.prune(300, 100)).toBe(1);
  });
});
