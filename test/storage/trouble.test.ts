import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { stateTrouble } from '../../src/storage/database-errors.ts';
import { Database } from '../../src/storage/database.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, message, one } from './records.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function failure(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/** A database that may not become larger than it is, as on a full disk: SQLite says the same to both. */
function onFullDisk(): { readonly database: Database; readonly path: string; readonly makeRoom: () => void } {
  const path = join(temporaryDirectory(), 'bridge.db');
  const database = Database.open(path);
  database.run('CREATE TABLE fruit (name TEXT PRIMARY KEY) STRICT');
  const pages = Number(database.get('PRAGMA page_count')?.['page_count']);
  database.get(`PRAGMA max_page_count = ${pages}`);
  return { database, path, makeRoom: () => database.get(`PRAGMA max_page_count = ${pages + 100}`) };
}

const large = 'x'.repeat(20_000);

describe('a full disk', () => {
  it('MS-16: is told with its file, what did not happen, and what to do', () => {
    const { database, path } = onFullDisk();
    const error = failure(() => database.run('INSERT INTO fruit VALUES (?)', large));
    expect(error).toEqual(refusal('state-full', path));
    expect(error).toMatchObject({ happened: 'not-done', advice: expect.stringContaining('Make room') });
  });

  it('I1: leaves nothing half-written, and all is well when there is room again', () => {
    const { database, makeRoom } = onFullDisk();
    const fill = (): void =>
      database.transaction(() => {
        database.run(`INSERT INTO fruit VALUES ('apple')`);
        database.run('INSERT INTO fruit VALUES (?)', large);
      });
    expect(fill).toThrow(refusal('state-full'));
    expect(database.all('SELECT * FROM fruit')).toEqual([]);
    makeRoom();
    fill();
    expect(database.all('SELECT * FROM fruit')).toHaveLength(2);
    database.close();
  });

  it('I1: whoever catches it cannot go on with the other half', () => {
    const database = Database.open(':memory:');
    database.run('CREATE TABLE fruit (name TEXT PRIMARY KEY)');
    database.run(`INSERT INTO fruit VALUES ('apple')`);
    const careless = (): void =>
      database.transaction(() => {
        database.run(`INSERT INTO fruit VALUES ('pear')`);
        try {
          // Ends the whole transaction, as a full disk may.
          database.transaction(() => database.run(`INSERT OR ROLLBACK INTO fruit VALUES ('apple')`));
        } catch {
          database.run(`INSERT INTO fruit VALUES ('plum')`);
        }
      });
    expect(careless).toThrow(refusal('state-undone'));
    expect(database.all('SELECT name FROM fruit')).toEqual([{ name: 'apple' }]);
    database.run(`INSERT INTO fruit VALUES ('fig')`);
    expect(database.all('SELECT name FROM fruit')).toHaveLength(2);
  });

  it('I1, I5: a message is stored whole or not at all', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    stores.channels.advance(channelA, '1');
    stores.close();
    const limited = Database.open(path);
    limited.close();
    const reader = new DatabaseSync(path);
    expect(reader.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    reader.close();

    const again = openStores(path);
    const store = (id: string, text: string): unknown =>
      again.transaction(() => {
        again.inbox.append(message(id, { text }));
        again.channels.advance(channelA, '2');
        if (text === large) throw new BridgeError('state-full', 'as if');
      });
    expect(() => store('m', large)).toThrow(refusal('state-full'));
    expect([again.inbox.get('m'), again.channels.get(channelA)?.watermark]).toEqual([undefined, '1']);
    store('m', 'short');
    expect([again.inbox.get('m')?.text, again.channels.get(channelA)?.watermark]).toEqual(['short', '2']);
    again.close();
  });
});

describe('a damaged file', () => {
  it('is told when what is read is damaged, also after it was opened', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    stores.transaction(() => {
      for (let index = 0; index < 200; index += 1) stores.inbox.append(message(`m${index}`, { text: large }));
    });
    while (stores.compact());
    stores.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 200 * 4096);
    writeFileSync(path, bytes);

    const again = openStores(path);
    expect(() => again.inbox.unsettled(one)).toThrow(refusal('state-unreadable', path));
    again.close();
  });

  it('is told when it was cut off', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    stores.inbox.append(message('m', { text: large.repeat(10) }));
    stores.close();
    truncateSync(path, 4096 * 3);
    expect(() => {
      const again = openStores(path);
      try {
        again.inbox.get('m');
      } finally {
        again.close();
      }
    }).toThrow(refusal('state-unreadable', path));
  });

  it('a mistake of the program is not taken for one of the disk', () => {
    const database = Database.open(':memory:');
    expect(failure(() => database.run('SELECT * FROM nowhere'))).not.toBeInstanceOf(BridgeError);
    expect(stateTrouble(new Error('anything'), 'x')).toBeUndefined();
  });
});

describe('a file that somebody else holds', () => {
  it('is told as busy, and not as damaged', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const database = Database.open(path);
    database.get('PRAGMA busy_timeout = 0');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => database.transaction(() => undefined)).toThrow(refusal('state-busy', path));
    other.exec('COMMIT');
    other.close();
    database.transaction(() => undefined);
    database.close();
  });

  it('I11: a reader does not keep a compaction waiting', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    stores.inbox.append(message('m'));
    const reader = new DatabaseSync(path);
    reader.exec('BEGIN; SELECT count(*) FROM inbox');
    const begin = performance.now();
    while (stores.compact());
    expect(performance.now() - begin).toBeLessThan(4500); // Who waited for the reader would do so for 5 s.
    reader.close();
    stores.close();
  });
});

describe('the journal', () => {
  it('has its full length from the start, and is read past no further than what was written', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const first = openStores(path);
    first.inbox.append(message('m'));
    expect(statSync(`${path}-wal`).size).toBe(4 * 1024 * 1024);
    // As after kill -9: the journal is still there, with its zeros, when the next one opens it.
    const second = openStores(path);
    expect(second.inbox.get('m')?.state).toBe('queued');
    second.inbox.append(message('n'));
    expect(first.inbox.get('n')?.state).toBe('queued');
    second.close();
    first.close();
    const third = openStores(path);
    expect(third.inbox.unsettled(one).map(({ id }) => id)).toEqual(['m', 'n']);
    third.close();
  });

  it('stays that long when much is written at once', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    stores.transaction(() => {
      for (let index = 0; index < 400; index += 1) stores.inbox.append(message(`m${index}`, { text: large }));
    });
    while (stores.compact());
    stores.inbox.append(message('n'));
    expect(statSync(`${path}-wal`).size).toBe(4 * 1024 * 1024);
    stores.close();
  });
});
