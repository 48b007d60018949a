import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { BridgeError } from '../../base/errors.ts';

/** Every change of the tables ever made, in order. Only ever appended to. */
const migrations: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE users (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE channels (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE commands (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, author TEXT NOT NULL, only_for TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX messages_by_channel ON messages (channel, id);
  CREATE TABLE reactions (
    message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    emoji TEXT NOT NULL, user TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (message, emoji, user)
  ) STRICT;
  CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    channel TEXT NOT NULL, filename TEXT NOT NULL, content_type TEXT NOT NULL, description TEXT,
    size INTEGER NOT NULL, bytes BLOB
  ) STRICT;
  CREATE INDEX attachments_by_message ON attachments (message);
  CREATE TABLE nonces (
    author TEXT NOT NULL, nonce TEXT NOT NULL, message INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (author, nonce)
  ) STRICT;
`,
  `
  -- A table of its own: behind the bytes, two more columns would be slow to reach.
  CREATE TABLE picture_sizes (
    attachment INTEGER PRIMARY KEY REFERENCES attachments (id) ON DELETE CASCADE,
    width INTEGER NOT NULL, height INTEGER NOT NULL
  ) STRICT;
`,
  `
  CREATE TABLE roles (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
`,
  `
  CREATE TABLE webhooks (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
`,
];

/** What a data file is brought to when it is opened; a file with a higher version is of a newer program. */
export const localDataVersion = migrations.length;

/**
 * Opens the data file, making it (0600) when there is none. What is committed survives `kill -9` and a power cut.
 *
 * @param path a file, or `:memory:`.
 * @throws BridgeError `local-data-unreadable` or `local-data-newer`, naming the file.
 */
export function openDatabase(path: string): DatabaseSync {
  const inMemory = path === ':memory:';
  try {
    if (!inMemory) makePrivateFile(path);
    const database = new DatabaseSync(path);
    database.exec(`
      PRAGMA busy_timeout = 2000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
    `);
    migrate(database, path);
    return database;
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause;
    throw new BridgeError('local-data-unreadable', `The built-in chat's data file "${path}" cannot be opened.`, {
      advice: 'Check its permissions; if it is damaged, move it away: a new one is made at the next start.',
      cause,
    });
  }
}

/** Runs a synchronous action as one step: all of it is kept, or nothing. Not to be nested. */
export function inTransaction<T>(database: DatabaseSync, action: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = action();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // On a full disk SQLite may have undone everything by itself; a second ROLLBACK would hide the real error.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The largest id in a table, 0 when it is empty. */
export function largestIdIn(database: DatabaseSync, table: 'messages' | 'attachments'): bigint {
  const row = database.prepare(`SELECT CAST(max(id) AS TEXT) AS id FROM ${table}`).get();
  return typeof row?.['id'] === 'string' ? BigInt(row['id']) : 0n;
}

function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function migrate(database: DatabaseSync, path: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (found > migrations.length) {
    throw new BridgeError(
      'local-data-newer',
      `The built-in chat's data file "${path}" has version ${found}, this program knows ${migrations.length}.`,
      { advice: 'Update the program, or move the file away.' },
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < found) continue;
    inTransaction(database, () => {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}
