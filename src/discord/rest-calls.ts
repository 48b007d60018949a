import { DefaultRestOptions, RequestMethod, REST, Routes } from 'discord.js';
import type { InternalRequest, RESTOptions } from 'discord.js';

import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readRateLimits } from './rate-limits.ts';
import type { RateLimits } from './rate-limits.ts';
import { RequestBudget } from './request-budget.ts';
import type { Planned, RequestKind } from './request-budget.ts';
import { isUnauthorized, toChatError } from './send-errors.ts';

export interface RestCallsOptions {
  readonly token: string;
  readonly apiUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** How many requests the server takes in a second, of all kinds; undefined for one that needs no sparing. */
  readonly requestsPerSecond: number | undefined;
  /** The server refused the token for one request. */
  readonly onUnauthorized: () => void;
}

/** One request to the server. */
export interface Call {
  /** What is asked for, as a noun: `A message to channel 123`. */
  readonly what: string;
  /** How urgent it is. */
  readonly kind: RequestKind;
  readonly method: RequestMethod;
  readonly path: InternalRequest['fullRoute'];
  /** Asked right before it goes. */
  readonly isWanted?: () => boolean;
}

type Content = Pick<InternalRequest, 'body' | 'headers' | 'passThroughBody' | 'query'>;

/** Makes the request, once. */
export type Ask = (content?: Content) => Promise<unknown>;

type MakeRequest = RESTOptions['makeRequest'];

/** How long the server may take to answer one request, in milliseconds; a slow line may take long for files. */
const answerMs = 15_000;
const uploadMs = 180_000;

/** A wait that the server asks for is worth a warning from so many milliseconds on. */
const longWaitMs = 30_000;

/**
 * Owns the REST side of the connection: requests under way, when the next one goes, and what their failures mean. The
 * library makes the addresses, headers and errors; its own counts of limits, which go by the wall clock and know no
 * urgency, have nothing to count. Works whether or not the gateway is connected; knows nothing about it. Errors are those
 * of the ChatTransport contract.
 */
export class RestCalls {
  readonly #options: RestCallsOptions;
  readonly #budget: RequestBudget;
  readonly #running = new Set<AbortController>();
  #isClosed = false;

  constructor(options: RestCallsOptions) {
    this.#options = options;
    this.#budget = new RequestBudget(options.clock, options.requestsPerSecond);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Waits for the request's turn, makes it, and gives what `request` makes of the answer. */
  async call<T>(call: Omit<Call, 'isWanted'>, request: (ask: Ask) => Promise<T>): Promise<T> {
    const done = await this.#attempt(call, request);
    if (!done) throw this.#brokenOff(call);
    return done.value;
  }

  /** As `call`, unless the request is not wanted any more when its turn comes. Tells whether it was made. */
  async callIfWanted(call: Call, request: (ask: Ask) => Promise<unknown>): Promise<boolean> {
    const done = await this.#attempt(call, request);
    if (!done && this.#isClosed) throw this.#brokenOff(call);
    return done !== undefined;
  }

  /** Asks the server whether the token is still good; undefined when it cannot be asked. */
  async isTokenGood(): Promise<boolean | undefined> {
    const call = { what: 'The bot', kind: 'lookup', method: RequestMethod.Get, path: Routes.user() } as const;
    try {
      const done = await this.#attempt(call, (ask) => ask());
      return done ? true : undefined;
    } catch (error) {
      if (error instanceof BridgeError && isUnauthorized(error.cause)) return false;
      this.#options.log.debug({ error: describeError(error) }, 'chat token could not be checked');
      return undefined;
    }
  }

  /** Somebody else has asked the server for something with the same token. */
  noteOther(): void {
    this.#budget.note();
  }

  /** Ends what is running and what waits with `chat-unavailable`. */
  close(): void {
    this.#isClosed = true;
    this.#budget.close();
    for (const controller of this.#running) controller.abort();
  }

  async #attempt<T>(call: Call, request: (ask: Ask) => Promise<T>): Promise<{ readonly value: T } | undefined> {
    const planned = plan(call);
    for (let isAgain = false; ; isAgain = true) {
      const departure = await this.#budget.turn(planned, isAgain);
      if (!departure) return undefined;
      let limits: RateLimits | undefined;
      const ask: Ask = (content) =>
        this.#library((told) => (limits = told)).request({
          method: call.method,
          fullRoute: call.path,
          // Its token stands in the path.
          auth: call.kind !== 'interaction',
          ...content,
        });
      try {
        return { value: await request(ask) };
      } catch (error) {
        if (this.#isClosed) throw this.#brokenOff(call);
        if (error instanceof Refused && call.kind !== 'interaction') {
          this.#options.log[error.forMs < longWaitMs ? 'debug' : 'warn'](
            { route: planned.route, waitMs: error.forMs },
            'chat server asked to wait',
          );
          continue;
        }
        if (isUnauthorized(error) && call.kind !== 'interaction') this.#options.onUnauthorized();
        throw toChatError(error, call.what);
      } finally {
        departure.ended(limits);
      }
    }
  }

  #brokenOff({ what }: Call): BridgeError {
    return new BridgeError('chat-unavailable', `${what} was broken off: the connection is closed.`);
  }

  /** The library for one request. */
  #library(onLimits: (limits: RateLimits) => void): REST {
    const { token, apiUrl } = this.#options;
    const rest = new REST({
      version: '10',
      // The library repeats at once, three times in a row: whoever asks has a back-off, and the same nonce.
      retries: 0,
      timeout: 2 * uploadMs,
      hashSweepInterval: 0,
      handlerSweepInterval: 0,
      makeRequest: (url, init) => this.#request(url, init, onLimits),
      ...(apiUrl === undefined ? {} : { api: apiUrl }),
    });
    return rest.setToken(token);
  }

  /** One request as the library makes it, which waits for ever and repeats some answers by itself. */
  async #request(
    url: Parameters<MakeRequest>[0],
    init: Parameters<MakeRequest>[1],
    onLimits: (limits: RateLimits) => void,
  ): ReturnType<MakeRequest> {
    const patience = new AbortController();
    const cancel = this.#options.clock.after(init.body instanceof Uint8Array ? uploadMs : answerMs, () => {
      patience.abort();
    });
    this.#running.add(patience);
    try {
      const answer = await DefaultRestOptions.makeRequest(url, { ...init, signal: patience.signal });
      const limits = readRateLimits(answer.status, answer.headers);
      if (limits) onLimits(limits);
      if (answer.status !== 429) return answer;
      await answer.arrayBuffer();
      if (limits?.refusal) throw new Refused(limits.refusal.forMs);
      throw new Error('the server says "too many requests", and not for how long');
    } catch (error) {
      if (patience.signal.aborted) throw new Error('the server does not answer in time', { cause: error });
      throw error;
    } finally {
      this.#running.delete(patience);
      cancel();
    }
  }
}

/** The server was asked too often, and says for how long it wants no more, in milliseconds. */
class Refused extends Error {
  readonly forMs: number;

  constructor(forMs: number) {
    super('the server says "too many requests"');
    this.forMs = forMs;
  }
}

/** Discord counts by the route, and by the channel or the server that it begins with (its documentation). */
function plan({ kind, method, path, isWanted }: Call): Planned {
  const [, place = ''] = /^\/(?:channels|guilds)\/(\d+)/.exec(path) ?? [];
  // All reactions of a channel are counted together, whatever they show.
  const route = path.replace(/\/reactions\/.*/, '/reactions').replaceAll(/\d{15,}/g, ':id');
  return { kind, route: `${method} ${route}`, place, ...(isWanted ? { isWanted } : {}) };
}
