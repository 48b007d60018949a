import type { OutboundEdit, OutboundReaction, OutboxItem } from '../../model/outbound.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import { TextSender } from './text-sender.ts';
import type { Conclusion, TextSenderOptions } from './text-sender.ts';

export interface ItemSenderOptions extends TextSenderOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'render' | 'send' | 'ownMessages' | 'edit' | 'react'>;
}

/** Puts one item of any kind into its channel, when it is its turn. Knows nothing about lanes and repetitions. */
export class ItemSender {
  readonly #options: ItemSenderOptions;
  readonly #texts: TextSender;

  constructor(options: ItemSenderOptions) {
    this.#options = options;
    this.#texts = new TextSender(options);
  }

  /**
   * Puts it out, once all that it tells of is on the disk for good (I1). Undefined when the signal ended it in between: then
   * it is not finished.
   *
   * @param onSent the channel took a part of a text; called inside the transaction that notes it.
   * @throws BridgeError as the ChatTransport; `file-unreadable` never.
   */
  send(item: OutboxItem, signal: AbortSignal, onSent: () => void): Promise<Conclusion | undefined> {
    const { content } = item;
    switch (content.kind) {
      case 'text':
        return this.#texts.send({ ...item, content }, signal, onSent);
      case 'edit':
        return this.#edit(item, content);
      case 'reaction':
        return this.#react(item, content);
    }
  }

  /** An item has ended otherwise. */
  forget(key: string): void {
    this.#texts.forget(key);
  }

  async #edit({ key, channel }: OutboxItem, edit: OutboundEdit): Promise<Conclusion> {
    const { stores, transport } = this.#options;
    const posted = stores.outbox.get(edit.of);
    const [messageId] = posted?.state === 'posted' ? posted.sentIds : [];
    if (messageId === undefined) return { outcome: 'dropped', detail: 'the text that it changes was not posted' };
    await stores.flushed();
    const isWanted = (): boolean => this.#isPending(key);
    return conclusion(await transport.edit(channel, messageId, edit.text, isWanted, edit.controls));
  }

  async #react({ key, channel }: OutboxItem, { messageId, reaction }: OutboundReaction): Promise<Conclusion> {
    const { stores, transport } = this.#options;
    await stores.flushed();
    return conclusion(await transport.react(channel, messageId, reaction, () => this.#isPending(key)));
  }

  /** While it waited for its turn a newer one may have taken its place. */
  #isPending(key: string): boolean {
    return this.#options.stores.outbox.get(key)?.state === 'pending';
  }
}

function conclusion(wasDone: boolean): Conclusion {
  return wasDone ? { outcome: 'posted' } : { outcome: 'dropped', detail: 'overtaken' };
}
