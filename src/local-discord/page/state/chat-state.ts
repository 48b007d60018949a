import type { APIApplicationCommand } from 'discord-api-types/v10';

import type { Command } from '../commands/command-index.ts';
import type { Channel } from './channels.ts';
import type { Conversation } from './conversation.ts';
import { emptyConversation } from './conversation.ts';
import type { Outbox, Outgoing } from './outbox.ts';
import type { GatewayEvent, Message, User } from './payloads.ts';
import type { Interactions, PendingInteraction } from './pending-interactions.ts';
import { noInteractions } from './pending-interactions.ts';
import type { Reading } from './reading.ts';
import { nothingRead } from './reading.ts';

export type Connection = 'connecting' | 'ready' | 'lost' | 'refused';

/** Somebody who is writing. */
export interface Typing {
  readonly channel: string;
  readonly user: string;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** All that the page knows. Never changed in place: a part that is the same object has not changed. */
export interface ChatState {
  readonly connection: Connection;
  readonly self: User | undefined;
  readonly guild: string | undefined;
  /** The gateway's session, which the server wants to hear with interactions. */
  readonly session: string | undefined;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly users: ReadonlyMap<string, User>;
  /** Names by id. */
  readonly roles: ReadonlyMap<string, string>;
  readonly conversations: ReadonlyMap<string, Conversation>;
  readonly reading: Reading;
  readonly typing: readonly Typing[];
  readonly outbox: Outbox;
  readonly interactions: Interactions;
  /** What can be typed after a stroke; undefined until somebody wants to know. */
  readonly commands: readonly Command[] | undefined;
  /** What can be done with a message besides; empty until somebody wants to know. */
  readonly messageCommands: readonly APIApplicationCommand[];
  /** Something that did not work, in words, until it is read. */
  readonly notice: string | undefined;
}

export const initialState: ChatState = {
  connection: 'connecting',
  self: undefined,
  guild: undefined,
  session: undefined,
  channels: new Map(),
  users: new Map(),
  roles: new Map(),
  conversations: new Map(),
  reading: nothingRead,
  typing: [],
  outbox: [],
  interactions: noInteractions,
  commands: undefined,
  messageCommands: [],
  notice: undefined,
};

/** What can happen to the state: an event of the gateway, or something the page did itself. */
export type Action =
  | { readonly kind: 'event'; readonly event: GatewayEvent; readonly now: number }
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'last-read'; readonly lastRead: ReadonlyMap<string, string> }
  | { readonly kind: 'show'; readonly channel: string | undefined }
  | { readonly kind: 'attend'; readonly attentive: boolean }
  | { readonly kind: 'dismiss'; readonly channel: string }
  | {
      readonly kind: 'newest';
      readonly channel: string;
      readonly messages: readonly Message[];
      readonly isAll: boolean;
      readonly knownBefore: ReadonlySet<string>;
    }
  | { readonly kind: 'older'; readonly channel: string; readonly messages: readonly Message[]; readonly isAll: boolean }
  | { readonly kind: 'write'; readonly message: Outgoing }
  | { readonly kind: 'outgoing'; readonly nonce: string; readonly change: Partial<Outgoing> }
  | { readonly kind: 'retry'; readonly nonce: string }
  | { readonly kind: 'give-up'; readonly nonce: string }
  | { readonly kind: 'sent'; readonly nonce: string; readonly message: Message }
  | { readonly kind: 'edited'; readonly message: Message }
  | { readonly kind: 'hide-message'; readonly channel: string; readonly id: string }
  | { readonly kind: 'interaction'; readonly started: PendingInteraction }
  | { readonly kind: 'interaction-failed'; readonly nonce: string; readonly reason?: string }
  | { readonly kind: 'forget-failure'; readonly nonce: string }
  | { readonly kind: 'close-modal' }
  | {
      readonly kind: 'commands';
      readonly commands: readonly Command[];
      readonly messageCommands: readonly APIApplicationCommand[];
    }
  | { readonly kind: 'notice'; readonly notice: string | undefined }
  | { readonly kind: 'typing-over'; readonly now: number };

export function changeConversation(
  state: ChatState,
  channel: string,
  change: (known: Conversation) => Conversation,
): ChatState {
  const conversations = new Map(state.conversations).set(channel, change(conversationOf(state, channel)));
  return { ...state, conversations };
}

export function conversationOf(state: ChatState, channel: string): Conversation {
  return state.conversations.get(channel) ?? emptyConversation;
}
