import { describe, expect, it } from 'vitest';

import type { TextClaim, TurnRecord, TurnStore } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelB, message, one, turn, two } from './records.ts';

function turns(): TurnStore {
  return openStores(':memory:').turns;
}

function claim(key: string, origin: TextClaim['origin'], change: Partial<TextClaim> = {}): TextClaim {
  return { session: one, turn: 't1', key, hash: 'same words', origin, ...change };
}

describe('turns', () => {
  it('begin once, and end once', () => {
    const store = turns();
    expect(store.begin(turn('t1', { message: 'm1' }))).toBe(true);
    expect(store.begin(turn('t1', { channel: channelB }))).toBe(false);
    expect(store.get(one, 't1')).toEqual({ ...turn('t1', { message: 'm1' }), outcome: undefined });
    expect(store.end(one, 't1', 'completed', 2_000)).toBe(true);
    expect(store.end(one, 't1', 'failed', 3_000)).toBe(false);
    expect(store.get(one, 't1')?.outcome).toBe('completed');
    expect(store.end(one, 'unknown', 'failed', 3_000)).toBe(false);
  });

  it('are told apart by session', () => {
    const store = turns();
    store.begin(turn('t1'));
    expect(store.begin(turn('t1', { session: two, channel: channelB }))).toBe(true);
    store.end(one, 't1', 'completed', 2_000);
    expect(store.get(two, 't1')).toMatchObject({ channel: channelB, outcome: undefined });
  });

  it('the current turn is the open one started last, the latest may be over', () => {
    const store = turns();
    expect([store.current(one), store.latest(one)]).toEqual([undefined, undefined]);
    store.begin(turn('t1', { startedAt: 9_000 }));
    store.begin(turn('t2', { startedAt: 1 }));
    expect(store.current(one)?.turn).toBe('t2');
    store.end(one, 't2', 'completed', 2_000);
    expect(store.current(one)?.turn).toBe('t1');
    expect(store.latest(one)?.turn).toBe('t2');
    store.end(one, 't1', 'completed', 2_000);
    expect(store.current(one)).toBeUndefined();
  });

  it('are found by the message that started them', () => {
    const store = turns();
    store.begin(turn('t1', { message: 'm1' }));
    store.begin(turn('t2'));
    expect(store.byMessage('m1')?.turn).toBe('t1');
    expect(store.byMessage('m2')).toBeUndefined();
  });

  it('end all at once, without the ended ones or those of others', () => {
    const store = turns();
    for (const id of ['t1', 't2', 't3']) store.begin(turn(id));
    store.begin(turn('t4', { session: two }));
    store.end(one, 't2', 'completed', 2_000);
    const ended = store.endAll(one, 'lost', 3_000);
    expect(new Set(ended.map((record) => `${record.turn} ${record.outcome ?? ''}`))).toEqual(
      new Set(['t1 lost', 't3 lost']),
    );
    expect(store.endAll(one, 'lost', 4_000)).toEqual([]);
    expect(store.get(one, 't2')?.outcome).toBe('completed');
    expect(store.current(two)?.turn).toBe('t4');
  });

  it('I11: are forgotten with their texts when they ended long ago, and never while open', () => {
    const { turns: store, transaction } = openStores(':memory:');
    for (const id of ['old', 'edge', 'open']) store.begin(turn(id, { startedAt: 1 }));
    store.claimText(claim('k1', 'agent', { turn: 'old' }));
    store.end(one, 'old', 'completed', 99);
    store.end(one, 'edge', 'completed', 100);
    expect(store.prune(100, 10)).toBe(1);
    expect(['old', 'edge', 'open'].map((id) => store.get(one, id)?.turn)).toEqual([undefined, 'edge', 'open']);
    // The text's key is free again: nothing of the old turn is left.
    expect(transaction(() => store.claimText(claim('k1', 'agent', { turn: 'open' })))).toBe(true);
  });
});

describe('claims of texts', () => {
  function begun(): TurnStore {
    const store = turns();
    store.begin(turn('t1'));
    store.begin(turn('t2'));
    return store;
  }

  for (const [first, second] of [
    ['agent', 'dp'],
    ['dp', 'agent'],
  ] as const) {
    it(`BX-04: said by ${first}, then by ${second} in the same turn: heard once`, () => {
      const store = begun();
      expect(store.claimText(claim('k1', first))).toBe(true);
      expect(store.claimText(claim('k2', second))).toBe(false);
    });

    it(`BX-04: said twice by ${first} and twice by ${second}: heard twice, whatever the order`, () => {
      const together = begun();
      expect([first, first, second, second].map((origin, i) => together.claimText(claim(`k${i}`, origin)))).toEqual([
        true,
        true,
        false,
        false,
      ]);
      const mixed = begun();
      expect([first, second, first, second].map((origin, i) => mixed.claimText(claim(`k${i}`, origin)))).toEqual([
        true,
        false,
        true,
        false,
      ]);
    });
  }

  it('BX-04: never hides anything across turns or sessions', () => {
    const store = begun();
    store.begin(turn('t1', { session: two }));
    expect(store.claimText(claim('k1', 'agent'))).toBe(true);
    expect(store.claimText(claim('k2', 'dp', { turn: 't2' }))).toBe(true);
    expect(store.claimText(claim('k3', 'dp', { session: two }))).toBe(true);
  });

  it('other words are other words', () => {
    const store = begun();
    expect(store.claimText(claim('k1', 'agent'))).toBe(true);
    expect(store.claimText(claim('k2', 'dp', { hash: 'different words' }))).toBe(true);
  });

  it('the same saying told again is not heard again, and counts once', () => {
    const store = begun();
    expect(store.claimText(claim('k1', 'agent'))).toBe(true);
    expect(store.claimText(claim('k1', 'agent'))).toBe(false);
    expect(store.claimText(claim('k2', 'dp'))).toBe(false);
    expect(store.claimText(claim('k3', 'dp'))).toBe(true);
  });

  it('BX-06: hold every message that an agent took into them, in order, each once', () => {
    const store = turns();
    store.begin(turn('t1', { message: 'm1' }));
    store.begin(turn('t2'));
    expect(store.join(one, 't1', 'm2', 2_000)).toBe(true);
    expect(store.join(one, 't1', 'm3', 2_000)).toBe(true);
    expect([store.join(one, 't1', 'm2', 2_001), store.join(one, 't1', 'm1', 2_001)]).toEqual([false, false]);
    expect(store.messagesOf(one, 't1')).toEqual(['m1', 'm2', 'm3']);
    expect(store.messagesOf(one, 't2')).toEqual([]);
    expect(store.byMessage('m3')?.turn).toBe('t1');
  });

  it('MS-08: tell how long the messages took that they answered, from being stored', () => {
    const stores = openStores(':memory:');
    const answered = (id: string, stored: number, ended: number, change: Partial<TurnRecord> = {}): void => {
      stores.inbox.append(message(id, { receivedAt: stored, ...(change.session ? { session: change.session } : {}) }));
      stores.turns.begin(turn(`t-${id}`, { message: id, ...change }));
      stores.turns.end(change.session ?? one, `t-${id}`, change.outcome ?? 'completed', ended);
    };
    for (let number = 1; number <= 20; number += 1) answered(`m${number}`, 10_000, 10_000 + 100 * number);
    answered('before', 0, 10_000);
    answered('after', 10_000, 99_000);
    answered('stopped', 10_000, 11_000, { outcome: 'interrupted' });
    answered('other', 10_000, 10_700, { session: two });
    stores.turns.begin(turn('typed'));
    stores.turns.end(one, 'typed', 'completed', 11_000);
    expect([...stores.turns.responses(10_000, 20_000)]).toEqual([
      [one, { mean: 1050, p95: 1900, count: 20 }],
      [two, { mean: 700, p95: 700, count: 1 }],
    ]);
    expect(stores.turns.responses(50_000, 60_000).size).toBe(0);
  });

  it('MS-08: count what an agent took into a turn from when that was stored', () => {
    const stores = openStores(':memory:');
    stores.inbox.append(message('m1', { receivedAt: 1_000 }));
    stores.inbox.append(message('m2', { receivedAt: 4_000 }));
    stores.turns.begin(turn('t1', { message: 'm1' }));
    stores.turns.join(one, 't1', 'm2', 4_500);
    stores.turns.end(one, 't1', 'completed', 5_000);
    expect(stores.turns.responses(0, 9_000).get(one)).toEqual({ mean: 2500, p95: 4000, count: 2 });
  });
});
