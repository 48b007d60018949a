import type { Clock } from '../../base/clock.ts';
import { newSecret } from '../../base/ids.ts';
import { canMove } from '../../model/session.ts';
import type { Lifecycle, SessionEntry, SessionNumber, SessionRecord } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';

export interface SessionLifeOptions {
  readonly entry: SessionEntry;
  readonly stores: Pick<Stores, 'records' | 'facts' | 'transaction'>;
  readonly clock: Clock;
  /** The driver of a session that names none. */
  readonly defaultAgent: string;
}

/** Under this name it is remembered that a person ended the agent of a session. */
function endName(session: SessionNumber): string {
  return `ended-by-person:${session}`;
}

/** Forgets everything about a session that is not in the map any more. */
export function forgetLife(session: SessionNumber, { records, facts }: Pick<Stores, 'records' | 'facts'>): void {
  records.remove(session);
  facts.delete(endName(session));
}

/**
 * What is on disk about one session's life: its record, and whether a person ended its agent. The only one who writes
 * it; moves the lifecycle along its table. Knows nothing about agents.
 */
export class SessionLife {
  readonly #options: SessionLifeOptions;
  readonly #endedByPerson: string;
  #record: SessionRecord;

  constructor(options: SessionLifeOptions) {
    const { entry, stores, clock, defaultAgent } = options;
    this.#options = options;
    this.#endedByPerson = endName(entry.number);
    this.#record = stores.records.get(entry.number) ?? {
      number: entry.number,
      generation: 0,
      lifecycle: 'stopped',
      agent: entry.agent ?? defaultAgent,
      agentSession: undefined,
      handle: undefined,
      token: newSecret(),
      since: clock.now(),
    };
  }

  get record(): SessionRecord {
    return this.#record;
  }

  /** Whether a person ended the agent, so that only a person brings the session back (I8). */
  get isEndedByPerson(): boolean {
    return this.#record.lifecycle === 'stopped' && this.#options.stores.facts.get(this.#endedByPerson) !== undefined;
  }

  /** A person ended the agent: the session is stopped, also for the next daemon. */
  endedByPerson(): void {
    const { stores, clock } = this.#options;
    stores.transaction(() => {
      stores.facts.set(this.#endedByPerson, String(clock.now()));
      // Nobody lives there any more, and whoever looks would be told of the end again.
      this.save({ handle: undefined });
      this.move('stopped');
    });
  }

  /** Whatever a person ended, it may be started again from now on. */
  forgetEnd(): void {
    if (this.#options.stores.facts.get(this.#endedByPerson) !== undefined) {
      this.#options.stores.facts.delete(this.#endedByPerson);
    }
  }

  move(to: Lifecycle): void {
    const { number, lifecycle: from } = this.#record;
    if (from === to) return;
    if (!canMove(from, to)) throw new Error(`session ${number} cannot go from ${from} to ${to}`);
    this.save({ lifecycle: to, since: this.#options.clock.now() });
  }

  save(change: Partial<SessionRecord>): void {
    // A live agent is found as it was left: a restart with hundreds of them has nothing to write down.
    const fields = Object.keys(change) as (keyof SessionRecord)[];
    if (fields.every((field) => this.#record[field] === change[field])) return;
    const record = { ...this.#record, ...change };
    this.#options.stores.records.save(record);
    // Known only once it is written: what failed is not taken for done the next time.
    this.#record = record;
  }
}
