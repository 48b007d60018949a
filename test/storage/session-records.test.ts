import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { SessionNumber } from '../../src/model/session.ts';
import { openStores } from '../../src/storage/stores.ts';
import { one, record, two } from './records.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describe('session records', () => {
  it('are saved, replaced, listed by number and removed', () => {
    const { records } = openStores(':memory:');
    const full = record(two, { agentSession: 'uuid', handle: '{"pid":1}', lifecycle: 'lost', generation: 7 });
    records.save(full);
    records.save(record(one));
    expect(records.get(two)).toEqual(full);
    expect(records.list().map(({ number }) => number)).toEqual([one, two]);
    records.save({ ...full, handle: undefined, agentSession: undefined, since: 2_000 });
    expect(records.get(two)).toEqual({ ...full, handle: undefined, agentSession: undefined, since: 2_000 });
    records.remove(two);
    expect(records.get(two)).toBeUndefined();
  });

  it('are found by the token that is valid now, and by no other', () => {
    const { records } = openStores(':memory:');
    records.save(record(one, { token: 'old' }));
    records.save(record(one, { token: 'new' }));
    records.save(record(two, { token: 'other' }));
    expect(records.byToken('new')?.number).toBe(one);
    expect(records.byToken('other')?.number).toBe(two);
    expect([records.byToken('old'), records.byToken('')]).toEqual([undefined, undefined]);
  });

  it('refuse one token for two sessions', () => {
    const { records } = openStores(':memory:');
    records.save(record(one, { token: 'same' }));
    expect(() => records.save(record(two, { token: 'same' }))).toThrow(/UNIQUE/);
  });
});

describe('numbers', () => {
  it('MS-01: the highest ever given is remembered over removal and reopening', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const first = openStores(path);
    expect(first.records.highestNumber()).toBe(0);
    first.records.claimNumber(5 as SessionNumber);
    first.records.claimNumber(two);
    first.records.save(record(5 as SessionNumber));
    first.records.remove(5 as SessionNumber);
    expect(first.records.highestNumber()).toBe(5);
    first.close();
    const second = openStores(path);
    expect(second.records.highestNumber()).toBe(5);
    second.close();
  });
});
