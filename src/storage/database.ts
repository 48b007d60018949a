import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

import { BridgeError } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import { initialSchema } from './migrations/001-initial.ts';
import { deliverySchema } from './migrations/002-delivery.ts';

/** Every schema change ever made, in order. Only ever appended to. */
const migrations: readonly string[] = [initialSchema, deliverySchema];

export type Row = Record<string, SQLOutputValue>;

/**
 * Owns the connection to one SQLite file: opening, schema version, transactions, prepared statements.
 * Knows nothing about what the tables mean.
 */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;
  /** Transitions of the running transaction: done only when all of it is on disk. */
  readonly #passed: string[] = [];

  private constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /**
   * Opens (or creates) the file and brings its schema up to date, each step all or nothing.
   *
   * @param path a file, or `:memory:`.
   * @throws BridgeError `state-too-new` when a newer version of the bridge wrote the file, `state-unreadable`.
   */
  static open(path: string): Database {
    let connection: DatabaseSync | undefined;
    try {
      connection = new DatabaseSync(path);
      // FULL: an acknowledged write survives a power cut (I1). The lock waits for a backup that is reading.
      connection.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
      );
      migrate(connection, path);
      return new Database(connection);
    } catch (cause) {
      connection?.close();
      if (cause instanceof BridgeError) throw cause;
      throw new BridgeError('state-unreadable', `The state file ${path} cannot be opened: ${String(cause)}.`, {
        advice: 'Restore it from a backup, or move it away to start with empty queues.',
        cause,
      });
    }
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepare(sql).all(...values);
  }

  /** Runs an action as one step. A nested one is undone by itself when it throws. */
  transaction<T>(action: () => T): T {
    const depth = this.#depth;
    const savepoint = `level_${depth}`;
    const passedBefore = this.#passed.length;
    this.#connection.exec(depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`);
    this.#depth = depth + 1;
    try {
      const result = action();
      this.#depth = depth;
      this.#connection.exec(depth === 0 ? 'COMMIT' : `RELEASE ${savepoint}`);
      if (depth === 0) for (const name of this.#passed.splice(0)) failPoint(`${name}:after`);
      return result;
    } catch (error) {
      this.#depth = depth;
      this.#passed.length = passedBefore;
      // On a full disk SQLite may have undone everything by itself; a second ROLLBACK would hide the real error.
      if (this.#connection.isTransaction)
        this.#connection.exec(depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      throw error;
    }
  }

  /**
   * Makes a transition by name: a test may kill the process before it is on disk (`name:before`), and when it and the
   * whole transaction around it are (`name:after`). Only for steps that change something.
   */
  pass<T>(name: string, step: () => T): T {
    return this.transaction(() => {
      const result = step();
      failPoint(`${name}:before`);
      this.#passed.push(name);
      return result;
    });
  }

  /** Gives the space of deleted rows back to the disk, and shortens the journal. Not inside a transaction. */
  compact(): void {
    this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function migrate(connection: DatabaseSync, path: string): void {
  const version = Number(connection.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > migrations.length) {
    throw new BridgeError(
      'state-too-new',
      `The state file ${path} has version ${version}; this bridge knows versions up to ${migrations.length}.`,
      { advice: 'Install the newer bridge again, or restore the backup that was made before the upgrade.' },
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    connection.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
