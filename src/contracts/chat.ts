import type { InboundMessage, OutboundText, ReactionName } from '../model/message.ts';
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
  onState(state: ChatState): void;
}

/** One part of a rendered text, ready to be sent. */
export interface ChatPart {
  readonly channel: ChannelId;
  readonly text: string;
  readonly replyTo?: string;
  /** At most 25 characters. The server posts a repeated nonce once (it remembers it for some minutes). */
  readonly nonce: string;
}

/**
 * Messages in, parts out. Errors of `send`, `react`, `typing` and `setTopic` are BridgeErrors with these codes:
 * `chat-forbidden`, `chat-not-found`, `chat-invalid` (all `not-done`: repeating is useless), and
 * `chat-unavailable` (`unknown`: repeat with the same nonce).
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

  /** Sets a reaction of the bot. Setting it twice is fine. */
  react(channel: ChannelId, messageId: string, reaction: ReactionName): Promise<void>;

  /** Shows "is typing" for a few seconds. */
  typing(channel: ChannelId): Promise<void>;

  /** Replaces the line that stands above a channel; at most 1024 characters. Servers may make this wait for minutes. */
  setTopic(channel: ChannelId, topic: string): Promise<void>;

  /** The channel's name, from what the server has told so far; undefined when it is not known. Asks nobody. */
  channelName(channel: ChannelId): string | undefined;

  close(): Promise<void>;
}
