import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openStores } from '../../src/storage/stores.ts';
import { message, one } from './records.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describe('openStores', () => {
  it('MS-10: makes the state file and its journals 0600 whatever the umask is', () => {
    const directory = temporaryDirectory();
    const before = process.umask(0o022);
    try {
      const stores = openStores(join(directory, 'bridge.db'));
      stores.inbox.append(message('m1'));
      const modes = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]);
      expect(modes).toEqual([
        ['bridge.db', 0o600],
        ['bridge.db-shm', 0o600],
        ['bridge.db-wal', 0o600],
      ]);
      stores.close();
    } finally {
      process.umask(before);
    }
  });

  it('MS-10: takes an older file back from others', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    writeFileSync(path, '', { mode: 0o644 });
    openStores(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('names a folder that is not there', () => {
    const path = join(temporaryDirectory(), 'nowhere', 'bridge.db');
    expect(() => openStores(path)).toThrow(refusal('state-unreadable', path));
  });

  it('I1: what a store has taken is there after a reopening', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const first = openStores(path);
    first.inbox.append(message('m1'));
    first.facts.set('owner', '42');
    first.close();
    const second = openStores(path);
    expect(second.inbox.next(one)?.id).toBe('m1');
    expect(second.facts.get('owner')).toBe('42');
    second.close();
  });

  it('I5: one transaction spans all stores', () => {
    const stores = openStores(':memory:');
    expect(() =>
      stores.transaction(() => {
        stores.inbox.append(message('m1'));
        stores.facts.set('owner', '42');
        throw new Error('cut');
      }),
    ).toThrow('cut');
    expect(stores.inbox.get('m1')).toBeUndefined();
    expect(stores.facts.get('owner')).toBeUndefined();
  });
});

describe('facts', () => {
  it('are set, replaced and deleted by name', () => {
    const { facts } = openStores(':memory:');
    expect(facts.get('a')).toBeUndefined();
    facts.set('a', '1');
    facts.set('a', '2');
    facts.set('b', '3');
    expect(facts.get('a')).toBe('2');
    facts.delete('a');
    facts.delete('never there');
    expect([facts.get('a'), facts.get('b')]).toEqual([undefined, '3']);
  });
});
