import { BridgeError } from '../../../src/base/errors.ts';
import type { Controls } from '../../../src/model/controls.ts';
import type { InboundMessage } from '../../../src/model/message.ts';
import type { OutboundText, ReactionName } from '../../../src/model/outbound.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type {
  ChatCommand,
  ChatHandlers,
  ChatPart,
  ChatState,
  ChatThread,
  ChatTransport,
  HistoryPage,
  OwnMessage,
  StillWanted,
} from '../../../src/contracts/chat.ts';

/** The error of a chat server that says this code. */
export function chatError(
  code:
    'chat-forbidden' | 'chat-not-found' | 'chat-invalid' | 'chat-too-large' | 'file-unreadable' | 'chat-unavailable',
): BridgeError {
  return new BridgeError(code, `the server said ${code}`, {
    happened: code === 'chat-unavailable' ? 'unknown' : 'not-done',
  });
}

/**
 * A chat server in the hands of a test. It posts a repeated nonce once, as the real one does. A text is rendered into
 * parts at each `|`.
 */
export class HandTransport implements ChatTransport {
  state: ChatState = { connection: 'ready' };
  /** Every part that was tried, in order. */
  readonly tried: ChatPart[] = [];
  /** What people see, in order. */
  readonly posted: ChatPart[] = [];
  readonly reactions: string[] = [];
  readonly typed: ChannelId[] = [];
  readonly topics: string[] = [];
  readonly names = new Map<ChannelId, string>();
  rendered = 0;
  /** Runs before a part is taken; throws to refuse it. */
  beforeSend: (part: ChatPart) => void | Promise<void> = () => undefined;
  /** Runs after a part was taken; throws to lose the server's answer. */
  afterSend: (part: ChatPart) => void | Promise<void> = () => undefined;
  /** Reactions and edits wait for it. */
  turn: Promise<void> = Promise.resolve();
  beforeReact: (messageId: string, reaction: ReactionName) => void | Promise<void> = () => undefined;

  connect(_handlers: ChatHandlers): Promise<void> {
    return Promise.resolve();
  }

  render(content: OutboundText): readonly string[] {
    this.rendered += 1;
    return content.text.split('|');
  }

  async send(part: ChatPart): Promise<string> {
    this.tried.push(part);
    await this.beforeSend(part);
    if (!this.posted.some(({ nonce }) => nonce === part.nonce)) this.posted.push(part);
    await this.afterSend(part);
    return `id-of-${part.nonce}`;
  }

  async react(
    _channel: ChannelId,
    messageId: string,
    reaction: ReactionName,
    isWanted: StillWanted = () => true,
  ): Promise<boolean> {
    await this.turn;
    if (!isWanted()) return false;
    await this.beforeReact(messageId, reaction);
    this.reactions.push(`${messageId} ${reaction}`);
    return true;
  }

  /** What the bot has edited, in order. */
  readonly edits: { readonly messageId: string; readonly text: string; readonly controls?: Controls }[] = [];
  /** What `history` gives, by channel. */
  readonly histories = new Map<ChannelId, HistoryPage['messages']>();
  readonly threads = new Map<ChannelId, readonly ChatThread[]>();
  readonly own = new Map<ChannelId, readonly OwnMessage[]>();

  beforeEdit: (messageId: string, text: string) => void | Promise<void> = () => undefined;

  async edit(
    _channel: ChannelId,
    messageId: string,
    text: string,
    isWanted: StillWanted = () => true,
    controls?: Controls,
  ): Promise<boolean> {
    await this.turn;
    if (!isWanted()) return false;
    await this.beforeEdit(messageId, text);
    this.edits.push({ messageId, text, ...(controls === undefined ? {} : { controls }) });
    return true;
  }

  history(channel: ChannelId, after: string, limit: number): Promise<HistoryPage> {
    const later = (this.histories.get(channel) ?? []).filter(({ messageId }) => BigInt(messageId) > BigInt(after));
    const messages = later.slice(0, limit);
    return Promise.resolve({ messages, last: messages.at(-1)?.messageId, more: later.length >= limit });
  }

  threadsOf(channel: ChannelId, _since: number): Promise<readonly ChatThread[]> {
    return Promise.resolve(this.threads.get(channel) ?? []);
  }

  /** Since when somebody looked at what the bot said, in epoch milliseconds. */
  readonly looks: number[] = [];
  beforeLook: () => void | Promise<void> = () => undefined;

  async ownMessages(channel: ChannelId, since: number): Promise<readonly OwnMessage[]> {
    this.looks.push(since);
    await this.beforeLook();
    return this.own.get(channel) ?? [];
  }

  freshMessage(channel: ChannelId, messageId: string): Promise<InboundMessage | undefined> {
    return Promise.resolve(this.histories.get(channel)?.find((message) => message.messageId === messageId));
  }

  /** What `rolesOf` gives, by user. */
  readonly roles = new Map<string, readonly string[]>();

  rolesOf(_channel: ChannelId, userId: string): Promise<readonly string[] | undefined> {
    return Promise.resolve(this.roles.get(userId));
  }

  commands: readonly ChatCommand[] = [];

  setCommands(commands: readonly ChatCommand[]): Promise<void> {
    this.commands = commands;
    return Promise.resolve();
  }

  beforeDirect: (userId: string) => void | Promise<void> = () => undefined;

  async directChannel(userId: string): Promise<ChannelId> {
    await this.beforeDirect(userId);
    return `9${userId.slice(1)}` as ChannelId;
  }

  channelName(channel: ChannelId): string | undefined {
    return this.names.get(channel);
  }

  setTopic(channel: ChannelId, topic: string): Promise<void> {
    this.topics.push(`${channel} ${topic}`);
    return Promise.resolve();
  }

  typing(channel: ChannelId): Promise<void> {
    this.typed.push(channel);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The texts that people see in a channel. */
  textsIn(channel: ChannelId): readonly string[] {
    return this.posted.filter((part) => part.channel === channel).map(({ text }) => text);
  }
}

/** A gate that is closed until it is opened. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { passed: promise.then(() => undefined), open: () => resolve(undefined) };
}
