import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { promisify } from 'node:util';

import { flushTrouble } from './database-errors.ts';

const flushFile = promisify(fdatasync);

/**
 * Brings a database's write-ahead journal to the disk: everything in it at once, for all who wait for any of it. The
 * journal stays the same file as long as the database is open; when SQLite begins it anew, it has flushed what was in
 * it. Knows nothing about what is in it.
 */
export class JournalFlush {
  readonly #path: string;
  readonly #file: number;
  /** How many steps were written, and how many of them are on the disk. */
  #written = 0;
  #flushed = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: Error | undefined;

  /**
   * @param database the file, open in this process, in WAL mode. SQLite's locks are on others than the journal: they
   *   survive that the journal is opened and closed here.
   * @throws the system error.
   */
  constructor(database: string) {
    this.#path = database;
    this.#file = openSync(`${database}-wal`, 'r+');
  }

  /** A step was written to the journal. */
  wrote(): void {
    this.#written += 1;
  }

  /** Flushes what was written so far. @throws BridgeError `state-unwritable`. */
  now(): void {
    if (this.#flushed === this.#written) return;
    this.#refuseAfterFailure();
    try {
      fdatasyncSync(this.#file);
    } catch (error) {
      throw this.#failed(error);
    }
    this.#flushed = this.#written;
  }

  /** Resolves when everything that was written so far is flushed. Rejects with BridgeError `state-unwritable`. */
  done(): Promise<void> {
    if (this.#flushed === this.#written) return Promise.resolve();
    // One that runs may have begun before the last step was written.
    this.#next ??= this.#flushAfter(this.#running);
    return this.#next;
  }

  /** A flush that runs is let run to its end. */
  close(): void {
    const close = (): void => closeSync(this.#file);
    if (this.#running) void this.#running.then(close, close);
    else close();
  }

  async #flushAfter(earlier: Promise<void> | undefined): Promise<void> {
    // Who waits for the earlier one hears of its failure.
    await earlier?.catch(() => undefined);
    this.#running = this.#next;
    this.#next = undefined;
    const written = this.#written;
    try {
      this.#refuseAfterFailure();
      await flushFile(this.#file);
      this.#flushed = Math.max(this.#flushed, written);
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#running = undefined;
    }
  }

  /** A system that could not write may take the next flush for done, without what it could not write. */
  #refuseAfterFailure(): void {
    if (this.#failure) throw this.#failure;
  }

  #failed(error: unknown): Error {
    return (this.#failure ??= flushTrouble(error, this.#path));
  }
}
