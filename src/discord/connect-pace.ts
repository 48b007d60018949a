import { backoffDelay } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';

/** Waits between tries to connect, in milliseconds. */
const afterFailures = { firstMs: 1_000, maxMs: 60_000, jitter: 0.3 };

/** Waits before coming back to a server that takes the bot and soon drops it, again and again, in milliseconds. */
const afterBreaks = { firstMs: 1_000, maxMs: 15_000, jitter: 0.3 };

/** A connection that lasted so long, in milliseconds, was a good one. */
const steadyMs = 60_000;

/** So many times in a row a connection may break early and be tried again at once. */
const freeBreaks = 3;

export interface ConnectPaceOptions {
  readonly clock: Clock;
  /** So many tries or connections in a row have failed, and the next one comes in `delayMs`. */
  readonly onWaiting: (failures: number, delayMs: number, why: 'unreachable' | 'breaks') => void;
  /** For the jitter, in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/**
 * Decides when the next try to connect may begin: the first at once, each one after a failure later than the one
 * before. A connection that breaks soon, again and again, is a failure too. Knows nothing about what is tried.
 */
export class ConnectPace {
  readonly #options: ConnectPaceOptions;
  /** Tries since the last success. */
  #tries = 0;
  /** Connections in a row that broke early. */
  #breaks = 0;
  /** Monotonic time of the last success; undefined once the next try has begun. */
  #succeededAt: number | undefined;

  constructor(options: ConnectPaceOptions) {
    this.#options = options;
  }

  /** Resolves when a try may begin; never after `signal`, so that whoever asked comes to rest without an error. */
  async nextTry(signal: AbortSignal): Promise<void> {
    const { clock, onWaiting, random } = this.#options;
    const failures = this.#tries;
    this.#tries += 1;
    this.#countBreak();
    const breaks = this.#breaks - freeBreaks;
    const delayMs = Math.max(
      failures > 0 ? backoffDelay(failures - 1, afterFailures, random) : 0,
      breaks > 0 ? backoffDelay(breaks - 1, afterBreaks, random) : 0,
    );
    if (delayMs > 0 && !signal.aborted) {
      if (failures > 0) onWaiting(failures, delayMs, 'unreachable');
      else onWaiting(this.#breaks, delayMs, 'breaks');
      // Only the signal ends this wait early, and the next line sees it.
      await clock.sleep(delayMs, signal).catch(() => undefined);
    }
    if (signal.aborted) await new Promise<never>(() => undefined);
  }

  /** A try has succeeded: the next failure begins with short waits again. */
  succeeded(): void {
    this.#tries = 0;
    this.#succeededAt ??= this.#options.clock.monotonic();
  }

  #countBreak(): void {
    if (this.#succeededAt === undefined) return;
    const lasted = this.#options.clock.monotonic() - this.#succeededAt;
    this.#breaks = lasted < steadyMs ? this.#breaks + 1 : 0;
    this.#succeededAt = undefined;
  }
}
