import { readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { makePrivateDirectory, replaceFile } from '../../base/atomic-file.ts';
import type { Cancel, Clock } from '../../base/clock.ts';
import { DirectoryWatch } from '../../base/directory-watch.ts';
import { BridgeError, describeError, systemErrorCode } from '../../base/errors.ts';
import { failPoint } from '../../base/fail-point.ts';
import type { Log } from '../../base/log.ts';
import { Scope } from '../../base/scope.ts';
import { endHookProcess, hookProcessState } from './hook-process.ts';
import { removeMailboxLeftovers } from './leftovers.ts';
import { compareEventIds, isEventId, parseMailboxEvent } from './mailbox-event.ts';
import type { Json, MailboxEvent } from './mailbox-event.ts';

export interface MailboxOptions {
  /** `<AgentSpec.directory>/mailbox`; made when it is not there. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Milliseconds between two looks at the directory, in case the watch missed something. A look costs 20 µs; with five
 * hundred sessions one a second each would be the daemon's main work while all are idle.
 */
const sweepMs = 30_000;
/** The same while nothing watches, or an event has to be told again. */
const retryMs = 1000;
/** A hook polls at least once a second; one that is still there after this long does not look any more. */
const releaseGraceMs = 3000;
/** Rejected files are kept for a look at them, this many. */
const rejectedKept = 20;

/** Opens the mailbox in a directory. Nothing is read before `listen`. */
export function openMailbox(options: MailboxOptions): Mailbox {
  for (const name of ['', 'events', 'answers', 'tmp', 'rejected']) {
    makePrivateDirectory(join(options.directory, name));
  }
  return new Mailbox(options);
}

/**
 * The daemon's end of one agent's mailbox: events in, answers out, each a file. Owns the watch and the answers it
 * wrote. An event's file stays until `remove`, so that a restart reads it again. Knows nothing about what events mean.
 */
export class Mailbox {
  readonly directory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #scope = new Scope();
  readonly #watch: DirectoryWatch;
  /** Told already, still on disk. */
  readonly #told = new Set<string>();
  /** Hooks that were let go and may have to be ended, by event id. */
  readonly #reaping = new Map<string, Cancel>();
  #listener: ((event: MailboxEvent) => void) | undefined;
  #reading = false;
  #next: Cancel | undefined;

  constructor({ directory, clock, log }: MailboxOptions) {
    this.directory = directory;
    this.#clock = clock;
    this.#log = log;
    this.#watch = new DirectoryWatch({ path: this.#path('events'), onChange: () => this.#read(), log });
  }

  /** Tells the hooks that a daemon listens: without it, nobody waits for a confirmation. */
  writeDaemonPid(pid: number = process.pid): void {
    // After a power cut there is neither a hook that reads it nor the daemon that it names.
    replaceFile(join(this.directory, 'daemon.pid'), `${pid}\n`, 'nothing');
  }

  /**
   * Hears every event once: first the backlog in order, before this returns, then each as it comes. A listener that
   * throws hears the same event again at the next sweep; the others are not held back.
   */
  listen(listener: (event: MailboxEvent) => void): Cancel {
    this.#listener = listener;
    removeMailboxLeftovers(this.directory, { now: this.#clock.now(), rejectedKeptMs: Infinity });
    this.#scope.defer('watch', () => this.#watch.close());
    this.#scope.defer('sweep', () => this.#next?.());
    this.#read();
    return () => {
      this.#listener = undefined;
      this.#next?.();
    };
  }

  /** Looks for new events now. */
  sweep(): void {
    this.#read();
  }

  /** Every event on disk, in order, told or not; those that cannot be read are left out. */
  events(): readonly MailboxEvent[] {
    return this.#ids().flatMap((id) => this.#load(id) ?? []);
  }

  /** Forgets events, after what they said was committed. An unknown id is fine. */
  remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (!isEventId(id)) throw new Error(`"${id}" is not the id of an event`);
      // The events are a queue that is read by removing: this is where its cursor moves.
      failPoint('cursor:mailbox:before');
      rmSync(this.#path('events', `${id}.json`), { force: true });
      failPoint('cursor:mailbox:after');
      this.#told.delete(id);
    }
  }

  /** Answers a waiting hook: it prints this JSON to its agent. @throws BridgeError `answer-unwritable`. */
  answer(id: string, json: Json): void {
    if (!isEventId(id)) throw new Error(`"${id}" is not the id of an event`);
    const path = this.#path('answers', `${id}.json`);
    try {
      // After a power cut no hook waits for it.
      replaceFile(path, JSON.stringify(json), 'nothing');
    } catch (cause) {
      throw new BridgeError('answer-unwritable', `The answer ${path} cannot be written: ${describeError(cause)}.`, {
        advice: 'Make room, or look at the permissions of its directory, and answer again.',
        cause,
      });
    }
  }

  /** Whether the hook behind an event still waits (as far as the machine can tell). */
  isHeld(event: Pick<MailboxEvent, 'pid'>): boolean {
    return hookProcessState(event.pid, this.directory) !== 'gone';
  }

  /**
   * Lets a hook go whose question is decided elsewhere: an answer that decides nothing, and an end to its process when it does not
   * take it. Its event stays until `remove`.
   */
  release(event: Pick<MailboxEvent, 'id' | 'pid'>, answer: Json = {}): void {
    if (this.isHeld(event)) {
      this.answer(event.id, answer);
      this.#reaping.get(event.id)?.();
      this.#reaping.set(
        event.id,
        this.#clock.after(releaseGraceMs, () => this.#reap(event)),
      );
    } else {
      rmSync(this.#path('answers', `${event.id}.json`), { force: true });
    }
  }

  /** Stops listening. Files and waiting hooks stay. */
  async close(): Promise<void> {
    this.#listener = undefined;
    for (const cancel of this.#reaping.values()) cancel();
    this.#reaping.clear();
    await this.#scope.close();
  }

  #reap(event: Pick<MailboxEvent, 'id' | 'pid'>): void {
    this.#reaping.delete(event.id);
    if (endHookProcess(event.pid, this.directory)) {
      this.#log.info({ event: event.id, pid: event.pid }, 'a hook that nobody waits for was ended');
    }
    rmSync(this.#path('answers', `${event.id}.json`), { force: true });
  }

  /** Tells what is new. A listener that asks for a sweep is served by the one that runs already. */
  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    // Before the look, so that nothing can come between the two.
    const isWatched = this.#listener !== undefined && this.#watch.keep();
    let isAllTold = false;
    try {
      isAllTold = this.#tellNew();
    } catch (error) {
      // The next sweep looks again; nobody else may fall with it.
      this.#log.error({ error }, 'the mailbox could not be read');
    } finally {
      this.#reading = false;
    }
    if (this.#listener) this.#sweepLater(isAllTold && isWatched ? sweepMs : retryMs);
  }

  #sweepLater(delayMs: number): void {
    this.#next?.();
    this.#next = this.#clock.after(delayMs, () => this.#read());
  }

  /** Returns whether there is nothing left that has to be told again. */
  #tellNew(): boolean {
    let isAllTold = true;
    for (const id of this.#ids()) {
      if (!this.#listener) return true;
      if (this.#told.has(id)) continue;
      const event = this.#load(id);
      if (!event) continue;
      this.#told.add(id);
      try {
        this.#listener(event);
      } catch (error) {
        this.#told.delete(id);
        isAllTold = false;
        this.#log.error({ error, event: id }, 'an event could not be handled; it is told again');
      }
    }
    return isAllTold;
  }

  #ids(): readonly string[] {
    return readdirSync(this.#path('events'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .filter((id) => isEventId(id) || this.#reject(id, new Error('its name is not one of an event')))
      .sort(compareEventIds);
  }

  #load(id: string): MailboxEvent | undefined {
    try {
      return parseMailboxEvent(id, readFileSync(this.#path('events', `${id}.json`), 'utf8'));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') this.#reject(id, error);
      return undefined;
    }
  }

  /** Moves a file aside that nobody can read, so that it never blocks the rest. */
  #reject(id: string, error: unknown): false {
    this.#log.error({ error, event: id }, 'an unreadable event was moved aside');
    renameSync(this.#path('events', `${id}.json`), this.#path('rejected', `${id}.json`));
    const rejected = readdirSync(this.#path('rejected')).sort();
    for (const name of rejected.slice(0, -rejectedKept)) rmSync(this.#path('rejected', name), { force: true });
    return false;
  }

  #path(...names: readonly string[]): string {
    return join(this.directory, ...names);
  }
}
