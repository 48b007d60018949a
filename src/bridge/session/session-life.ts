import type { Clock } from '../../base/clock.ts';
import { newSecret } from '../../base/ids.ts';
import { canMove } from '../../model/session.ts';
import type { Lifecycle, SessionEntry, SessionNumber, SessionRecord, StaysDown } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';

export interface SessionLifeOptions {
  readonly entry: SessionEntry;
  readonly stores: Pick<Stores, 'records' | 'facts' | 'transaction'>;
  readonly clock: Clock;
  /** The driver of a session that names none. */
  readonly defaultAgent: string;
}

/** Under these names it is remembered why a session stays down. */
function namesOf(session: SessionNumber): Readonly<Record<StaysDown, string>> {
  return { asked: `asked-to-stop:${session}`, 'ended-at-terminal': `ended-by-person:${session}` };
}

/** Forgets everything about a session that is not in the map any more. */
export function forgetLife(session: SessionNumber, { records, facts }: Pick<Stores, 'records' | 'facts'>): void {
  records.remove(session);
  for (const name of Object.values(namesOf(session))) facts.delete(name);
}

/**
 * What is on disk about one session's life: its record, and whether it stays down until a person asks for it. The only
 * one who writes it; moves the lifecycle along its table. Knows nothing about agents.
 */
export class SessionLife {
  readonly #options: SessionLifeOptions;
  readonly #names: Readonly<Record<StaysDown, string>>;
  #record: SessionRecord;

  constructor(options: SessionLifeOptions) {
    const { entry, stores, clock, defaultAgent } = options;
    this.#options = options;
    this.#names = namesOf(entry.number);
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

  /** Why only a person brings the session back (I8); undefined when it is brought up as usual. */
  get staysDown(): StaysDown | undefined {
    if (this.#record.lifecycle !== 'stopped') return undefined;
    if (this.#isNoted('asked')) return 'asked';
    return this.#isNoted('ended-at-terminal') ? 'ended-at-terminal' : undefined;
  }

  /** A person ended the agent: the session is stopped, also for the next daemon. */
  endedByPerson(): void {
    this.#asOneStep(() => {
      this.#note('ended-at-terminal');
      // Nobody lives there any more, and whoever looks would be told of the end again.
      this.save({ handle: undefined });
      this.move('stopped');
    });
  }

  /** A person wants it stopped: it is, also for the next daemon, and after a full stop. */
  askedToStop(): void {
    this.#asOneStep(() => {
      this.#note('asked');
      this.move('stopped');
    });
  }

  /** Everything is stopped: what a person ended at its terminal may be started again afterwards, what was to be stopped not. */
  fullStop(): void {
    this.#forget('ended-at-terminal');
    this.move('stopped');
  }

  /** Whatever kept it down, it may be started from now on. */
  mayStart(): void {
    this.#forget('asked');
    this.#forget('ended-at-terminal');
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

  /** What is not on disk in the end is not known here either. */
  #asOneStep(step: () => void): void {
    const before = this.#record;
    try {
      this.#options.stores.transaction(step);
    } catch (error) {
      this.#record = before;
      throw error;
    }
  }

  #isNoted(why: StaysDown): boolean {
    return this.#options.stores.facts.get(this.#names[why]) !== undefined;
  }

  #note(why: StaysDown): void {
    this.#options.stores.facts.set(this.#names[why], String(this.#options.clock.now()));
  }

  #forget(why: StaysDown): void {
    if (this.#isNoted(why)) this.#options.stores.facts.delete(this.#names[why]);
  }
}
