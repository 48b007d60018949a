import type { Cancel, Clock } from '../../base/clock.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';

/** Discord shows one signal for about ten seconds. */
const repeatMs = 8_000;

export interface TypingIndicatorOptions {
  readonly stores: Stores;
  readonly transport: ChatTransport;
  readonly clock: Clock;
}

/** Shows "is typing" where a busy session's answer will appear, and stops when it is not busy any more. */
export class TypingIndicator {
  readonly #stores: Stores;
  readonly #transport: ChatTransport;
  readonly #clock: Clock;
  readonly #busy = new Map<SessionNumber, Cancel>();

  constructor(options: TypingIndicatorOptions) {
    this.#stores = options.stores;
    this.#transport = options.transport;
    this.#clock = options.clock;
  }

  update(session: SessionNumber, busy: boolean): void {
    const running = this.#busy.get(session);
    if (busy === (running !== undefined)) return;
    if (running) {
      running();
      this.#busy.delete(session);
      return;
    }
    this.#show(session);
    this.#busy.set(
      session,
      this.#clock.every(repeatMs, () => {
        this.#show(session);
      }),
    );
  }

  close(): void {
    for (const cancel of this.#busy.values()) cancel();
    this.#busy.clear();
  }

  #show(session: SessionNumber): void {
    const channel: ChannelId | undefined = this.#stores.turns.current(session)?.channel;
    if (channel === undefined || this.#transport.state.connection !== 'ready') return;
    // A lost signal is not worth a word: the next one follows.
    this.#transport.typing(channel).catch(() => undefined);
  }
}
