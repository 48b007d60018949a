import type { InboundMessage } from '../../../src/model/message.ts';
import type { ChannelId, SessionNumber } from '../../../src/model/session.ts';

export const one = 1 as SessionNumber;
export const two = 2 as SessionNumber;
export const channelOne = '100000000000000001' as ChannelId;
export const channelTwo = '100000000000000002' as ChannelId;
/** A channel that no session has. */
export const elsewhere = '100000000000000009' as ChannelId;

export const owner = { id: '500', name: 'Olga', kind: 'human' } as const;
export const stranger = { id: '666', name: 'Mallory', kind: 'human' } as const;

/** What the owner writes in the channel of session 1. */
export function inbound(id: string, change: Partial<InboundMessage> = {}): InboundMessage {
  return {
    id: `discord:${id}`,
    channel: channelOne,
    parent: undefined,
    messageId: id,
    author: owner,
    text: `text of ${id}`,
    attachments: [],
    sentAt: 1_000,
    direct: false,
    ...change,
  };
}
