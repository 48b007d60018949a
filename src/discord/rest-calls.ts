import { DefaultRestOptions, REST, RESTEvents, Routes } from 'discord.js';
import type { RESTOptions } from 'discord.js';

import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isUnauthorized, toChatError } from './send-errors.ts';

export interface RestCallsOptions {
  readonly token: string;
  readonly apiUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** The server refused the token for one request. */
  readonly onUnauthorized: () => void;
}

type MakeRequest = RESTOptions['makeRequest'];

/** How long the server may take to answer one request, in milliseconds; a slow line may take long for files. */
const answerMs = 15_000;
const uploadMs = 180_000;

/** A wait that the server asks for is worth a warning from so many milliseconds on. */
const longWaitMs = 30_000;

/**
 * Owns the REST side of the connection and its rate limits: requests under way, and what their failures mean. Works
 * whether or not the gateway is connected; knows nothing about it. Errors are those of the ChatTransport contract.
 */
export class RestCalls {
  readonly #options: RestCallsOptions;
  readonly #rest: REST;
  readonly #running = new Set<AbortController>();
  #isClosed = false;

  constructor(options: RestCallsOptions) {
    this.#options = options;
    this.#rest = new REST({
      version: '10',
      // The library repeats at once, three times in a row: whoever asks has a back-off, and the same nonce.
      retries: 0,
      timeout: 2 * uploadMs,
      makeRequest: (url, init) => this.#request(url, init),
      ...(options.apiUrl === undefined ? {} : { api: options.apiUrl }),
    });
    this.#rest.setToken(options.token);
    this.#rest.on(RESTEvents.RateLimited, ({ route, timeToReset: waitMs }) => {
      options.log[waitMs < longWaitMs ? 'debug' : 'warn']({ route, waitMs }, 'chat server asked to wait');
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @param what what is asked for, as a noun: `A message to channel 123`. */
  async call<T>(what: string, request: (rest: REST, signal: AbortSignal) => Promise<T>): Promise<T> {
    const closed = new BridgeError('chat-unavailable', `${what} could not be sent: the connection is closed.`, {
      happened: 'unknown',
    });
    if (this.#isClosed) throw closed;
    // A signal of its own: the library never takes its listeners off a signal.
    const controller = new AbortController();
    const aborted = new Promise<never>((_resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(closed), { once: true });
    });
    this.#running.add(controller);
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
      this.#running.delete(controller);
    }
  }

  /** Asks the server whether the token is still good; undefined when it cannot be asked. */
  async isTokenGood(): Promise<boolean | undefined> {
    const controller = new AbortController();
    this.#running.add(controller);
    try {
      await this.#rest.get(Routes.user(), { signal: controller.signal });
      return true;
    } catch (error) {
      if (isUnauthorized(error)) return false;
      this.#options.log.debug({ error: describeError(error) }, 'chat token could not be checked');
      return undefined;
    } finally {
      this.#running.delete(controller);
      this.#rest.setToken(this.#options.token);
    }
  }

  /** Ends what is running with `chat-unavailable`. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#running) controller.abort();
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
  }

  /** One request as the library makes it, which waits for ever and repeats some answers without a pause. */
  async #request(...[url, init]: Parameters<MakeRequest>): ReturnType<MakeRequest> {
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
