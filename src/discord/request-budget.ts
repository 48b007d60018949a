import type { Cancel, Clock } from '../base/clock.ts';
import type { RateLimits } from './rate-limits.ts';

/** What asks the server for something, the most urgent first. */
const urgency = ['lookup', 'text', 'reaction', 'edit', 'topic', 'typing'] as const;

/** An answer to an act waits for nobody: it has three seconds, and the server counts it for itself (its documentation). */
export type RequestKind = 'interaction' | (typeof urgency)[number];

/** A request that is to go. */
export interface Planned {
  readonly kind: RequestKind;
  /** What the server limits together, as far as that is known before it says so: a route. */
  readonly route: string;
  /** It does so for each of these by itself: a channel or a server; empty for the rest. */
  readonly place: string;
  /** Asked right before it goes: a request that is not wanted any more takes nothing from others. */
  readonly isWanted?: () => boolean;
}

/** One request is under way. */
export interface Departure {
  /** It is over, with what the server said about its limits, if it said anything. Called once. */
  ended(limits: RateLimits | undefined): void;
}

/** What the server allows of one route at one place. */
interface Bucket {
  isBusy: boolean;
  left: number;
  /** Monotonic time from which there is more left; what that is, only the server knows. */
  resetAt: number;
}

interface Waiting {
  readonly planned: Planned;
  /** Names its bucket. */
  readonly key: string;
  readonly go: (departure: Departure | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** The server counts by the second over all. */
const secondMs = 1_000;

/** So much later than the server says, in milliseconds: clocks and lines differ (the library has the same). */
const marginMs = 50;

/** I11: above this, what says nothing any more is forgotten. */
const mostBuckets = 1_000;

/**
 * The one place that decides which request goes next, and when: the most urgent of those that the server would take now,
 * and of these whoever has waited longest. One at a time for each limit that the server names, because its answer says how
 * many more there may be. Who waits for such a limit takes nothing from the requests that all together may make.
 *
 * Of those, at most so many are under way or were answered within the last second: the server has counted a request before
 * it answers, so that it never counts more in any second, however the line hurries and hesitates.
 *
 * Counts by the monotonic clock. Knows nothing about what requests are for, and how they are made.
 */
export class RequestBudget {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #waiting = new Map<Exclude<RequestKind, 'interaction'>, Waiting[]>(urgency.map((kind) => [kind, []]));
  /** By route and place, and by the server's name and place. */
  readonly #buckets = new Map<string, Bucket>();
  #underWay = 0;
  /** When the requests of the last second were answered, the oldest first. */
  readonly #answeredAt: number[] = [];
  /** Until then the server wants nothing at all. */
  #refusedUntil = Number.NEGATIVE_INFINITY;
  #timer: Cancel | undefined;
  #isClosed = false;

  /** @param perSecond how many requests the server takes in a second, of all kinds; undefined for no such limit. */
  constructor(clock: Clock, perSecond: number | undefined) {
    this.#clock = clock;
    this.#perSecond = perSecond ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Waits until a request may go. Undefined when it is not to go: not wanted any more, the budget closed, or "is typing"
   * while there is much else, which is not worth a wait.
   *
   * @param again it was refused, and goes before whoever came later.
   * @throws whatever `isWanted` throws.
   */
  turn(planned: Planned, again = false): Promise<Departure | undefined> {
    const { kind } = planned;
    if (kind === 'interaction') return Promise.resolve(this.#isClosed ? undefined : { ended: () => undefined });
    if (this.#isClosed || (kind === 'typing' && !this.#hasRoomFor(planned))) return Promise.resolve(undefined);
    return new Promise((go, fail) => {
      this.#waiting
        .get(kind)
        ?.[again ? 'unshift' : 'push']({ planned, key: keyOf(planned.route, planned.place), go, fail });
      this.#serve();
    });
  }

  /** A request was answered that nobody asked here about: it counts all the same. */
  note(): void {
    if (Number.isFinite(this.#perSecond)) this.#answeredAt.push(this.#clock.monotonic());
  }

  /** Nothing goes any more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.();
    for (const queue of this.#waiting.values()) for (const { go } of queue.splice(0)) go(undefined);
  }

  /** Half of the second is left for what comes next. */
  #hasRoomFor(planned: Planned): boolean {
    const now = this.#clock.monotonic();
    if (this.#opensAt(now) > now || !mayGo(this.#bucket(keyOf(planned.route, planned.place)), now)) return false;
    return this.#underWay + this.#answeredAt.length < this.#perSecond / 2;
  }

  #serve(): void {
    this.#timer?.();
    this.#timer = undefined;
    if (this.#isClosed) return;
    const now = this.#clock.monotonic();
    for (let next = this.#next(now); next; next = this.#next(now)) {
      const opensAt = this.#opensAt(now);
      if (opensAt > now) {
        this.#wakeAt(opensAt, now);
        return;
      }
      next.queue.splice(next.queue.indexOf(next.waiting), 1);
      this.#dispatch(next.waiting);
    }
    const resets = [...this.#waiting.values()].flat().map(({ key }) => this.#bucket(key));
    this.#wakeAt(Math.min(...resets.filter(({ isBusy }) => !isBusy).map(({ resetAt }) => resetAt)), now);
  }

  /** The next that its own limit lets through. */
  #next(now: number): { readonly queue: Waiting[]; readonly waiting: Waiting } | undefined {
    for (const queue of this.#waiting.values()) {
      const waiting = queue.find(({ key }) => mayGo(this.#bucket(key), now));
      if (waiting) return { queue, waiting };
    }
    return undefined;
  }

  /** From when on one more request of any kind may go; without end when only an answer can tell. */
  #opensAt(now: number): number {
    while ((this.#answeredAt[0] ?? now) <= now - secondMs) this.#answeredAt.shift();
    if (now < this.#refusedUntil) return this.#refusedUntil;
    if (this.#underWay + this.#answeredAt.length < this.#perSecond) return now;
    const [oldest = Number.POSITIVE_INFINITY] = this.#answeredAt;
    return oldest + secondMs;
  }

  #wakeAt(at: number, now: number): void {
    if (Number.isFinite(at)) this.#timer = this.#clock.after(Math.ceil(at - now), () => this.#serve());
  }

  #dispatch({ planned, key, go, fail }: Waiting): void {
    try {
      if (planned.isWanted?.() === false) {
        go(undefined);
        return;
      }
    } catch (error) {
      fail(error);
      return;
    }
    const bucket = this.#bucket(key);
    bucket.isBusy = true;
    bucket.left -= 1;
    this.#underWay += 1;
    go({
      ended: (limits) => {
        bucket.isBusy = false;
        this.#underWay -= 1;
        this.note();
        if (limits) this.#learn(planned, bucket, limits, this.#clock.monotonic());
        this.#serve();
      },
    });
  }

  #learn({ route, place }: Planned, used: Bucket, { name, left, resetMs, refusal }: RateLimits, now: number): void {
    let bucket = used;
    if (name !== undefined) {
      const named = keyOf(name, place);
      bucket = this.#buckets.get(named) ?? used;
      this.#buckets.set(named, bucket);
      this.#buckets.set(keyOf(route, place), bucket);
    }
    bucket.left = left;
    bucket.resetAt = now + resetMs + marginMs;
    if (refusal?.isGlobal === true) {
      this.#refusedUntil = Math.max(this.#refusedUntil, now + refusal.forMs + marginMs);
    } else if (refusal) {
      bucket.left = 0;
      bucket.resetAt = now + refusal.forMs + marginMs;
    }
  }

  #bucket(key: string): Bucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    if (this.#buckets.size >= mostBuckets) this.#forget();
    const bucket: Bucket = { isBusy: false, left: 1, resetAt: Number.NEGATIVE_INFINITY };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    for (const [known, { isBusy, resetAt }] of this.#buckets)
      if (!isBusy && resetAt <= now) this.#buckets.delete(known);
  }
}

function mayGo({ isBusy, left, resetAt }: Bucket, now: number): boolean {
  return !isBusy && (left > 0 || resetAt <= now);
}

function keyOf(limit: string, place: string): string {
  return `${limit} ${place}`;
}
