import type { Cancel, Clock } from '../base/clock.ts';

export interface PostEchoOptions {
  readonly clock: Clock;
  /** The gateway acknowledges heartbeats perhaps, and does not tell what happens. */
  readonly onDeaf: () => void;
}

/** How long a gateway may take to tell of a message that was posted, in milliseconds; other events are as good. */
const patienceMs = 30_000;

/** After a try that did not help the patience is doubled, up to this: no server is logged in to again and again for it. */
const longestPatienceMs = 3_600_000;

/** So many nonces whose first try has failed are remembered. */
const mostNonces = 1_000;

/**
 * Notices a gateway that keeps its connection alive and tells nothing: a message of the bot itself is told to it, so
 * something has to come after each. Knows nothing about connections: it is told when there is one, and of every event.
 */
export class PostEcho {
  readonly #options: PostEchoOptions;
  /** The present connection, counted; undefined when there is none. */
  #connection: number | undefined;
  #connections = 0;
  /** How many events have come. */
  #told = 0;
  #patienceMs = patienceMs;
  #cancel: Cancel | undefined;
  /** These may have been posted: the server tells of a message once, however often it is posted. */
  readonly #doubtful = new Set<string>();

  constructor(options: PostEchoOptions) {
    this.#options = options;
  }

  /** Events are told from now on. */
  connected(): void {
    this.lost();
    this.#connections += 1;
    this.#connection = this.#connections;
  }

  /** Nothing can be expected any more. */
  lost(): void {
    this.#connection = undefined;
    this.#stopWaiting();
  }

  /** An event has come. */
  told(): void {
    this.#told += 1;
    if (!this.#cancel) return;
    this.#stopWaiting();
    this.#patienceMs = patienceMs;
  }

  /** Posts a message, and expects to be told of it. */
  async around<T>(nonce: string, post: () => Promise<T>): Promise<T> {
    const connection = this.#connection;
    const told = this.#told;
    const isRepeated = this.#doubtful.has(nonce);
    this.#remember(nonce);
    const result = await post();
    this.#doubtful.delete(nonce);
    if (connection === undefined || connection !== this.#connection) return result;
    if (told !== this.#told) this.#patienceMs = patienceMs;
    else if (!isRepeated) this.#expect();
    return result;
  }

  #expect(): void {
    this.#cancel ??= this.#options.clock.after(this.#patienceMs, () => {
      this.#cancel = undefined;
      this.#patienceMs = Math.min(2 * this.#patienceMs, longestPatienceMs);
      this.#options.onDeaf();
    });
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #remember(nonce: string): void {
    this.#doubtful.add(nonce);
    const [oldest] = this.#doubtful;
    if (this.#doubtful.size > mostNonces && oldest !== undefined) this.#doubtful.delete(oldest);
  }
}
