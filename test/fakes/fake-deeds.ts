import type { ActAnswer, ChatAct } from '../../src/contracts/chat.ts';
import type { Controls } from '../../src/model/controls.ts';
import type { OutboundFile, ReactionName } from '../../src/model/outbound.ts';
import type { ChannelId } from '../../src/model/session.ts';

export type ChatErrorCode =
  'chat-forbidden' | 'chat-not-found' | 'chat-invalid' | 'chat-too-large' | 'file-unreadable' | 'chat-unavailable';

/** What the bot did, in the order in which the server stored it. */
export type FakeDeed =
  | {
      readonly kind: 'post';
      readonly id: string;
      readonly channel: ChannelId;
      readonly text: string;
      readonly nonce: string;
      readonly replyTo?: string;
      readonly files?: readonly OutboundFile[];
      readonly controls?: Controls;
      readonly pings?: readonly string[];
    }
  | {
      readonly kind: 'reaction';
      readonly channel: ChannelId;
      readonly messageId: string;
      readonly reaction: ReactionName;
    }
  | {
      readonly kind: 'edit';
      readonly channel: ChannelId;
      readonly messageId: string;
      readonly text: string;
      readonly controls?: Controls;
    }
  | { readonly kind: 'typing'; readonly channel: ChannelId }
  | { readonly kind: 'topic'; readonly channel: ChannelId; readonly topic: string };

export type FakePost = Extract<FakeDeed, { kind: 'post' }>;
export type FakeReaction = Extract<FakeDeed, { kind: 'reaction' }>;

/** An act, and what the person who did it saw; `failed` when the handler threw. */
export interface FakeActed {
  readonly act: ChatAct;
  readonly answer: ActAnswer | { readonly kind: 'failed'; readonly error: unknown };
}
