import type { Clock } from '../../base/clock.ts';
import type { Facts } from '../../contracts/stores.ts';

const factName = 'refusals-told';

/** How long after a word the next one of the kind may follow, in milliseconds. */
const pauseMs = 10 * 60_000;

/** How many are remembered: the last ones. */
const most = 200;

/**
 * Remembers, also over restarts, who was told something lately, so that nobody is told it again at once. Knows nothing
 * about what it was.
 */
export class ToldLately {
  readonly #facts: Facts;
  readonly #clock: Clock;

  constructor({ facts, clock }: { readonly facts: Facts; readonly clock: Clock }) {
    this.#facts = facts;
    this.#clock = clock;
  }

  /** Whether it is to be told now; then it counts as told. Belongs into the transaction that does. */
  isDue(what: string): boolean {
    const now = this.#clock.now();
    const told = new Map(JSON.parse(this.#facts.get(factName) ?? '[]') as [string, number][]);
    const at = told.get(what);
    // A clock that was put back silences nobody.
    if (at !== undefined && at <= now && now - at < pauseMs) return false;
    told.delete(what);
    told.set(what, now);
    this.#facts.set(factName, JSON.stringify([...told].slice(-most)));
    return true;
  }
}
