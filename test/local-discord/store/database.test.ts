import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { inTransaction, openDatabase } from '../../../src/local-discord/store/database.ts';
import { temporaryDirectory } from '../../storage/temporary-directory.ts';

const settingsIn = (database: DatabaseSync): number =>
  Number(database.prepare('SELECT count(*) AS n FROM settings').get()?.['n']);

describe('one step', () => {
  it('is kept as a whole, or not at all', () => {
    const database = openDatabase(':memory:');
    inTransaction(database, () => database.exec(`INSERT INTO settings VALUES ('a', '1')`));
    const failing = (): void => {
      inTransaction(database, () => {
        database.exec(`INSERT INTO settings VALUES ('b', '2')`);
        throw new Error('no');
      });
    };
    expect(failing).toThrow('no');
    expect(settingsIn(database)).toBe(1);
    database.close();
  });

  it('that SQLite has undone by itself tells the first error, not that of a second undoing', () => {
    const database = openDatabase(':memory:');
    const failing = (): void => {
      inTransaction(database, () => {
        database.exec('ROLLBACK'); // what SQLite does when the disk is full
        throw new Error('the disk is full');
      });
    };
    expect(failing).toThrow('the disk is full');
    inTransaction(database, () => database.exec(`INSERT INTO settings VALUES ('a', '1')`));
    expect(settingsIn(database)).toBe(1);
    database.close();
  });
});

describe('the data file', () => {
  it('of an older version is brought up to date with what is in it; one of a newer version is left alone', () => {
    const path = join(temporaryDirectory(), 'chat.db');
    openDatabase(path).close();
    const older = new DatabaseSync(path);
    older.exec(
      `INSERT INTO settings VALUES ('kept', '1'); DROP TABLE picture_sizes; DROP TABLE roles; DROP TABLE webhooks; PRAGMA user_version = 1`,
    );
    older.close();
    const updated = openDatabase(path);
    expect(settingsIn(updated)).toBe(1);
    expect(updated.prepare('SELECT count(*) AS n FROM picture_sizes').get()).toEqual({ n: 0 });
    updated.exec('PRAGMA user_version = 99');
    updated.close();
    expect(() => openDatabase(path)).toThrow(/version 99/);
  });
});
