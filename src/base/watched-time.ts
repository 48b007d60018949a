import type { Clock } from './clock.ts';

/** Between two looks at most this much counts, in milliseconds: as much as the slowest look takes here. */
const mostMs = 1000;

/**
 * How long a loop has looked for something. A process that was held up, or a machine that was suspended, has not looked
 * meanwhile, and neither has what it waits for gone on: such a gap counts as one look, so that no limit runs out by it.
 */
export class WatchedTime {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #lookedAt: number;
  #elapsed = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#lookedAt = clock.monotonic();
  }

  /** Milliseconds since the beginning, as far as they were watched. To be asked with each look. */
  elapsed(): number {
    const now = this.#clock.monotonic();
    this.#elapsed += Math.min(now - this.#lookedAt, mostMs);
    this.#lookedAt = now;
    return this.#elapsed;
  }
}
