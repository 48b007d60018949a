import type { Clock } from '../../base/clock.ts';
import type { Rest } from './connection/rest.ts';
import { RestError } from './connection/rest.ts';
import type { Action, ChatState } from './state/chat-state.ts';
import type { Outgoing } from './state/outbox.ts';
import { sendable } from './state/outbox.ts';
import type { Message } from './state/payloads.ts';
import type { Store } from './state/store.ts';
import type { Words } from './words/words.ts';

/** After a request got lost although the gateway is there. */
const pauseMs = 1000;

/**
 * Sends what is in the outbox, in order, as soon as there is a connection. The nonce makes sending again harmless.
 * Knows nothing about how messages are written.
 */
export class Sender {
  readonly #store: Store<ChatState, Action>;
  readonly #rest: Rest;
  readonly #clock: Clock;
  readonly #words: Words;
  readonly #newNonce: () => string;

  constructor(options: {
    readonly store: Store<ChatState, Action>;
    readonly rest: Rest;
    readonly clock: Clock;
    readonly words: Words;
    /** At most 25 characters. */
    readonly newNonce: () => string;
  }) {
    this.#store = options.store;
    this.#rest = options.rest;
    this.#clock = options.clock;
    this.#words = options.words;
    this.#newNonce = options.newNonce;
  }

  /** Begins to watch the outbox. */
  start(): void {
    let { outbox, connection } = this.#store.state;
    this.#store.subscribe(() => {
      const { state } = this.#store;
      if (state.outbox === outbox && state.connection === connection) return;
      ({ outbox, connection } = state);
      this.#pump();
    });
  }

  write(written: Pick<Outgoing, 'channel' | 'content' | 'files' | 'replyTo'>): void {
    const message: Outgoing = {
      ...written,
      nonce: this.#newNonce(),
      status: 'waiting',
    };
    this.#store.dispatch({ kind: 'write', message });
  }

  #pump(): void {
    if (this.#store.state.connection !== 'ready') return;
    // One at a time: that it is being sent changes the outbox, which brings the next one here.
    const [next] = sendable(this.#store.state.outbox);
    if (next) void this.#send(next);
  }

  async #send(message: Outgoing): Promise<void> {
    const { nonce, channel } = message;
    this.#store.dispatch({ kind: 'outgoing', nonce, change: { status: 'sending' } });
    try {
      const sent = await this.#rest.call<Message>(
        'POST',
        `/channels/${channel}/messages`,
        bodyOf(message),
        message.files.length > 0 ? (progress) => this.#show(nonce, progress) : undefined,
      );
      this.#store.dispatch({ kind: 'sent', nonce, message: sent });
    } catch (error) {
      const failure = error instanceof RestError ? error.message : await this.#unreadable(message.files);
      if (failure !== undefined) {
        this.#store.dispatch({ kind: 'outgoing', nonce, change: { status: 'failed', failure } });
      } else {
        await this.#clock.sleep(pauseMs);
        this.#store.dispatch({ kind: 'outgoing', nonce, change: { status: 'waiting' } });
      }
    }
  }

  /**
   * Says which file has changed or gone since it was chosen: the browser never sends such a one, and tells it no
   * differently from a lost connection.
   */
  async #unreadable(files: readonly File[]): Promise<string | undefined> {
    for (const file of files) {
      try {
        await file.slice(0, 1).arrayBuffer();
      } catch {
        return this.#words.fileChanged(file.name);
      }
    }
    return undefined;
  }

  #show(nonce: string, progress: number): void {
    this.#store.dispatch({ kind: 'outgoing', nonce, change: { progress } });
  }
}

function bodyOf({ content, nonce, files, replyTo }: Outgoing): { json: object } | { form: FormData } {
  const json = {
    content,
    nonce,
    enforce_nonce: true,
    ...(replyTo === undefined ? {} : { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
  };
  if (files.length === 0) return { json };
  const form = new FormData();
  const attachments = files.map(({ name }, index) => ({ id: String(index), filename: name }));
  form.append('payload_json', JSON.stringify({ ...json, attachments }));
  for (const [index, file] of files.entries()) form.append(`files[${index}]`, file, file.name);
  return { form };
}
