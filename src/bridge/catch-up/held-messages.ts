import type { Clock } from '../../base/clock.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import { ChannelVoice } from '../replies/channel-voice.ts';
import type { Words } from '../words.ts';

export interface HeldMessagesOptions {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  /** Messages that are older are held, in milliseconds. */
  readonly maxAgeMs: number;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
  /** Files of messages are not wanted any more; these of them are stored. */
  readonly onFilesGone: (paths: readonly string[]) => void;
}

/**
 * Messages that were missed for so long that only a person decides whether they are run: tells their channels, and
 * does what was decided. Knows nothing about who may decide.
 */
export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  readonly #voice: ChannelVoice;

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
    this.#voice = new ChannelVoice(options);
  }

  /** Those of a session, in order. */
  list(session: SessionNumber): readonly InboxMessage[] {
    return this.#options.stores.inbox.unsettled(session).filter(({ state }) => state === 'held');
  }

  /** Tells a channel what is held of it, once for all that is. */
  summarise(channel: ChannelId): void {
    const { stores, words, clock, onOutbox } = this.#options;
    const held = stores.inbox.changeable(channel).filter(({ state }) => state === 'held');
    const [first] = held;
    const last = held.at(-1);
    if (!first || !last) return;
    // Younger ones are held because the state was put back.
    const isOld = clock.now() - last.sentAt >= this.#options.maxAgeMs;
    const maxAgeMs = isOld ? this.#options.maxAgeMs : 0;
    const summary = { count: held.length, from: first.sentAt, to: last.sentAt, maxAgeMs, session: last.session };
    if (this.#voice.post(`held:${channel}:${last.id}`, channel, words.messagesHeld(summary))) onOutbox();
  }

  /** Hands the held messages of a session to its agent. Returns them. */
  run(session: SessionNumber): readonly InboxMessage[] {
    const { stores, clock } = this.#options;
    return stores.transaction(() => {
      const held = this.list(session);
      for (const { id } of held) stores.inbox.move(id, 'queued', clock.now(), { by: 'vai catch-up' });
      return held;
    });
  }

  /** They will not be run: each of them shows it, and their files go. Returns them. */
  drop(session: SessionNumber): readonly InboxMessage[] {
    const { stores, clock, onOutbox, onFilesGone } = this.#options;
    const { dropped, paths } = stores.transaction(() => {
      const held = this.list(session);
      const files = held.flatMap(({ id }) => {
        stores.inbox.move(id, 'withdrawn', clock.now(), { by: 'vai catch-up' });
        this.#voice.react(id, 'withdrawn');
        return stores.files.keepOnly(id, [], clock.now());
      });
      return { dropped: held, paths: files };
    });
    if (dropped.length === 0) return dropped;
    onFilesGone(paths);
    onOutbox();
    return dropped;
  }
}
