import { accessSync, statSync } from 'node:fs';

import { BridgeError } from '../../src/base/errors.ts';
import type {
  ChatAct,
  ChatCommand,
  ChatDeed,
  ChatHandlers,
  ChatPart,
  ChatState,
  ChatThread,
  ChatTransport,
  HistoryPage,
  OwnMessage,
  StillWanted,
} from '../../src/contracts/chat.ts';
import { cutToMessage, messageLimit, renderText } from '../../src/discord/render.ts';
import type { Controls } from '../../src/model/controls.ts';
import type { Author, InboundMessage } from '../../src/model/message.ts';
import type { OutboundFile, OutboundText, ReactionName } from '../../src/model/outbound.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { areGoodControls } from './fake-controls.ts';
import type { ChatErrorCode, FakeActed, FakeDeed, FakePost, FakeReaction } from './fake-deeds.ts';

export interface FakeChatTransportOptions {
  /** Epoch milliseconds, for `sentAt`. Default: the machine's clock. */
  readonly now?: () => number;
  /** What one message holds, in UTF-16 units. Default Discord's. */
  readonly limit?: number;
}

interface Failure {
  readonly code: ChatErrorCode;
  /** Whether the thing happens all the same. */
  readonly stored: boolean;
}

/** Bytes, as Discord has it. */
const largestFile = 10 * 1024 * 1024;

const owner: Author = { id: '100000000000000001', name: 'Owner', kind: 'human' };

/**
 * A chat server and the transport to it, in memory. It refuses what a server refuses and remembers nonces as a server
 * does; on top of that, tests decide when it fails, holds back or is away. Channels exist unless they were removed.
 */
export class FakeChatTransport implements ChatTransport {
  /** Everything that the bot did, in order. */
  readonly deeds: FakeDeed[] = [];
  /** Every call of `send` with what became of it, also those that failed. */
  readonly attempts: { readonly part: ChatPart; readonly outcome: 'posted' | 'repeated' | ChatErrorCode }[] = [];
  /** Everything that somebody did and was answered, in the order of the answers. */
  readonly acted: FakeActed[] = [];
  /** What people find as commands. */
  commands: readonly ChatCommand[] = [];
  /** The roles of members, by user id; somebody who is not in it has none. */
  readonly roles = new Map<string, readonly string[]>();
  readonly #actIds = new Set<string>();
  readonly #now: () => number;
  readonly #limit: number;
  readonly #removed = new Set<ChannelId>();
  readonly #messages = new Map<string, ChannelId>();
  /** When each message was said or posted, epoch milliseconds. */
  readonly #times = new Map<string, number>();
  readonly #nonces = new Map<string, string>();
  readonly #said = new Map<string, InboundMessage>();
  readonly #threads = new Map<ChannelId, ChannelId>();
  readonly #missed: InboundMessage[] = [];
  #failures: Failure[] = [];
  #refusal: BridgeError | undefined;
  #gate: Promise<void> | undefined;
  #handlers: ChatHandlers | undefined;
  #state: ChatState = { connection: 'connecting' };
  #isClosed = false;
  #ids = 300_000_000_000_000_000n;

  constructor({ now = Date.now, limit = messageLimit }: FakeChatTransportOptions = {}) {
    this.#now = now;
    this.#limit = limit;
  }

  get posts(): readonly FakePost[] {
    return this.deeds.filter((deed) => deed.kind === 'post');
  }

  get reactions(): readonly FakeReaction[] {
    return this.deeds.filter((deed) => deed.kind === 'reaction');
  }

  /** The texts of the posts in one channel, oldest first. */
  textsIn(channel: ChannelId): readonly string[] {
    return this.posts.filter((post) => post.channel === channel).map((post) => post.text);
  }

  /**
   * Somebody says something. It is heard at once when connected, else as soon as the connection is back.
   * A second message with the same id is the same message again.
   */
  say(channel: ChannelId, text: string, more: Partial<Omit<InboundMessage, 'channel' | 'text'>> = {}): InboundMessage {
    const messageId = more.messageId ?? this.#nextId();
    const message: InboundMessage = {
      id: `discord:${messageId}`,
      messageId,
      channel,
      parent: this.#threads.get(channel),
      text,
      author: owner,
      attachments: [],
      sentAt: this.#now(),
      direct: false,
      ...more,
    };
    this.#messages.set(messageId, channel);
    this.#said.set(messageId, message);
    this.#times.set(messageId, message.sentAt);
    if (this.#isClosed) return message;
    if (this.#handlers && this.#state.connection === 'ready') this.#handlers.onMessage(message);
    else this.#missed.push(message);
    return message;
  }

  /**
   * Somebody does something with a control, a form or a command, whether or not it is there (any more).
   * @returns what they see; undefined when nobody answers: not connected, or the same act once more.
   */
  async act(
    channel: ChannelId,
    deed: ChatDeed,
    more: Partial<Omit<ChatAct, 'deed'>> = {},
  ): Promise<FakeActed['answer'] | undefined> {
    const act: ChatAct = {
      id: this.#nextId(),
      author: owner,
      channel,
      parent: this.#threads.get(channel),
      direct: false,
      deed,
      ...more,
    };
    if (this.#isClosed || !this.#handlers || this.#state.connection !== 'ready' || this.#actIds.has(act.id)) {
      return undefined;
    }
    this.#actIds.add(act.id);
    const answer = await this.#handlers.onAct(act).catch((error: unknown) => ({ kind: 'failed', error }) as const);
    this.acted.push({ act, answer });
    return answer;
  }

  /**
   * Somebody presses a button that stands under a post now. @throws Error when there is none with that id.
   */
  press(
    messageId: string,
    control: string,
    more: Partial<Omit<ChatAct, 'deed'>> = {},
  ): Promise<FakeActed['answer'] | undefined> {
    const isThere = this.controlsOf(messageId).some(
      (row) => row.kind === 'buttons' && row.buttons.some(({ id }) => id === control),
    );
    if (!isThere) throw new Error(`no button "${control}" stands under ${messageId}: ${this.#shown(messageId)}`);
    return this.act(this.#channelOf(messageId), { kind: 'press', control, messageId }, more);
  }

  /** Somebody chooses in a menu that stands under a post now. @throws Error when that cannot be chosen there. */
  choose(
    messageId: string,
    control: string,
    values: readonly string[],
    more: Partial<Omit<ChatAct, 'deed'>> = {},
  ): Promise<FakeActed['answer'] | undefined> {
    const menus = this.controlsOf(messageId).flatMap((row) => (row.kind === 'menu' ? [row.menu] : []));
    const menu = menus.find(({ id }) => id === control);
    const canBe =
      menu !== undefined &&
      values.length >= menu.least &&
      values.length <= menu.most &&
      values.every((value) => menu.choices.some((choice) => choice.value === value));
    if (!canBe) throw new Error(`"${values.join(', ')}" cannot be chosen of "${control}": ${this.#shown(messageId)}`);
    return this.act(this.#channelOf(messageId), { kind: 'choose', control, messageId, values }, more);
  }

  /** What stands under a post now. */
  controlsOf(messageId: string): Controls {
    const edited = this.deeds.filter((deed) => deed.kind === 'edit');
    const last = edited.findLast((deed) => deed.messageId === messageId && deed.controls !== undefined)?.controls;
    return last ?? this.posts.find(({ id }) => id === messageId)?.controls ?? [];
  }

  /** The text of a post as it is now. */
  textOf(messageId: string): string | undefined {
    return this.#editOf(messageId) ?? this.posts.find(({ id }) => id === messageId)?.text;
  }

  /** Makes a thread of a channel. */
  openThread(thread: ChannelId, parent: ChannelId): void {
    this.#threads.set(thread, parent);
  }

  /** The author gives a message another text. Heard when connected. */
  change(messageId: string, text: string): void {
    const before = this.#said.get(messageId);
    if (!before) throw new Error(`nobody said ${messageId}`);
    const after = { ...before, text };
    this.#said.set(messageId, after);
    if (this.#handlers && this.#state.connection === 'ready') this.#handlers.onEdited(after);
  }

  /** Somebody takes messages of one channel back. Heard when connected. */
  takeBack(...messageIds: readonly string[]): void {
    const [channel] = messageIds.map((id) => this.#said.get(id)?.channel);
    if (channel === undefined) throw new Error(`nobody said ${messageIds.join(', ')}`);
    for (const id of messageIds) {
      this.#said.delete(id);
      this.#messages.delete(id);
    }
    if (this.#handlers && this.#state.connection === 'ready') this.#handlers.onDeleted(channel, messageIds);
  }

  /** The next calls of `send` or `react` fail; with `stored` they happen all the same, and only the answer is lost. */
  failNext(code: ChatErrorCode, { times = 1, stored = false }: { times?: number; stored?: boolean } = {}): void {
    this.#failures.push(...Array.from({ length: times }, () => ({ code, stored })));
  }

  /** Nothing fails from now on. */
  failNoMore(): void {
    this.#failures = [];
  }

  /** Holds every `send` and `react` back until the returned function is called. */
  hold(): () => void {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gate = gate;
    return () => {
      if (this.#gate === gate) this.#gate = undefined;
      open();
    };
  }

  /** `connect` will fail with this error. */
  refuseConnect(error: BridgeError): void {
    this.#refusal = error;
  }

  /** Connects afresh: what was missed is not told by itself. */
  identifyAfresh(): void {
    this.loseMissed();
    this.#handlers?.onGap();
    this.setState({ connection: 'ready' });
  }

  /** Changes the state as the network would. Back at `ready`, what was missed is heard. */
  setState(state: ChatState): void {
    this.#state = state;
    this.#handlers?.onState(state);
    if (state.connection !== 'ready') return;
    for (const message of this.#missed.splice(0)) this.#handlers?.onMessage(message);
  }

  /** Forgets what was said while away, as a server does that has given the session up. */
  loseMissed(): void {
    this.#missed.length = 0;
  }

  /** Forgets all nonces, as a server does after some minutes. */
  forgetNonces(): void {
    this.#nonces.clear();
  }

  removeChannel(channel: ChannelId): void {
    this.#removed.add(channel);
  }

  get state(): ChatState {
    return this.#state;
  }

  connect(handlers: ChatHandlers): Promise<void> {
    this.#handlers = handlers;
    if (this.#refusal) {
      this.setState({ connection: 'failed', detail: this.#refusal.message });
      return Promise.reject(this.#refusal);
    }
    handlers.onGap();
    this.setState({ connection: 'ready' });
    return Promise.resolve();
  }

  render(content: OutboundText): readonly string[] {
    return renderText(content.text, this.#limit);
  }

  async send(part: ChatPart): Promise<string> {
    try {
      return await this.#do(part.channel, () => this.#post(part));
    } catch (error) {
      if (error instanceof BridgeError) this.attempts.push({ part, outcome: error.code as ChatErrorCode });
      throw error;
    }
  }

  react(
    channel: ChannelId,
    messageId: string,
    reaction: ReactionName,
    isWanted: StillWanted = () => true,
  ): Promise<boolean> {
    return this.#do(channel, () => {
      if (!isWanted()) return false;
      if (this.#messages.get(messageId) !== channel) throw chatError('chat-not-found');
      const known = this.reactions.some((one) => one.messageId === messageId && one.reaction === reaction);
      if (!known) this.deeds.push({ kind: 'reaction', channel, messageId, reaction });
      return true;
    });
  }

  edit(
    channel: ChannelId,
    messageId: string,
    text: string,
    isWanted: StillWanted = () => true,
    controls?: Controls,
  ): Promise<boolean> {
    return this.#do(channel, () => {
      if (!isWanted()) return false;
      if (this.#messages.get(messageId) !== channel) throw chatError('chat-not-found');
      if (this.#said.has(messageId)) throw chatError('chat-forbidden');
      if (!areGoodControls(controls ?? [])) throw chatError('chat-invalid');
      const more = controls === undefined ? {} : { controls };
      this.deeds.push({ kind: 'edit', channel, messageId, text: cutToMessage(text, this.#limit), ...more });
      return true;
    });
  }

  history(channel: ChannelId, after: string, limit: number): Promise<HistoryPage> {
    return this.#do(channel, () => {
      const later = this.#inOrder(channel).filter((id) => BigInt(id) > BigInt(after));
      const page = later.slice(0, limit);
      const messages = page.flatMap((id) => this.#said.get(id) ?? []);
      return { messages, last: page.at(-1), more: later.length >= limit };
    });
  }

  threadsOf(channel: ChannelId, since: number): Promise<readonly ChatThread[]> {
    return this.#do(channel, () =>
      [...this.#threads]
        .filter(([, parent]) => parent === channel)
        .filter(([thread]) => this.#lastTimeIn(thread) >= since)
        .map(([id, parent]) => ({ id, parent })),
    );
  }

  ownMessages(channel: ChannelId, since: number): Promise<readonly OwnMessage[]> {
    return this.#do(channel, () =>
      this.posts
        .filter((post) => post.channel === channel && (this.#times.get(post.id) ?? 0) >= since)
        .map(({ id, text }) => ({ id, text: this.#editOf(id) ?? text })),
    );
  }

  freshMessage(channel: ChannelId, messageId: string): Promise<InboundMessage | undefined> {
    return this.#do(channel, () => this.#said.get(messageId));
  }

  rolesOf(channel: ChannelId, userId: string): Promise<readonly string[] | undefined> {
    return this.#do(channel, () => this.roles.get(userId));
  }

  async setCommands(commands: readonly ChatCommand[]): Promise<void> {
    await Promise.resolve();
    if (this.#isClosed || this.#state.connection === 'failed') throw chatError('chat-unavailable');
    this.commands = commands;
  }

  directChannel(userId: string): Promise<ChannelId> {
    const channel = `9${userId.slice(1)}` as ChannelId;
    return this.#do(channel, () => channel);
  }

  async typing(channel: ChannelId): Promise<void> {
    await Promise.resolve();
    if (this.#isClosed || this.#state.connection === 'failed') throw chatError('chat-unavailable');
    if (this.#removed.has(channel)) throw chatError('chat-not-found');
    this.deeds.push({ kind: 'typing', channel });
  }

  async setTopic(channel: ChannelId, topic: string): Promise<void> {
    await this.#do(channel, () => {
      if (topic.length > 1024) throw chatError('chat-invalid');
      this.deeds.push({ kind: 'topic', channel, topic });
    });
  }

  /** The topic of a channel, as the server shows it. */
  topicOf(channel: ChannelId): string | undefined {
    return this.deeds.filter((deed) => deed.kind === 'topic').findLast((deed) => deed.channel === channel)?.topic;
  }

  channelName(channel: ChannelId): string | undefined {
    return this.#handlers && !this.#removed.has(channel) ? `channel-${channel.slice(-4)}` : undefined;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    if (this.#state.connection !== 'failed') this.#state = { connection: 'connecting', detail: 'Closed.' };
    return Promise.resolve();
  }

  async #do<T>(channel: ChannelId, deed: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#gate) await this.#gate;
    if (this.#isClosed || this.#state.connection === 'failed') throw chatError('chat-unavailable');
    const failure = this.#failures.shift();
    if (failure && !failure.stored) throw chatError(failure.code);
    if (this.#removed.has(channel)) throw chatError('chat-not-found');
    const result = deed();
    if (failure) throw chatError(failure.code);
    return result;
  }

  #post(part: ChatPart): string {
    const { channel, text, nonce, replyTo, files = [], controls, pings } = part;
    if (!areGoodControls(controls ?? [])) throw chatError('chat-invalid');
    for (const file of files) checkFile(file);
    if ((text.trim() === '' && files.length === 0) || text.length > messageLimit || nonce.length > 25)
      throw chatError('chat-invalid');
    const known = this.#nonces.get(nonce);
    this.attempts.push({ part, outcome: known === undefined ? 'posted' : 'repeated' });
    if (known !== undefined) return known;
    const id = this.#nextId();
    this.#nonces.set(nonce, id);
    this.#messages.set(id, channel);
    this.#times.set(id, this.#now());
    const isReply = replyTo !== undefined && this.#messages.has(replyTo);
    const more = {
      ...(isReply ? { replyTo } : {}),
      ...(files.length > 0 ? { files } : {}),
      ...(controls === undefined ? {} : { controls }),
      ...(pings === undefined ? {} : { pings }),
    };
    this.deeds.push({ kind: 'post', id, channel, text, nonce, ...more });
    return id;
  }

  #channelOf(messageId: string): ChannelId {
    const channel = this.#messages.get(messageId);
    if (channel === undefined) throw new Error(`nobody posted ${messageId}`);
    return channel;
  }

  /** What stands under a post, for who looks for something else there. */
  #shown(messageId: string): string {
    return JSON.stringify(this.controlsOf(messageId));
  }

  #editOf(id: string): string | undefined {
    return this.deeds.filter((deed) => deed.kind === 'edit').findLast(({ messageId }) => messageId === id)?.text;
  }

  /** A thread in which nobody has said anything is as good as new. */
  #lastTimeIn(thread: ChannelId): number {
    const last = this.#inOrder(thread).at(-1);
    return last === undefined ? this.#now() : (this.#times.get(last) ?? 0);
  }

  #inOrder(channel: ChannelId): readonly string[] {
    return [...this.#messages]
      .filter(([, one]) => one === channel)
      .map(([id]) => id)
      .sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1));
  }

  #nextId(): string {
    this.#ids += 1n;
    return String(this.#ids);
  }
}

function chatError(code: ChatErrorCode): BridgeError {
  return new BridgeError(code, `The chat server said ${code}.`, {
    happened: code === 'chat-unavailable' ? 'unknown' : 'not-done',
  });
}

/** As a transport opens it. */
function checkFile(file: OutboundFile): void {
  if ('content' in file) return;
  const { path, name } = file;
  let size: number;
  try {
    accessSync(path);
    size = statSync(path).size;
  } catch (cause) {
    throw new BridgeError('file-unreadable', `The file "${name}" cannot be read.`, { cause });
  }
  if (size > largestFile) throw chatError('chat-too-large');
}
