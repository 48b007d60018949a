import type { Controls, Form } from '../model/controls.ts';
import type { Author, InboundMessage } from '../model/message.ts';
import type { OutboundFile, OutboundText, ReactionName } from '../model/outbound.ts';
import type { ChannelId } from '../model/session.ts';

export type ChatConnection = 'connecting' | 'ready' | 'reconnecting' | 'failed';

export interface ChatState {
  readonly connection: ChatConnection;
  /** In words for a person: why it failed or is not ready yet, and what to do. */
  readonly detail?: string;
}

export interface ChatHandlers {
  /** When it returns, the message is stored or refused for good. */
  onMessage(message: InboundMessage): void;
  /** A message has another text now. It may be one that was never told, and the text may be the old one. */
  onEdited(message: InboundMessage): void;
  /** Messages are gone. */
  onDeleted(channel: ChannelId, messageIds: readonly string[]): void;
  /**
   * Connected afresh: what was said since the last connection is not told again. Called at the first connection too,
   * and before the first message of the new connection.
   */
  onGap(): void;
  /** The bot may read a channel that it could not read before: what was said there meanwhile was not told. */
  onOpened?(channel: ChannelId): void;
  onState(state: ChatState): void;
  /**
   * Somebody pressed, chose, submitted or commanded something; told once for each act. What it decides is stored when the
   * promise is settled. An answer that takes long is waited for, and shown when it comes; a form has to be asked for within
   * a second. Where the promise is rejected, who did it is told that it did not work.
   */
  onAct(act: ChatAct): Promise<ActAnswer>;
}

/** What somebody did with a control of a post, a form, or a command. */
export interface ChatAct {
  /** Unique for ever. */
  readonly id: string;
  readonly author: Author;
  readonly channel: ChannelId;
  /** The channel that a thread belongs to; undefined outside threads. */
  readonly parent: ChannelId | undefined;
  readonly direct: boolean;
  readonly deed: ChatDeed;
}

export type ChatDeed =
  | { readonly kind: 'press'; readonly control: string; readonly messageId: string }
  | {
      readonly kind: 'choose';
      readonly control: string;
      readonly messageId: string;
      readonly values: readonly string[];
    }
  | { readonly kind: 'submit'; readonly form: string; readonly fields: Readonly<Record<string, string>> }
  /** A slash command. */
  | { readonly kind: 'command'; readonly name: string; readonly options: Readonly<Record<string, string>> }
  /** A command of a message's context menu. */
  | { readonly kind: 'message-command'; readonly name: string; readonly messageId: string };

/** What the person who did it sees of it. */
export type ActAnswer =
  /** What came of it stands in the channel. */
  | { readonly kind: 'done' }
  /** Only they see it; cut to what one message takes. */
  | { readonly kind: 'private'; readonly text: string }
  | { readonly kind: 'form'; readonly form: Form };

/** A command that people find in their client. */
export interface ChatCommand {
  /** `a-z0-9-`, at most 32 characters; of a context menu any words. */
  readonly name: string;
  readonly kind: 'command' | 'message-command';
  /** At most 100 characters; empty for a context menu. */
  readonly description: string;
  readonly options: readonly { readonly name: string; readonly description: string; readonly isRequired: boolean }[];
}

/** One part of a rendered text, ready to be sent. */
export interface ChatPart {
  readonly channel: ChannelId;
  readonly text: string;
  readonly replyTo?: string;
  /** Files that go with it; read while they are sent. A part of files alone has an empty text. */
  readonly files?: readonly OutboundFile[];
  readonly controls?: Controls;
  /** Users who are notified by their mention in the text; nobody else is. */
  readonly pings?: readonly string[];
  /** At most 25 characters. The server posts a repeated nonce once (it remembers it for some minutes). */
  readonly nonce: string;
}

/** A page of a channel's history. */
export interface HistoryPage {
  /** What people and other bots said, oldest first. */
  readonly messages: readonly InboundMessage[];
  /** The newest message of the page, also when it is not for the bridge; undefined for an empty page. */
  readonly last: string | undefined;
  /** Whether there may be newer ones. */
  readonly more: boolean;
}

/** A thread that people may have written in. */
export interface ChatThread {
  readonly id: ChannelId;
  readonly parent: ChannelId;
}

/** Something the bot itself has posted. */
export interface OwnMessage {
  readonly id: string;
  readonly text: string;
}

/**
 * Asked right before a request goes to the server, when it is its turn: what is not wanted any more is left out. It may
 * throw, and says nothing about what was sent.
 */
export type StillWanted = () => boolean;

/**
 * Messages in, parts out. What the server limits waits here for its turn: what was missed before texts, texts before
 * reactions, these before edits, and within one kind whoever has waited longest. Errors are BridgeErrors with these codes:
 *
 * - `chat-forbidden`, `chat-not-found`: the channel or the message is closed to the bot, or gone. `not-done`.
 * - `chat-invalid`: the server does not take this, and never will. `not-done`.
 * - `chat-too-large`: without its files it may be taken. `not-done`.
 * - `file-unreadable`: a file of the part cannot be read; the message names it. `not-done`: nothing was asked of the server.
 * - `chat-unavailable`: nobody knows whether it was done. `unknown`: repeat with the same nonce, later each time.
 */
export interface ChatTransport {
  readonly state: ChatState;

  /**
   * Connects. Resolves when connected, or when the server cannot be reached: then it goes on trying by itself with
   * back-off, and tells `onState`.
   *
   * @throws BridgeError `chat-token-invalid`, `chat-intents-missing` or `chat-refused`: trying again is useless.
   */
  connect(handlers: ChatHandlers): Promise<void>;

  /** Splits a text into parts that the server takes. Pure. */
  render(content: OutboundText): readonly string[];

  /** @returns the server's id of the message. */
  send(part: ChatPart): Promise<string>;

  /**
   * Puts another text in the place of one that the bot posted; cut to what one message takes. Other controls too, when they
   * are given. Tells whether it was done.
   */
  edit(
    channel: ChannelId,
    messageId: string,
    text: string,
    isWanted?: StillWanted,
    controls?: Controls,
  ): Promise<boolean>;

  /** Sets a reaction of the bot. Setting it twice is fine. Tells whether it was done. */
  react(channel: ChannelId, messageId: string, reaction: ReactionName, isWanted?: StillWanted): Promise<boolean>;

  /** Shows "is typing" for a few seconds; where there is much else to be asked of the server, not at all. */
  typing(channel: ChannelId): Promise<void>;

  /** Replaces the line that stands above a channel; at most 1024 characters. Servers may make this wait for minutes. */
  setTopic(channel: ChannelId, topic: string): Promise<void>;

  /**
   * What was said in a channel after a message (by id, which need not exist), oldest first, at most `limit` (1 to 100) of them.
   * Where the bot may not read what was said, that is `chat-forbidden`, never an empty page.
   */
  history(channel: ChannelId, after: string, limit: number): Promise<HistoryPage>;

  /**
   * The threads of a channel, active and archived, in which something may have been said since a time (epoch
   * milliseconds). A channel that has no threads gives none.
   */
  threadsOf(channel: ChannelId, since: number): Promise<readonly ChatThread[]>;

  /** What the bot itself has posted in a channel since a time (epoch milliseconds): the newest 500, the oldest of them first. */
  ownMessages(channel: ChannelId, since: number): Promise<readonly OwnMessage[]>;

  /** One message as it is now, with links that work; undefined when it is gone, or not for the bridge. */
  freshMessage(channel: ChannelId, messageId: string): Promise<InboundMessage | undefined>;

  /**
   * The ids of somebody's roles where a channel is, as they are now or were some minutes ago: what history does not say of
   * its authors. Undefined where there are none: of somebody who is not there, and in a direct channel.
   */
  rolesOf(channel: ChannelId, userId: string): Promise<readonly string[] | undefined>;

  /** The channel in which the bot and a user speak alone. */
  directChannel(userId: string): Promise<ChannelId>;

  /** From now on people find these commands, and no other ones of the bot. Where they do already, nothing is changed. */
  setCommands(commands: readonly ChatCommand[]): Promise<void>;

  /** The channel's name, from what the server has told so far; undefined when it is not known. Asks nobody. */
  channelName(channel: ChannelId): string | undefined;

  close(): Promise<void>;
}
