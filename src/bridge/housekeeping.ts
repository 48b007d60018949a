import type { Cancel, Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Stores } from '../contracts/stores.ts';

const hourMs = 3_600_000;

/** How often old records are looked for. */
const intervalMs = 6 * hourMs;

/** How long settled records are kept: long enough for a replay of the chat server or a question "what became of it". */
const keepMs = 30 * 24 * hourMs;

/** Forgets what is settled and old, so that nothing grows for ever (I11). */
export class Housekeeping {
  readonly #stores: Stores;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(options: { readonly stores: Stores; readonly clock: Clock; readonly log: Log }) {
    this.#stores = options.stores;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Cleans now and every six hours; a failure costs one round. Returns the stop. */
  start(): Cancel {
    this.#clean();
    return this.#clock.every(intervalMs, () => {
      this.#clean();
    });
  }

  #clean(): void {
    const { inbox, outbox, turns, prompts } = this.#stores;
    const before = this.#clock.now() - keepMs;
    try {
      const removed = this.#stores.transaction(() => ({
        inbox: inbox.prune(before),
        outbox: outbox.prune(before),
        turns: turns.prune(before),
        prompts: prompts.prune(before),
      }));
      this.#log.debug(removed, 'old records forgotten');
    } catch (error) {
      this.#log.error({ error: describeError(error) }, 'old records could not be forgotten');
    }
  }
}
