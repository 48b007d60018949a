import { backoffDelay } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';

/** Waits between tries to connect, in milliseconds. */
const backoff = { firstMs: 1_000, maxMs: 60_000, jitter: 0.3 };

export interface ConnectPaceOptions {
  readonly clock: Clock;
  /** So many tries in a row have failed, and the next one comes in `delayMs`. */
  readonly onWaiting: (failures: number, delayMs: number) => void;
  /** For the jitter, in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/**
 * Decides when the next try to connect may begin: the first at once, each one after a failure later than the one
 * before. Knows nothing about what is tried.
 */
export class ConnectPace {
  readonly #options: ConnectPaceOptions;
  #tries = 0;

  constructor(options: ConnectPaceOptions) {
    this.#options = options;
  }

  /** Resolves when a try may begin; never after `signal`, so that whoever asked comes to rest without an error. */
  async nextTry(signal: AbortSignal): Promise<void> {
    const { clock, onWaiting, random } = this.#options;
    const failures = this.#tries;
    this.#tries += 1;
    if (failures > 0 && !signal.aborted) {
      const delayMs = backoffDelay(failures - 1, backoff, random);
      onWaiting(failures, delayMs);
      // Only the signal ends this wait early, and the next line sees it.
      await clock.sleep(delayMs, signal).catch(() => undefined);
    }
    if (signal.aborted) await new Promise<never>(() => undefined);
  }

  /** A try has succeeded: the next failure begins with short waits again. */
  succeeded(): void {
    this.#tries = 0;
  }
}
