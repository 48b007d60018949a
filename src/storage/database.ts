import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

import { BridgeError, describeError, systemErrorCode } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import { stateTrouble } from './database-errors.ts';
import { JournalFlush } from './journal-flush.ts';
import { journalBytes, lengthenJournal } from './journal.ts';
import { initialSchema } from './migrations/001-initial.ts';
import { deliverySchema } from './migrations/002-delivery.ts';
import { retentionSchema } from './migrations/003-retention.ts';
import { changesOnTheWaySchema } from './migrations/004-changes-on-the-way.ts';
import { decisionsSchema } from './migrations/005-decisions.ts';
import { filesOfMessagesSchema } from './migrations/006-files-of-messages.ts';
import { fileOffersSchema } from './migrations/007-file-offers.ts';

/** Every schema change ever made, in order. Only ever appended to. */
const migrations: readonly string[] = [
  initialSchema,
  deliverySchema,
  retentionSchema,
  changesOnTheWaySchema,
  decisionsSchema,
  filesOfMessagesSchema,
  fileOffersSchema,
];

/** What a state file is brought to when it is opened; a file with a higher version is of a newer bridge. */
export const stateVersion = migrations.length;

export type Row = Record<string, SQLOutputValue>;

/** Pages of 4 kB that one step of a compaction gives back: some milliseconds. */
const pagesPerStep = 250;
/** How long a lock of another process is waited for, in milliseconds: a backup that is reading, say. */
const busyMs = 5000;
/** What `PRAGMA auto_vacuum` says when space can be given back bit by bit. */
const incremental = 2;

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

  readonly #path: string;
  /** None where there is no file. */
  readonly #journal: JournalFlush | undefined;

  private constructor(connection: DatabaseSync, path: string, journal: JournalFlush | undefined) {
    this.#connection = connection;
    this.#path = path;
    this.#journal = journal;
  }

  /**
   * Opens (or creates) the file and brings its schema up to date, each step all or nothing.
   *
   * @param path a file, or `:memory:`.
   * @throws BridgeError `state-too-new` when a newer version of the bridge wrote the file; `state-unreadable` when it is
   *   damaged or something else; `state-full`, `state-busy`, `state-unwritable`.
   */
  static open(path: string): Database {
    let connection: DatabaseSync | undefined;
    try {
      connection = new DatabaseSync(path);
      connection.exec(`PRAGMA busy_timeout = ${busyMs}`);
      // Before anything else: not a byte of it is ours to change.
      refuseNewer(connection, path);
      // auto_vacuum counts for a new file, and only before anything else is written to it.
      // FULL: with a write-ahead journal a commit is flushed before it returns, so that an acknowledged write survives a
      // power cut (I1); NORMAL would only keep the file whole.
      connection.exec(
        `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = ${journalBytes};`,
      );
      migrate(connection);
      makeShrinkable(connection);
      if (path !== ':memory:') makeFast(path);
      return new Database(connection, path, openJournal(path));
    } catch (cause) {
      connection?.close();
      if (cause instanceof BridgeError) throw cause;
      const trouble = stateTrouble(cause, path);
      if (trouble) throw trouble;
      throw new BridgeError('state-unreadable', `The state file ${path} cannot be opened: ${describeError(cause)}.`, {
        cause,
      });
    }
  }

  /**
   * Runs a statement; returns how many rows it changed.
   * @throws BridgeError `state-full`, `state-busy`, `state-unwritable`, `state-unreadable`, as all that follow do.
   */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return this.#ask(() => Number(this.#prepare(sql).run(...values).changes));
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#ask(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#ask(() => this.#prepare(sql).all(...values));
  }

  /**
   * Runs an action as one step that does not wait for the disk: it outlives the process at once, and a power cut once it
   * is flushed. Until then nobody outside may be told of it. Inside a transaction it is part of that one.
   */
  unflushed<T>(action: () => T): T {
    if (this.#depth > 0 || !this.#journal) return this.transaction(action);
    this.#connection.exec('PRAGMA synchronous = NORMAL');
    try {
      const result = this.transaction(action);
      this.#journal.wrote();
      return result;
    } finally {
      this.#connection.exec('PRAGMA synchronous = FULL');
    }
  }

  /** Flushes all steps so far. @throws BridgeError `state-unwritable`. */
  flush(): void {
    this.#journal?.now();
  }

  /** Resolves when all steps so far are flushed; one flush serves all who wait. Rejects as `flush` throws. */
  flushed(): Promise<void> {
    return this.#journal?.done() ?? Promise.resolve();
  }

  /** Runs an action as one step. A nested one is undone by itself when it throws. */
  transaction<T>(action: () => T): T {
    const depth = this.#depth;
    const savepoint = `level_${depth}`;
    const passedBefore = this.#passed.length;
    this.run(depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`);
    this.#depth = depth + 1;
    try {
      const result = action();
      if (depth === 0) this.#commit();
      else this.run(`RELEASE ${savepoint}`);
      this.#depth = depth;
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
   * whole transaction around it are (`name:after`). Only for steps that change something. Without a transaction it is one;
   * within one it is part of it, and when it throws, that one is undone.
   */
  pass<T>(name: string, step: () => T): T {
    if (this.#depth === 0) return this.transaction(() => this.pass(name, step));
    const result = step();
    failPoint(`${name}:before`);
    this.#passed.push(name);
    return result;
  }

  /**
   * Gives the space of deleted rows back to the disk, a bounded part of it at a time. Not inside a transaction. Returns
   * whether there is more to give back.
   */
  compact(): boolean {
    return this.#ask(() => {
      // Not a prepared statement: this one has to be run to its end, and gives a row for each page.
      this.#connection.exec(`PRAGMA incremental_vacuum(${pagesPerStep})`);
      if (this.#isShrinkable() && this.#pragma('freelist_count') > 0) return true;
      // The file itself becomes shorter when the journal goes into it. Whoever reads just now is not waited for.
      this.#connection.exec('PRAGMA busy_timeout = 0');
      try {
        this.#connection.exec('PRAGMA wal_checkpoint(RESTART)');
      } finally {
        this.#connection.exec(`PRAGMA busy_timeout = ${busyMs}`);
      }
      return false;
    });
  }

  close(): void {
    this.#statements.clear();
    this.#journal?.close();
    this.#connection.close();
  }

  /** A commit that the disk failed may be on it all the same, and be found there by the next start. */
  #commit(): void {
    this.#refuseWhenUndone();
    try {
      this.#prepare('COMMIT').run();
    } catch (error) {
      const trouble = stateTrouble(error, this.#path);
      if (trouble?.code !== 'state-unwritable') throw trouble ?? error;
      throw stateTrouble(error, this.#path, 'unknown') ?? error;
    }
  }

  #ask<T>(question: () => T): T {
    this.#refuseWhenUndone();
    try {
      return question();
    } catch (error) {
      throw stateTrouble(error, this.#path) ?? error;
    }
  }

  /** A full disk may end a whole transaction. What came after it would be on disk without what was before it. */
  #refuseWhenUndone(): void {
    if (this.#depth > 0 && !this.#connection.isTransaction) throw undone(this.#path);
  }

  #isShrinkable(): boolean {
    return this.#pragma('auto_vacuum') === incremental;
  }

  #pragma(name: 'auto_vacuum' | 'freelist_count'): number {
    return pragma(this.#connection, name);
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

function refuseNewer(connection: DatabaseSync, path: string): void {
  const version = pragma(connection, 'user_version');
  if (version > migrations.length) {
    throw new BridgeError(
      'state-too-new',
      `The state file ${path} has version ${version}; this bridge knows versions up to ${migrations.length}.`,
      { advice: 'Install the newer bridge again, or restore the backup that was made before the upgrade.' },
    );
  }
}

function migrate(connection: DatabaseSync): void {
  const version = pragma(connection, 'user_version');
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    connection.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

/** A file of an earlier version is written anew, once. Where there is no room for that, it is left to a later start. */
function makeShrinkable(connection: DatabaseSync): void {
  if (pragma(connection, 'auto_vacuum') === incremental) return;
  try {
    connection.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM;');
  } catch (error) {
    const code = stateTrouble(error, '')?.code;
    if (code !== 'state-full' && code !== 'state-busy') throw error;
  }
}

/** A journal that cannot be lengthened just now serves as well, only slower. */
function makeFast(path: string): void {
  try {
    lengthenJournal(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'ENOENT') throw error;
  }
}

/** A file system may know no journals of this kind; then nothing is left unflushed. */
function openJournal(path: string): JournalFlush | undefined {
  try {
    return path === ':memory:' ? undefined : new JournalFlush(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

function pragma(connection: DatabaseSync, name: string): number {
  return Number(connection.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function undone(path: string): BridgeError {
  return new BridgeError('state-undone', `What was to be written to the state file ${path} was undone before its end.`);
}
