import type { OutboundText, ReactionName } from '../../../src/model/outbound.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type { Stores } from '../../../src/contracts/stores.ts';

/** What is about to be said in a channel, in order. */
export function textsFor(stores: Stores, channel: ChannelId): readonly OutboundText[] {
  return stores.outbox
    .pending(channel, 'text')
    .map(({ content }) => content)
    .filter((content) => content.kind === 'text');
}

/** The reactions about to be set in a channel, as `message reaction`. */
export function reactionsFor(stores: Stores, channel: ChannelId): readonly `${string} ${ReactionName}`[] {
  return stores.outbox
    .pending(channel, 'reaction')
    .map(({ content }) => content)
    .filter((content) => content.kind === 'reaction')
    .map(({ messageId, reaction }) => `${messageId} ${reaction}` as const);
}

/** Pretends that everything said so far in a channel has been posted; returns how many texts that were. */
export function postTexts(stores: Stores, channel: ChannelId, at = 0): number {
  const pending = stores.outbox.pending(channel, 'text');
  for (const { key } of pending) stores.outbox.settle(key, 'posted', at);
  return pending.length;
}
