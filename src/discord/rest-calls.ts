import { DefaultRestOptions, REST, RESTEvents, Routes } from 'discord.js';
import type { RESTOptions } from 'discord.js';

import type { Cancel, Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { RequestWindow } from './request-window.ts';
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

type MakeRequest = RESTOptions['makeRequest'];

/** How long the server may take to answer one request, in milliseconds; a slow line may take long for files. */
const answerMs = 15_000;
const uploadMs = 180_000;

/** A wait that the server asks for is worth a warning from so many milliseconds on. */
const longWaitMs = 30_000;

/** The library is given up when the machine's clock went back by so much, in milliseconds, which is looked at so often. */
const clockBackMs = 2_000;
const clockCheckMs = 2_000;

/**
 * Owns the REST side of the connection and its rate limits: requests under way, and what their failures mean. Works
 * whether or not the gateway is connected; knows nothing about it. Errors are those of the ChatTransport contract.
 */
export class RestCalls {
  readonly #options: RestCallsOptions;
  readonly #running = new Set<AbortController>();
  readonly #window: RequestWindow;
  #rest: REST;
  /** Wall time less monotonic time, when it was looked at last. */
  #clockOffset: number;
  #stopChecking: Cancel | undefined;
  #isClosed = false;

  constructor(options: RestCallsOptions) {
    this.#options = options;
    this.#clockOffset = options.clock.now() - options.clock.monotonic();
    this.#window = new RequestWindow(options.clock, options.requestsPerSecond);
    this.#rest = this.#create();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @param what what is asked for, as a noun: `A message to channel 123`. */
  async call<T>(what: string, request: (rest: REST, signal: AbortSignal) => Promise<T>): Promise<T> {
    const brokenOff = (): BridgeError => {
      const why = this.#isClosed ? 'the connection is closed' : 'the clock of this machine was set back';
      return new BridgeError('chat-unavailable', `${what} was broken off: ${why}.`, { happened: 'unknown' });
    };
    if (this.#isClosed) throw brokenOff();
    const controller = this.#begin();
    const aborted = new Promise<never>((_resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(brokenOff()), { once: true });
    });
    try {
      // The library does not end its waits for rate limits when the signal says so.
      return await Promise.race([request(this.#rest, controller.signal), aborted]);
    } catch (error) {
      if (isUnauthorized(error)) {
        // The library forgets its token at the first 401, also when that was a passing fault of the server.
        this.#rest.setToken(this.#options.token);
        this.#options.onUnauthorized();
      }
      throw toChatError(error, what);
    } finally {
      this.#end(controller);
    }
  }

  /** Asks the server whether the token is still good; undefined when it cannot be asked. */
  async isTokenGood(): Promise<boolean | undefined> {
    const controller = this.#begin();
    try {
      await this.#rest.get(Routes.user(), { signal: controller.signal });
      return true;
    } catch (error) {
      if (isUnauthorized(error)) return false;
      this.#options.log.debug({ error: describeError(error) }, 'chat token could not be checked');
      return undefined;
    } finally {
      this.#end(controller);
      this.#rest.setToken(this.#options.token);
    }
  }

  /** Ends what is running with `chat-unavailable`. */
  close(): void {
    this.#isClosed = true;
    this.#giveUp();
  }

  #create(): REST {
    const { token, apiUrl, log } = this.#options;
    const rest = new REST({
      version: '10',
      // The library repeats at once, three times in a row: whoever asks has a back-off, and the same nonce.
      retries: 0,
      timeout: 2 * uploadMs,
      // The library counts by the wall clock; see RequestWindow.
      globalRequestsPerSecond: Number.POSITIVE_INFINITY,
      makeRequest: (url, init) => this.#request(url, init),
      ...(apiUrl === undefined ? {} : { api: apiUrl }),
    });
    rest.setToken(token);
    rest.on(RESTEvents.RateLimited, ({ route, timeToReset: waitMs }) => {
      log[waitMs < longWaitMs ? 'debug' : 'warn']({ route, waitMs }, 'chat server asked to wait');
    });
    return rest;
  }

  #begin(): AbortController {
    this.#checkClock();
    // A signal of its own: the library never takes its listeners off a signal.
    const controller = new AbortController();
    this.#running.add(controller);
    this.#stopChecking ??= this.#options.clock.every(clockCheckMs, () => this.#checkClock());
    return controller;
  }

  #end(controller: AbortController): void {
    this.#running.delete(controller);
    if (this.#running.size > 0) return;
    this.#stopChecking?.();
    this.#stopChecking = undefined;
  }

  /**
   * The library counts its waits for limits by the wall clock: set back by an hour, it waits an hour longer. What it knows
   * of limits is forgotten then, and who was waiting asks again.
   */
  #checkClock(): void {
    const { clock, log } = this.#options;
    const offset = clock.now() - clock.monotonic();
    const backMs = Math.round(this.#clockOffset - offset);
    this.#clockOffset = offset;
    if (backMs < clockBackMs || this.#isClosed) return;
    log.warn({ backMs }, 'the clock was set back, limits of the chat server are counted anew');
    this.#giveUp();
    this.#rest = this.#create();
  }

  #giveUp(): void {
    for (const controller of this.#running) controller.abort();
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
  }

  /** One request as the library makes it, which waits for ever and repeats some answers without a pause. */
  async #request(...[url, init]: Parameters<MakeRequest>): ReturnType<MakeRequest> {
    await this.#window.turn(init.signal ?? undefined);
    const patience = new AbortController();
    const cancel = this.#options.clock.after(init.body instanceof Uint8Array ? uploadMs : answerMs, () => {
      patience.abort();
    });
    const signals = [patience.signal, ...(init.signal ? [init.signal] : [])];
    try {
      const answer = await DefaultRestOptions.makeRequest(url, { ...init, signal: AbortSignal.any(signals) });
      if (answer.status === 429 && !(Number(answer.headers.get('retry-after')) > 0)) {
        await answer.arrayBuffer();
        throw new Error('the server says "too many requests", and not for how long');
      }
      return answer;
    } catch (error) {
      if (patience.signal.aborted) throw new Error('the server does not answer in time', { cause: error });
      throw error;
    } finally {
      cancel();
    }
  }
}
