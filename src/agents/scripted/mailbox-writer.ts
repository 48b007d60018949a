import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '../../base/clock.ts';

export interface MailboxWriterOptions {
  /** The mailbox directory. */
  readonly directory: string;
  readonly clock: Clock;
}

/**
 * The agent's end of the mailbox: leaves events, looks for answers. One file per event, written aside and renamed, so
 * that nobody sees a part of one. Knows nothing about what they mean.
 */
export class MailboxWriter {
  readonly #directory: string;
  readonly #clock: Clock;
  #last = 0n;

  constructor({ directory, clock }: MailboxWriterOptions) {
    this.#directory = directory;
    this.#clock = clock;
    for (const name of ['events', 'answers', 'tmp']) {
      mkdirSync(join(directory, name), { recursive: true, mode: 0o700 });
    }
  }

  /**
   * The id for an event that is left next. Ids of one writer sort in the order of the calls. The time in them is the
   * clock's of now, also when that was set forward: by it the daemon knows whether anybody still waits.
   */
  newId(kind: string): string {
    const now = BigInt(Math.trunc(this.#clock.now())) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return `${this.#last}-${process.pid}-${kind}`;
  }

  /** Leaves an event and returns its id. */
  leave(kind: string, event: Readonly<Record<string, unknown>>, id: string = this.newId(kind)): string {
    const aside = join(this.#directory, 'tmp', id);
    writeFileSync(aside, `${JSON.stringify({ id, kind, pid: process.pid, event })}\n`, { mode: 0o600 });
    renameSync(aside, join(this.#directory, 'events', `${id}.json`));
    return id;
  }

  /** Takes the answer to an event, if there is one. A file that is no object is an answer that says nothing. */
  take(id: string): Readonly<Record<string, unknown>> | undefined {
    const path = this.#answerPath(id);
    let content: string;
    try {
      content = readFileSync(path, 'utf8');
    } catch {
      return undefined; // Not there yet.
    }
    rmSync(path, { force: true });
    try {
      const answer: unknown = JSON.parse(content);
      return typeof answer === 'object' && answer !== null ? { ...answer } : {};
    } catch {
      return {}; // Somebody else's file: no decision can be read from it.
    }
  }

  /** Removes an answer that came too late. */
  forget(id: string): void {
    rmSync(this.#answerPath(id), { force: true });
  }

  /** Whether a daemon listens, so that it is worth while to wait for its confirmation. */
  hasListener(): boolean {
    try {
      const pid = Number(readFileSync(join(this.#directory, 'daemon.pid'), 'utf8'));
      return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
    } catch {
      return false; // No file, or no such process.
    }
  }

  #answerPath(id: string): string {
    return join(this.#directory, 'answers', `${id}.json`);
  }
}
