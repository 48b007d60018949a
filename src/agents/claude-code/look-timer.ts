import type { Cancel, Clock } from '../../base/clock.ts';

/** When the agent is looked at next. Owns one timer; once closed it starts none. */
export class LookTimer {
  readonly #clock: Clock;
  readonly #look: () => void;
  #cancel: Cancel | undefined;
  /** Monotonic; of the next look. */
  #at = 0;
  #isClosed = false;

  constructor(options: { readonly clock: Clock; readonly look: () => void }) {
    this.#clock = options.clock;
    this.#look = options.look;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** In so many milliseconds, and not before. */
  set(delayMs: number): void {
    this.stop();
    if (this.#isClosed) return;
    this.#at = this.#clock.monotonic() + delayMs;
    this.#cancel = this.#clock.after(delayMs, this.#look);
  }

  /** In so many milliseconds, unless a look comes sooner anyway. */
  within(delayMs: number): void {
    if (this.#at - this.#clock.monotonic() > delayMs) this.set(delayMs);
  }

  /** Until it is set again. */
  stop(): void {
    this.#cancel?.();
  }

  /** For ever: also for a look that is going on and would set the next. */
  close(): void {
    this.#isClosed = true;
    this.stop();
  }
}
