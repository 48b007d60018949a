import type { ChannelId, SessionNumber } from './session.ts';

/** A file that came with a message: where it is, not what is in it. */
export interface AttachmentRef {
  readonly id: string;
  readonly name: string;
  /** Bytes, as announced. */
  readonly size: number;
  readonly url: string;
}

export interface Author {
  readonly id: string;
  /** The name people see. */
  readonly name: string;
  readonly kind: 'human' | 'bot' | 'webhook';
}

/** Something somebody said in a chat channel, as the transport's parser gives it. */
export interface InboundMessage {
  /** Unique over all sources for ever: `discord:<message id>`. The key of idempotence. */
  readonly id: string;
  readonly channel: ChannelId;
  /** The server's own id of the message, for reactions and replies. */
  readonly messageId: string;
  readonly author: Author;
  readonly text: string;
  readonly attachments: readonly AttachmentRef[];
  /** Epoch milliseconds, by the chat server's clock. */
  readonly sentAt: number;
  /** Whether it was said to the bot alone, outside any server. */
  readonly direct: boolean;
}

/** Where a message came from: a chat server, or `vai send`. */
export type MessageSource = 'discord' | 'cli';

/** A message on its way to an agent: what the inbox keeps. */
export interface InboxMessage {
  readonly id: string;
  readonly session: SessionNumber;
  readonly source: MessageSource;
  /** Where the answer goes. */
  readonly channel: ChannelId;
  /** The chat message to react to; undefined when there is none. */
  readonly messageId: string | undefined;
  readonly authorName: string;
  readonly text: string;
  readonly state: InboxState;
  /** Epoch milliseconds when it was stored. */
  readonly receivedAt: number;
}

/** `sending` after a crash becomes `uncertain`: looked up before it is sent again (I4). */
export type InboxState = 'queued' | 'sending' | 'uncertain' | 'acknowledged' | 'rejected' | 'failed';

const inboxMoves: Readonly<Record<InboxState, readonly InboxState[]>> = {
  queued: ['sending', 'rejected', 'failed'],
  sending: ['acknowledged', 'rejected', 'failed', 'uncertain', 'queued'],
  uncertain: ['acknowledged', 'queued', 'failed'],
  acknowledged: [],
  rejected: [],
  failed: [],
};

/** Whether an inbox message may go from one state to another. */
export function canMoveInbox(from: InboxState, to: InboxState): boolean {
  return inboxMoves[from].includes(to);
}

/** What is said in a channel: rendered by the transport into one or more parts. */
export interface OutboundText {
  readonly kind: 'text';
  readonly text: string;
  /** The chat message it answers; shown as a reply when the server has it. */
  readonly replyTo?: string;
}

/** A reaction of the bot on somebody's message. Setting it twice is the same as once. */
export interface OutboundReaction {
  readonly kind: 'reaction';
  readonly messageId: string;
  readonly reaction: ReactionName;
}

export type OutboundContent = OutboundText | OutboundReaction;

/** What a reaction says about a message. The transport chooses the picture. */
export type ReactionName = 'stored' | 'delivered' | 'answered' | 'failed';

/** What to add to the outbox instead, when the item that something waited for is refused for good. */
export function insteadOf(waiting: OutboundContent): OutboundContent | undefined {
  const promisedAnswer = waiting.kind === 'reaction' && waiting.reaction === 'answered';
  return promisedAnswer ? { ...waiting, reaction: 'failed' } : undefined;
}

export type OutboxState = 'pending' | 'posted' | 'failed';

/** Something to be put into a channel: what the outbox keeps. */
export interface OutboxItem {
  /** Unique for ever; adding it twice is the same as once. */
  readonly key: string;
  readonly channel: ChannelId;
  readonly content: OutboundContent;
  readonly state: OutboxState;
  /** The rendered parts, stored before the first goes out; undefined before rendering. */
  readonly parts: readonly string[] | undefined;
  /** The server's ids of the parts that are out. */
  readonly sentIds: readonly string[];
  /** Epoch milliseconds when it was stored. */
  readonly createdAt: number;
}

/** What the agent is to be told, and by whom. */
export interface TurnInput {
  /** The inbox message's id. */
  readonly message: string;
  readonly text: string;
  readonly source: MessageSource;
  readonly authorName: string;
}
