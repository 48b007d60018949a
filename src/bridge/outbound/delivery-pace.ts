import type { Cancel, Clock } from '../../base/clock.ts';

/** What asks the chat server for something, the most urgent first. */
const urgency = ['interaction', 'history', 'text', 'reaction', 'edit'] as const;

export type RequestKind = (typeof urgency)[number];

/** How many requests may go at once after a rest. Also what makes up for a process that was held up for 100 ms. */
const burst = 5;

export interface PaceOptions {
  readonly clock: Clock;
  /** Undefined for a server that needs no sparing. */
  readonly requestsPerSecond: number | undefined;
}

interface Waiting {
  readonly go: (mayGo: boolean) => void;
}

/**
 * Decides when the next request may go, and which: a token bucket, the most urgent kind first, and within a kind
 * whoever has waited longest. Everyone asks for one request at a time, so nobody takes more than their turn. Knows nothing
 * about channels and what is asked for.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #perMs: number | undefined;
  readonly #waiting = new Map<RequestKind, Set<Waiting>>(urgency.map((kind) => [kind, new Set()]));
  #tokens = burst;
  #countedAt: number;
  #timer: Cancel | undefined;

  constructor({ clock, requestsPerSecond }: PaceOptions) {
    this.#clock = clock;
    this.#perMs = requestsPerSecond === undefined ? undefined : requestsPerSecond / 1000;
    this.#countedAt = clock.monotonic();
  }

  /** Waits for its turn. False when the signal ended the wait. */
  turn(kind: RequestKind, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#perMs === undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
      const queue = this.#waiting.get(kind);
      const waiting: Waiting = {
        go: (mayGo) => {
          signal.removeEventListener('abort', onAbort);
          queue?.delete(waiting);
          resolve(mayGo);
        },
      };
      const onAbort = (): void => {
        waiting.go(false);
        this.#serve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue?.add(waiting);
      this.#serve();
    });
  }

  /** Takes a turn that nobody else waits for, for what is not worth a wait. False when there is none. */
  spare(): boolean {
    const perMs = this.#perMs;
    if (perMs === undefined) return true;
    this.#count(perMs);
    if (this.#next() || this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #serve(): void {
    const perMs = this.#perMs;
    if (perMs === undefined) return;
    this.#timer?.();
    this.#timer = undefined;
    this.#count(perMs);
    for (let next = this.#next(); next; next = this.#next()) {
      if (this.#tokens < 1) {
        this.#timer = this.#clock.after(Math.ceil((1 - this.#tokens) / perMs), () => this.#serve());
        return;
      }
      this.#tokens -= 1;
      next.go(true);
    }
  }

  #count(perMs: number): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#countedAt) * perMs);
    this.#countedAt = now;
  }

  #next(): Waiting | undefined {
    for (const kind of urgency) {
      const [first] = this.#waiting.get(kind) ?? [];
      if (first) return first;
    }
    return undefined;
  }
}
