import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { Database } from '../../src/storage/database.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function withTable(): Database {
  const database = Database.open(':memory:');
  database.run('CREATE TABLE fruit (name TEXT PRIMARY KEY)');
  return database;
}

function fruit(database: Database): unknown[] {
  return database.all('SELECT name FROM fruit ORDER BY name').map((row) => row['name']);
}

function add(database: Database, name: string): void {
  database.run('INSERT INTO fruit (name) VALUES (?)', name);
}

describe('opening', () => {
  it('brings an empty file to the newest schema and keeps what was written over a second opening', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const first = Database.open(path);
    first.run(`INSERT INTO facts (name, value) VALUES ('a', 'b')`);
    first.close();

    const second = Database.open(path);
    expect(second.get('SELECT value FROM facts')).toEqual({ value: 'b' });
    expect(second.get('PRAGMA user_version')).toEqual({ user_version: 7 });
    second.close();
  });

  it('I1: writes through to the disk: write-ahead journal, full synchronisation, foreign keys on', () => {
    const database = Database.open(join(temporaryDirectory(), 'bridge.db'));
    expect(database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(database.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    expect(database.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 });
    database.close();
  });

  it('I1: only an unflushed step does not wait for the disk, also when it fails, and never inside one that does', () => {
    const database = Database.open(join(temporaryDirectory(), 'bridge.db'));
    const synchronous = (): unknown => database.get('PRAGMA synchronous')?.['synchronous'];
    expect(database.unflushed(() => database.transaction(synchronous))).toBe(1);
    expect(synchronous()).toBe(2);
    expect(() =>
      database.unflushed(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(synchronous()).toBe(2);
    expect(database.transaction(() => database.unflushed(synchronous))).toBe(2);
    database.close();
  });

  it('refuses a file of a newer bridge, naming both versions, and leaves it alone', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const newer = new DatabaseSync(path);
    newer.exec('CREATE TABLE later (x); PRAGMA user_version = 42');
    newer.close();

    expect(() => Database.open(path)).toThrow(refusal('state-too-new', 'version 42;', 'up to 7.'));
    const after = new DatabaseSync(path);
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 42 });
    expect(after.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()).toEqual([{ name: 'later' }]);
    after.close();
  });

  it('names a file that is no database, and does not touch it', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const garbage = 'this is not a database '.repeat(20);
    writeFileSync(path, garbage);
    expect(() => Database.open(path)).toThrow(refusal('state-unreadable', path));
    expect(readFileSync(path, 'utf8')).toBe(garbage);
  });

  it('undoes a migration that fails half-way', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const occupied = new DatabaseSync(path);
    occupied.exec('CREATE TABLE turns (mine TEXT)'); // The first migration makes tables before this one.
    occupied.close();

    expect(() => Database.open(path)).toThrow(refusal('state-unreadable'));
    const after = new DatabaseSync(path);
    expect(after.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()).toEqual([{ name: 'turns' }]);
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 0 });
    after.close();
  });
});

describe('transactions', () => {
  it('keeps all of an action', () => {
    const database = withTable();
    const result = database.transaction(() => {
      add(database, 'apple');
      add(database, 'pear');
      return 'done';
    });
    expect(result).toBe('done');
    expect(fruit(database)).toEqual(['apple', 'pear']);
  });

  it('keeps nothing of an action that throws, and hands its error on', () => {
    const database = withTable();
    const failure = new Error('no more fruit');
    expect(() =>
      database.transaction(() => {
        add(database, 'apple');
        throw failure;
      }),
    ).toThrow(failure);
    expect(fruit(database)).toEqual([]);
  });

  it('undoes only the nested action when that one throws and the outer goes on', () => {
    const database = withTable();
    database.transaction(() => {
      add(database, 'apple');
      expect(() =>
        database.transaction(() => {
          add(database, 'pear');
          throw new Error('inner');
        }),
      ).toThrow('inner');
      add(database, 'plum');
    });
    expect(fruit(database)).toEqual(['apple', 'plum']);
  });

  it('undoes a finished nested action when the outer one throws later', () => {
    const database = withTable();
    expect(() =>
      database.transaction(() => {
        database.transaction(() => {
          database.transaction(() => {
            add(database, 'apple');
          });
        });
        throw new Error('outer');
      }),
    ).toThrow('outer');
    expect(fruit(database)).toEqual([]);
  });

  it('goes on working after nested failures at every depth', () => {
    const database = withTable();
    expect(() =>
      database.transaction(() => database.transaction(() => database.transaction(() => add(database, null as never)))),
    ).not.toThrow(); // A text primary key of SQLite may be null.
    expect(() =>
      database.transaction(() =>
        database.transaction(() => {
          throw new Error('deep');
        }),
      ),
    ).toThrow('deep');
    database.transaction(() => {
      add(database, 'apple');
    });
    expect(fruit(database)).toEqual([null, 'apple']);
  });

  it('shows the real error when SQLite has undone the transaction by itself', () => {
    const database = withTable();
    add(database, 'apple');
    expect(() =>
      database.transaction(() =>
        database.transaction(() => {
          // ROLLBACK on conflict ends the whole transaction, as a full disk does.
          database.run(`INSERT OR ROLLBACK INTO fruit (name) VALUES ('apple')`);
        }),
      ),
    ).toThrow(/UNIQUE constraint failed/);
    database.transaction(() => {
      add(database, 'pear');
    });
    expect(fruit(database)).toEqual(['apple', 'pear']);
  });
});
