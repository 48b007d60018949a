import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { BridgeError, describeError } from '../base/errors.ts';
import { stateTrouble } from './database-errors.ts';

/** What there is to say about a database without knowing what its tables mean. */
export interface DatabaseFacts {
  /** Of its schema. */
  readonly version: number;
  /** How many rows each table has. */
  readonly rows: Readonly<Record<string, number>>;
}

/** How long a lock of another process is waited for, in milliseconds. */
const busyMs = 10_000;

/**
 * Copies a database as it is at one moment, whoever writes to it meanwhile: readers and writers go on.
 *
 * @param to a file that is not there yet; it is made 0600.
 * @returns what is in the copy, which is whole.
 * @throws BridgeError `state-unreadable` when the database is damaged or none; `state-full`, `state-busy`,
 *   `state-unwritable`.
 */
export function copyDatabase(from: string, to: string): DatabaseFacts {
  withDatabase(from, (database) => database.prepare('VACUUM INTO ?').run(to));
  chmodSync(to, 0o600);
  return inspectDatabase(to);
}

/**
 * Looks whether a database is whole, and what is in it. Changes nothing.
 *
 * @throws as `copyDatabase`.
 */
export function inspectDatabase(path: string): DatabaseFacts {
  return withDatabase(path, (database) => {
    const [first] = Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {});
    if (first !== 'ok') throw damaged(path, String(first));
    const names = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY 1",
      )
      .all()
      .map(({ name }) => String(name));
    const rows = names.map((name) => [name, countRows(database, name)] as const);
    return {
      version: Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0),
      rows: Object.fromEntries(rows),
    };
  });
}

function countRows(database: DatabaseSync, table: string): number {
  const row = database.prepare(`SELECT count(*) AS count FROM "${table.replaceAll('"', '""')}"`).get();
  return Number(row?.['count'] ?? 0);
}

function withDatabase<T>(path: string, use: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
    return use(database);
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    throw stateTrouble(error, path) ?? damaged(path, describeError(error), error);
  } finally {
    database?.close();
  }
}

function damaged(path: string, how: string, cause?: unknown): BridgeError {
  return new BridgeError('state-unreadable', `The state file ${path} is damaged or no state file (${how}).`, { cause });
}
