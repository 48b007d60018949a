import type { Clock } from '../base/clock.ts';

const windowMs = 1_000;

/**
 * Keeps all requests together within the server's limit: at most so many in any second, in the order they came. Counts by
 * the monotonic clock, where the library counts by the wall clock and would wait as long as that was set back.
 */
export class RequestWindow {
  readonly #clock: Clock;
  readonly #perSecond: number;
  /** When each of the last requests went, or will go; the oldest first. */
  #times: number[] = [];

  /** @param perSecond at least 1; undefined for a server without such a limit. */
  constructor(clock: Clock, perSecond: number | undefined) {
    this.#clock = clock;
    this.#perSecond = perSecond ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Waits until one more request may go.
   * @throws the signal's reason when that ended the wait; the place in the line stays taken.
   */
  async turn(signal?: AbortSignal): Promise<void> {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    const now = this.#clock.monotonic();
    const earliest = this.#times.length < this.#perSecond ? now : (this.#times[0] ?? now) + windowMs;
    const at = Math.max(now, earliest);
    this.#times.push(at);
    if (this.#times.length > this.#perSecond) this.#times.shift();
    if (at > now) await this.#clock.sleep(at - now, signal);
  }
}
