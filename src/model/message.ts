import type { ChannelId, SessionNumber } from './session.ts';

/** A file that came with a message: where it is, not what is in it. */
export interface AttachmentRef {
  readonly id: string;
  readonly name: string;
  /** Bytes, as announced. */
  readonly size: number;
  readonly url: string;
  /** Of a voice message, how long it is. */
  readonly voiceSeconds?: number;
}

export interface Author {
  readonly id: string;
  /** The name people see. */
  readonly name: string;
  readonly kind: 'human' | 'bot' | 'webhook';
  /** The ids of their roles at the chat server; undefined when it did not say. */
  readonly roles?: readonly string[];
}

/** What a message speaks about: the message that it answers, or one that it passes on. */
export interface Quote {
  readonly kind: 'reply' | 'forward';
  /** The name people see; undefined when the server does not say. */
  readonly author?: string;
  readonly text: string;
  /** The names of its files. */
  readonly files?: readonly string[];
}

/** Something somebody said in a chat channel, as the transport's parser gives it. */
export interface InboundMessage {
  /** Unique over all sources for ever: `discord:<message id>`. The key of idempotence. */
  readonly id: string;
  readonly channel: ChannelId;
  /** The channel that a thread belongs to; undefined outside threads. */
  readonly parent: ChannelId | undefined;
  /** The server's own id of the message, for reactions and replies. */
  readonly messageId: string;
  readonly author: Author;
  readonly text: string;
  readonly attachments: readonly AttachmentRef[];
  readonly quotes?: readonly Quote[];
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
  /** The author's id at the chat server; undefined when there is none. */
  readonly authorId: string | undefined;
  readonly authorName: string;
  /** Follows edits of the chat message until the agent is given it. */
  readonly text: string;
  readonly state: InboxState;
  /** Epoch milliseconds, by the clock of where it came from. */
  readonly sentAt: number;
  /** Epoch milliseconds when it was stored. */
  readonly receivedAt: number;
}

/**
 * Every move of an inbox message that there is.
 *
 * - `queued` waits for its agent; `held` waits for a person's word, because it is too old to be run unasked;
 * - `sending` is being handed over; after a crash it becomes `uncertain` and is looked up before it is sent again (I4);
 * - `steered` lies in the agent's own queue: confirmed, but not yet taken into a turn;
 * - settled (I3): `acknowledged` the agent has it, `withdrawn` its author or the owner took it back, `failed` it will
 *   not arrive, and the channel was told why.
 */
export const inboxMoves = {
  queued: ['sending', 'withdrawn', 'failed'],
  held: ['queued', 'withdrawn', 'failed'],
  sending: ['acknowledged', 'steered', 'uncertain', 'queued', 'failed'],
  steered: ['acknowledged', 'uncertain'],
  uncertain: ['acknowledged', 'steered', 'queued', 'failed'],
  acknowledged: [],
  withdrawn: [],
  failed: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type InboxState = keyof typeof inboxMoves;

/** A state that no message leaves any more. */
export type SettledState = Extract<InboxState, 'acknowledged' | 'withdrawn' | 'failed'>;

/** One move of an inbox message, by name: `queued>sending`. */
export type InboxMove = { [From in InboxState]: `${From}>${(typeof inboxMoves)[From][number]}` }[InboxState];

/** Whether an inbox message may go from one state to another. */
export function canMoveInbox(from: InboxState, to: InboxState): boolean {
  return (inboxMoves[from] as readonly InboxState[]).includes(to);
}

/** Whether nothing will ever happen to the message again (I3). */
export function isSettled(state: InboxState): state is SettledState {
  return inboxMoves[state].length === 0;
}

/** What the agent is to be told, and by whom. */
export interface TurnInput {
  /** The inbox message's id. */
  readonly message: string;
  readonly text: string;
  readonly source: MessageSource;
  readonly authorName: string;
}
