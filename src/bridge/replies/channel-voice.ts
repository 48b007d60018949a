import type { Clock } from '../../base/clock.ts';
import type { Controls } from '../../model/controls.ts';
import type { ReactionName } from '../../model/outbound.ts';
import type { ChannelId } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';

/** Reactions that say what has become of a message in the end. */
const ends = ['answered', 'withdrawn', 'failed'] as const satisfies readonly ReactionName[];

export interface ChannelVoiceOptions {
  readonly stores: Stores;
  readonly clock: Clock;
}

/**
 * Puts what is to be said and shown in channels into the outbox, each thing once per key. Whoever calls it opens the
 * transaction. Knows nothing about turns and agents.
 */
export class ChannelVoice {
  readonly #stores: Stores;
  readonly #clock: Clock;

  constructor({ stores, clock }: ChannelVoiceOptions) {
    this.#stores = stores;
    this.#clock = clock;
  }

  /**
   * @param message the inbox message that it belongs to, if any.
   * @param controls what stands under it.
   */
  post(key: string, channel: ChannelId, text: string, message?: string, controls: Controls = []): boolean {
    return this.#stores.outbox.append({
      key,
      channel,
      content: { kind: 'text', text, ...(controls.length === 0 ? {} : { controls }) },
      message,
      createdAt: this.#clock.now(),
    });
  }

  /** Says something as an answer to an inbox message. */
  replyTo(inboxId: string, key: string, text: string): void {
    const message = this.#stores.inbox.get(inboxId);
    if (!message) return;
    const replyTo = message.messageId === undefined ? {} : { replyTo: message.messageId };
    this.#stores.outbox.append({
      key,
      channel: message.channel,
      content: { kind: 'text', text, ...replyTo },
      message: inboxId,
      createdAt: this.#clock.now(),
    });
  }

  /** Gives a text that was said another wording; nothing happens when it reads so already. */
  change(key: string, of: string, text: string): void {
    const said = this.#stores.outbox.get(of);
    if (said?.content.kind !== 'text' || said.content.text === text) return;
    const { channel, message } = said;
    const content = { kind: 'edit', of, text } as const;
    this.#stores.outbox.append({ key, channel, content, message, createdAt: this.#clock.now() });
  }

  /**
   * Reacts to the chat message behind an inbox message. `answered` waits until the answer is posted; what has come to an
   * end shows no earlier step any more.
   */
  react(inboxId: string, reaction: ReactionName): void {
    const { inbox, outbox } = this.#stores;
    const message = inbox.get(inboxId);
    if (message?.messageId === undefined) return;
    const isStep = reaction === 'stored' || reaction === 'delivered';
    if (isStep && ends.some((end) => outbox.get(keyOf(end, inboxId)))) return;
    const item = {
      key: keyOf(reaction, inboxId),
      channel: message.channel,
      content: { kind: 'reaction', messageId: message.messageId, reaction },
      message: inboxId,
    } as const;
    const last = reaction === 'answered' ? outbox.tail(message.channel, 'text') : undefined;
    if (last && outbox.follow(last.key, item)) return;
    outbox.append({ ...item, createdAt: this.#clock.now() });
  }
}

function keyOf(reaction: ReactionName, inboxId: string): string {
  return `reaction:${reaction}:${inboxId}`;
}
