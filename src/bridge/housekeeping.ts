import type { Cancel, Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ChannelId } from '../model/session.ts';
import type { Stores } from '../contracts/stores.ts';

/** The longest time between two rounds, in milliseconds. */
const longestIntervalMs = 6 * 3_600_000;
/** The shortest one. */
const shortestIntervalMs = 1_000;
/** Rows that one step forgets: with their traces some milliseconds of work. */
const rowsPerStep = 200;
/** Between two steps everybody else has a turn, in milliseconds. */
const pauseMs = 20;

/** How long what is done with is kept, each in milliseconds. */
export interface Retention {
  readonly messages: number;
  readonly posts: number;
  readonly turns: number;
  readonly prompts: number;
  /** How far a channel was read that no session serves any more; also that a channel refused the bot. */
  readonly channels: number;
  readonly files: number;
  /** Files that came with messages, once nobody needs them. */
  readonly attachments: number;
}

/** Something else that leaves things behind. */
export interface Chore {
  /** What it removes, in a word for the log. */
  readonly name: string;
  /** Removes what nobody has needed for `keepMs`, in small steps: each gives how many it removed. */
  readonly run: (keepMs: number) => Iterator<number, void>;
}

export interface HousekeepingOptions {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
  readonly retention: Retention;
  /** The channels of all sessions, as mapped now. */
  readonly served: () => ReadonlySet<ChannelId>;
  /** For the files. */
  readonly chores: readonly Chore[];
}

/** One rule: forgets a bounded number of things; `isWhole` when it cannot have left any. */
interface Rule {
  readonly name: string;
  readonly step: () => { readonly removed: number; readonly isWhole: boolean };
}

/**
 * Forgets what is done with and old, and gives its space back to the disk, so that nothing grows for ever (I11). Works in
 * small steps: nobody waits for it. Owns the times of its rounds. Knows nothing about what the records mean: what is
 * unsettled, or still needed to recognise something, is kept by the stores themselves.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #stop = new AbortController();
  #isAtWork = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /**
   * Cleans now, and then every six hours, or four times in the shortest time that something is kept. A failure costs one
   * rule of one round. Returns the stop: nothing is touched any more when it returns.
   */
  start(): Cancel {
    const { clock, retention } = this.#options;
    const quarter = Math.min(...Object.values<number>({ ...retention })) / 4;
    const cancel = clock.every(Math.max(shortestIntervalMs, Math.min(longestIntervalMs, quarter)), () => {
      void this.#round();
    });
    void this.#round();
    return () => {
      cancel();
      this.#stop.abort();
    };
  }

  async #round(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    const removed: Record<string, number> = {};
    for (const rule of this.#rules()) {
      const count = await this.#apply(rule);
      if (count > 0) removed[rule.name] = count;
    }
    if (Object.keys(removed).length > 0) this.#options.log.info(removed, 'old records forgotten');
    this.#isAtWork = false;
  }

  async #apply({ name, step }: Rule): Promise<number> {
    const { clock, log } = this.#options;
    let count = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const { removed, isWhole } = step();
        count += removed;
        if (isWhole) break;
      } catch (error) {
        log.error({ rule: name, error: describeError(error) }, 'old records could not be forgotten');
        break;
      }
      // An aborted pause is the end, which the loop sees.
      await clock.sleep(pauseMs, this.#stop.signal).catch(() => undefined);
    }
    return count;
  }

  #rules(): readonly Rule[] {
    const { stores, clock, retention, served, chores } = this.#options;
    const { inbox, outbox, turns, prompts, offers, channels } = stores;
    const now = clock.now();
    return [
      this.#inSteps('messages', (atMost) => inbox.prune(now - retention.messages, atMost)),
      this.#inSteps('posts', (atMost) => outbox.prune(now - retention.posts, atMost)),
      this.#inSteps('offers', (atMost) => offers.prune(now - retention.posts, atMost)),
      this.#inSteps('turns', (atMost) => turns.prune(now - retention.turns, atMost)),
      this.#inSteps('prompts', (atMost) => prompts.prune(now - retention.prompts, atMost)),
      this.#atOnce('channels', () => channels.prune(now - retention.channels, served())),
      this.#atOnce('refusals', () => outbox.pruneParked(now - retention.channels)),
      ...chores.map(({ name, run }) => this.#ofChore(name, run(retention.files))),
      { name: 'space', step: () => ({ removed: 0, isWhole: !stores.compact() }) },
    ];
  }

  #inSteps(name: string, prune: (atMost: number) => number): Rule {
    return {
      name,
      step: () => {
        const removed = prune(rowsPerStep);
        return { removed, isWhole: removed < rowsPerStep };
      },
    };
  }

  #atOnce(name: string, remove: () => number): Rule {
    return { name, step: () => ({ removed: remove(), isWhole: true }) };
  }

  #ofChore(name: string, steps: Iterator<number, void>): Rule {
    return {
      name,
      step: () => {
        const next = steps.next();
        return next.done === true ? { removed: 0, isWhole: true } : { removed: next.value, isWhole: false };
      },
    };
  }
}
