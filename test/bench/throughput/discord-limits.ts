import type { ServerResponse } from 'node:http';

import { Faults } from '../../../src/local-discord/faults.ts';

/** Requests of a bot to all routes in one second (Discord's documentation). */
export const globalLimit = 50;
/** Of one channel, as observed. */
export const channelLimits = {
  /** POST of a message: so many in so many milliseconds. */
  posts: { limit: 5, windowMs: 5000 },
  /** PUT of a reaction. */
  reactions: { limit: 1, windowMs: 250 },
} as const;

/** One request of the bot that was let through. */
export interface Taken {
  readonly kind: 'post' | 'reaction' | 'other';
  readonly channel: string;
  /** `performance.now()`. */
  readonly at: number;
}

/** A chat server that counts what a bot asks of it, and may hold it to Discord's limits. Persons are not limited. */
export class CountingServer extends Faults {
  /** What bots asked for and got past the limits. */
  readonly taken: Taken[] = [];
  /** Requests over a limit. */
  refused = 0;
  readonly #by: ('bot' | 'person')[] = [];
  readonly #isLimited: boolean;
  #second = { begin: 0, used: 0 };

  constructor(options: { readonly isLimited: boolean }) {
    super();
    this.#isLimited = options.isLimited;
    const { posts, reactions } = channelLimits;
    if (!options.isLimited) return;
    this.limitRate({ method: 'POST', path: /^\/channels\/\d+\/messages$/, ...posts });
    this.limitRate({ method: 'PUT', path: /^\/channels\/\d+\/reactions$/, ...reactions });
  }

  override takeForRequest(method: string, path: string, by: 'bot' | 'person'): ReturnType<Faults['takeForRequest']> {
    this.#by.push(by);
    return super.takeForRequest(method, path, by);
  }

  /** Comes once for each request, in the order of `takeForRequest`. */
  override countRequest(method: string, path: string, now: number, response: ServerResponse): number | undefined {
    if (this.#by.shift() !== 'bot') return undefined;
    const [, channel = '', rest = ''] = /^\/channels\/(\d+)\/(.*)$/.exec(path) ?? [];
    const kind =
      rest === 'messages' && method === 'POST' ? 'post' : rest.includes('/reactions/') ? 'reaction' : 'other';
    // All reactions of a channel share one bucket.
    const counted = kind === 'reaction' ? `/channels/${channel}/reactions` : path;
    const wait = this.#isLimited
      ? (this.#overall(now, response) ?? super.countRequest(method, counted, now, response))
      : undefined;
    if (wait === undefined) this.taken.push({ kind, channel, at: performance.now() });
    else this.refused += 1;
    return wait;
  }

  #overall(now: number, response: ServerResponse): number | undefined {
    if (now - this.#second.begin >= 1000) this.#second = { begin: now, used: 0 };
    if (this.#second.used >= globalLimit) {
      response.setHeader('X-RateLimit-Global', 'true');
      return this.#second.begin + 1000 - now;
    }
    this.#second.used += 1;
    return undefined;
  }
}

/** The shortest time in seconds in which Discord's limits let these requests through. */
export function allowedSeconds(taken: readonly Pick<Taken, 'kind' | 'channel'>[]): number {
  const seconds = (count: number, { limit, windowMs }: { limit: number; windowMs: number }): number =>
    (Math.ceil(count / limit) - 1) * (windowMs / 1000);
  const perChannel = [...new Set(taken.map(({ channel }) => channel))].flatMap((channel) => {
    const count = (kind: Taken['kind']): number =>
      taken.filter((one) => one.channel === channel && one.kind === kind).length;
    return [seconds(count('post'), channelLimits.posts), seconds(count('reaction'), channelLimits.reactions)];
  });
  return Math.max(taken.length / globalLimit, ...perChannel);
}
