import type { Controls } from './controls.ts';
import type { ChannelId } from './session.ts';

/** A file that goes out with a text: one that is read when it is sent, or a text that is stored with the item. */
export type OutboundFile =
  | {
      /** Absolute. */
      readonly path: string;
      /** The name that people see. */
      readonly name: string;
      /** Where it was copied from, when `path` is a copy that only the bridge knows. */
      readonly source?: string;
    }
  | { readonly content: string; readonly name: string };

/** What is said in a channel: rendered by the transport into one or more parts. */
export interface OutboundText {
  readonly kind: 'text';
  readonly text: string;
  /** The chat message it answers; shown as a reply when the server has it. */
  readonly replyTo?: string;
  /** They go out with the last part. */
  readonly files?: readonly OutboundFile[];
  /** They stand under the last part. */
  readonly controls?: Controls;
  /** Users who are to be notified; their mention must stand in the text. Nobody else is, whatever the text says. */
  readonly pings?: readonly string[];
}

/** A new text in the place of one that was posted. Of several that wait only the newest goes out. */
export interface OutboundEdit {
  readonly kind: 'edit';
  /** The key of the posted text. */
  readonly of: string;
  /** What goes over one message is cut, and says so. */
  readonly text: string;
  /** In the place of those that stood there; without them, those stay. */
  readonly controls?: Controls;
}

/** A reaction of the bot on somebody's message. Setting it twice is the same as once. */
export interface OutboundReaction {
  readonly kind: 'reaction';
  readonly messageId: string;
  readonly reaction: ReactionName;
}

export type OutboundContent = OutboundText | OutboundEdit | OutboundReaction;

/**
 * What a reaction says about a message, in the order of a message's life: one that comes later makes an earlier one
 * that still waits needless. The transport chooses the picture.
 */
export const reactionOrder = ['stored', 'delivered', 'answered', 'withdrawn', 'failed'] as const;

export type ReactionName = (typeof reactionOrder)[number];

/** What to add to the outbox instead, when the item that something waited for is refused for good. */
export function insteadOf(waiting: OutboundContent): OutboundContent | undefined {
  const promisedAnswer = waiting.kind === 'reaction' && waiting.reaction === 'answered';
  return promisedAnswer ? { ...waiting, reaction: 'failed' } : undefined;
}

/**
 * Every move of an outbox item that there is: `posted` is out, `failed` was refused for good, `dropped` was overtaken by
 * a newer one or taken back by the owner.
 */
export const outboxMoves = {
  pending: ['posted', 'failed', 'dropped'],
  posted: [],
  failed: [],
  dropped: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type OutboxState = keyof typeof outboxMoves;

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
  /** Epoch milliseconds since when the part that is next may be at the server; undefined before rendering. */
  readonly triedAt: number | undefined;
  /** The inbox message that it belongs to, if any. */
  readonly message: string | undefined;
  /** Epoch milliseconds when it was stored. */
  readonly createdAt: number;
}

/** A channel that refuses the bot: what is for it waits until somebody mends the cause. */
export interface ParkedChannel {
  readonly channel: ChannelId;
  /** Code of the refusal: `chat-forbidden` or `chat-not-found`. */
  readonly code: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** How many items wait for it. */
  readonly pending: number;
}
