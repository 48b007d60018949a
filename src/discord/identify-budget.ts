import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** Where the budget is kept between two runs. */
export interface IdentifyMemory {
  read(): string | undefined;
  /** When it returns, the text is on disk. */
  write(text: string): void;
}

/** What the server says about logins: how many are left, and for how many milliseconds that holds. */
export interface SessionStarts {
  readonly remaining: number;
  readonly resetAfterMs: number;
}

export interface IdentifyBudgetOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: IdentifyMemory;
  /** The next login has to wait until then (epoch milliseconds). */
  readonly onWaiting: (until: number) => void;
}

/** Discord's documentation: one login in 5 s. */
const spacingMs = 5_000;

/**
 * Discord's documentation: 1000 logins a day, then the token is taken away. A hundred at once and one more every 100 s
 * are at most 964 in any day, and never a whole day of silence after a bad hour.
 */
const burst = 100;
const refillMs = 100_000;

/** When the server says that fewer are left (somebody else uses the token too), they are spread over the time left. */
const fewLeft = 50;

const dayMs = 24 * 3600 * 1000;

const stored = z.object({
  /** Logins that may follow at once. */
  left: z.number().min(0).max(burst),
  /** When `left` was counted, epoch milliseconds. */
  at: z.number(),
  /** The last login, epoch milliseconds. */
  last: z.number(),
  /** The server wants none before, epoch milliseconds. */
  closedUntil: z.number(),
});

/**
 * Decides when the bot may log in (identify) again, over all runs of the daemon, so that no loop of crashes or broken
 * connections ever becomes a storm. Knows nothing about connections.
 */
export class IdentifyBudget {
  readonly #options: IdentifyBudgetOptions;
  #state: z.infer<typeof stored>;

  constructor(options: IdentifyBudgetOptions) {
    this.#options = options;
    this.#state = this.#remembered();
  }

  /** Resolves when a login may begin; never after `signal`. */
  async wait(signal: AbortSignal): Promise<void> {
    const { clock, log, onWaiting } = this.#options;
    for (let delayMs = this.#delay(); delayMs > 0 && !signal.aborted; delayMs = this.#delay()) {
      if (delayMs > spacingMs) {
        log.warn({ delayMs }, 'the bot has logged in too often, waiting');
        onWaiting(clock.now() + delayMs);
      }
      // Only the signal ends this wait early, and the loop sees it.
      await clock.sleep(delayMs, signal).catch(() => undefined);
    }
    if (signal.aborted) await new Promise<never>(() => undefined);
  }

  /** Waits, and counts a login: it is on disk before it happens. */
  async take(signal: AbortSignal): Promise<void> {
    await this.wait(signal);
    const now = this.#options.clock.now();
    this.#save({ ...this.#state, left: Math.max(0, this.#left(now) - 1), at: now, last: now });
  }

  /** The server has said how many logins are left. */
  learn({ remaining, resetAfterMs }: SessionStarts): void {
    if (remaining >= fewLeft || resetAfterMs <= 0) return;
    const now = this.#options.clock.now();
    const closedUntil = remaining <= 0 ? now + resetAfterMs : this.#state.last + resetAfterMs / remaining;
    this.#save({ ...this.#state, closedUntil });
  }

  /** Milliseconds until the next login. What the clock's jump has put out of reach counts for nothing. */
  #delay(): number {
    const now = this.#options.clock.now();
    const { last, closedUntil } = this.#state;
    const left = this.#left(now);
    return Math.ceil(
      Math.max(
        left >= 1 ? 0 : (1 - left) * refillMs,
        last > now ? 0 : last + spacingMs - now,
        closedUntil - now > dayMs ? 0 : closedUntil - now,
      ),
    );
  }

  /** How many may follow at once by now. */
  #left(now: number): number {
    const { left, at } = this.#state;
    return Math.min(burst, left + Math.max(0, now - at) / refillMs);
  }

  #save(state: z.infer<typeof stored>): void {
    this.#state = state;
    try {
      this.#options.memory.write(JSON.stringify(state));
    } catch (error) {
      // It is still counted, until the daemon ends.
      this.#options.log.warn({ error: describeError(error) }, 'logins of the bot could not be counted on disk');
    }
  }

  #remembered(): z.infer<typeof stored> {
    const { memory, clock, log } = this.#options;
    const fresh = { left: burst, at: clock.now(), last: 0, closedUntil: 0 };
    const text = memory.read();
    if (text === undefined) return fresh;
    try {
      return stored.parse(JSON.parse(text));
    } catch (error) {
      log.warn({ error: describeError(error) }, 'the count of logins could not be read, beginning anew');
      return fresh;
    }
  }
}
