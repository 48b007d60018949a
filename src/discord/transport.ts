import { isoTime } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
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
} from '../contracts/chat.ts';
import type { Controls } from '../model/controls.ts';
import type { InboundMessage } from '../model/message.ts';
import type { OutboundText, ReactionName } from '../model/outbound.ts';
import type { ChannelId } from '../model/session.ts';
import { setAppCommands } from './app-commands.ts';
import { ChannelPlaces } from './channel-places.ts';
import { ChatEvents } from './chat-events.ts';
import { tokenInvalid } from './connect-errors.ts';
import { ConnectPace } from './connect-pace.ts';
import { GatewayClient } from './gateway-client.ts';
import { History } from './history.ts';
import { IdentifyBudget } from './identify-budget.ts';
import type { IdentifyMemory } from './identify-budget.ts';
import { Interactions } from './interactions.ts';
import type { ActWords } from './interactions.ts';
import { Members } from './members.ts';
import { OwnAccess } from './own-access.ts';
import type { PlaceNames } from './parse.ts';
import { PostEcho } from './post-echo.ts';
import { cutToMessage, renderText } from './render.ts';
import { RestCalls } from './rest-calls.ts';
import { Sender } from './send.ts';

export interface DiscordTransportOptions {
  readonly token: string;
  /** Base address of any Discord-compatible server, e.g. `http://127.0.0.1:4100/api`; undefined = Discord itself. */
  readonly apiUrl?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How many requests the server takes in a second, of all kinds; undefined for one that needs no sparing. */
  readonly requestsPerSecond?: number | undefined;
  /** Keeps the count of logins between two runs. */
  readonly identifyMemory: IdentifyMemory;
  readonly actWords: ActWords;
}

/** How long `connect` waits for the first try before it lets the caller go on, in milliseconds. */
const firstTryMs = 15_000;

/** A chat transport for Discord and servers like it. It does not know, and cannot find out, which one it talks to. */
export function createDiscordTransport(options: DiscordTransportOptions): ChatTransport {
  return new DiscordTransport(options);
}

/**
 * Owns the connection's life: one gateway client after another until one is told that it is useless, and the REST side
 * beside it. Knows nothing about sessions, or about what a message is for.
 */
class DiscordTransport implements ChatTransport {
  readonly #options: DiscordTransportOptions;
  readonly #token: string;
  /** The server's name for a person. */
  readonly #server: string;
  readonly #rest: RestCalls;
  readonly #sender: Sender;
  readonly #places: ChannelPlaces;
  readonly #events: ChatEvents;
  readonly #interactions: Interactions;
  readonly #access: OwnAccess;
  readonly #history: History;
  readonly #members: Members;
  readonly #pace: ConnectPace;
  readonly #echo: PostEcho;
  readonly #budget: IdentifyBudget;
  readonly #closed = new AbortController();
  #state: ChatState = { connection: 'connecting' };
  #handlers: ChatHandlers | undefined;
  #client: GatewayClient | undefined;
  #ownId = '';
  #wasReady = false;
  #lastReason = 'no answer yet';
  #isCheckingToken = false;
  #settleFirstTry: (error?: BridgeError) => void = () => undefined;

  constructor(options: DiscordTransportOptions) {
    const { apiUrl, clock, log } = options;
    this.#options = options;
    // People copy the prefix along.
    this.#token = options.token.trim().replace(/^(?:Bot|Bearer)\s+/i, '');
    this.#server = apiUrl === undefined ? 'Discord' : `the chat server at ${apiUrl}`;
    this.#pace = new ConnectPace({ clock, onWaiting: (failures, ms, why) => this.#onWaiting(failures, ms, why) });
    this.#echo = new PostEcho({ clock, onDeaf: () => this.#client?.giveUp('it tells nothing that happens') });
    const memory = options.identifyMemory;
    this.#budget = new IdentifyBudget({ clock, log, memory, onWaiting: (until) => this.#onBudgetSpent(until) });
    this.#rest = new RestCalls({
      token: this.#token,
      apiUrl,
      clock,
      log,
      requestsPerSecond: options.requestsPerSecond,
      onUnauthorized: () => this.#checkToken(),
    });
    this.#sender = new Sender(this.#rest);
    this.#places = new ChannelPlaces({ rest: this.#rest, clock, log });
    this.#members = new Members({ rest: this.#rest, places: this.#places, clock });
    const ownId = (): string => this.#ownId;
    this.#access = new OwnAccess({ clock, log, ownId, onOpened: (channel) => this.#onOpened(channel) });
    const names: PlaceNames = {
      channel: (id) => this.#client?.channelName(id),
      role: (id) => this.#client?.roleName(id),
    };
    this.#history = new History({ rest: this.#rest, places: this.#places, access: this.#access, log, ownId, names });
    const handlers = (): ChatHandlers | undefined => (this.#closed.signal.aborted ? undefined : this.#handlers);
    this.#events = new ChatEvents({ places: this.#places, history: this.#history, log, ownId, names, handlers });
    this.#interactions = new Interactions({
      rest: this.#rest,
      places: this.#places,
      clock,
      log,
      words: options.actWords,
      handlers,
      closed: this.#closed.signal,
    });
  }

  get state(): ChatState {
    return this.#state;
  }

  async connect(handlers: ChatHandlers): Promise<void> {
    if (this.#handlers) throw new Error('a transport connects once');
    this.#handlers = handlers;
    if (!/^[\x21-\x7e]+$/.test(this.#token)) {
      const error = tokenInvalid(this.#server);
      this.#setState({ connection: 'failed', detail: describeError(error) });
      throw error;
    }
    const firstTry = new Promise<void>((resolve, reject) => {
      this.#settleFirstTry = (error) => {
        if (error) reject(error);
        else resolve();
      };
    });
    const cancel = this.#options.clock.after(firstTryMs, () => {
      this.#setTrying(`No answer yet from ${this.#server}; still trying.`);
      this.#settleFirstTry();
    });
    this.#stayConnected().catch((error: unknown) => {
      this.#fail(
        new BridgeError('chat-refused', `The chat connection broke: ${describeError(error)}`, { cause: error }),
      );
    });
    try {
      await firstTry;
    } finally {
      cancel();
    }
  }

  render(content: OutboundText): readonly string[] {
    return renderText(content.text);
  }

  async send(part: ChatPart): Promise<string> {
    this.#refuseWhenFailed();
    return this.#echo.around(part.nonce, () => this.#sender.send(part));
  }

  async edit(
    channel: ChannelId,
    messageId: string,
    text: string,
    isWanted?: StillWanted,
    controls?: Controls,
  ): Promise<boolean> {
    this.#refuseWhenFailed();
    return this.#sender.edit(channel, messageId, cutToMessage(text), isWanted, controls);
  }

  async react(channel: ChannelId, messageId: string, reaction: ReactionName, isWanted?: StillWanted): Promise<boolean> {
    this.#refuseWhenFailed();
    return this.#sender.react(channel, messageId, reaction, isWanted);
  }

  async typing(channel: ChannelId): Promise<void> {
    this.#refuseWhenFailed();
    await this.#sender.typing(channel);
  }

  async setTopic(channel: ChannelId, topic: string): Promise<void> {
    this.#refuseWhenFailed();
    await this.#sender.setTopic(channel, topic);
  }

  async history(channel: ChannelId, after: string, limit: number): Promise<HistoryPage> {
    this.#refuseWhenFailed();
    return this.#history.after(channel, after, limit);
  }

  async threadsOf(channel: ChannelId, since: number): Promise<readonly ChatThread[]> {
    this.#refuseWhenFailed();
    return this.#history.threads(channel, since);
  }

  async ownMessages(channel: ChannelId, since: number): Promise<readonly OwnMessage[]> {
    this.#refuseWhenFailed();
    return this.#history.own(channel, since);
  }

  async freshMessage(channel: ChannelId, messageId: string): Promise<InboundMessage | undefined> {
    this.#refuseWhenFailed();
    return this.#history.fresh(channel, messageId);
  }

  async rolesOf(channel: ChannelId, userId: string): Promise<readonly string[] | undefined> {
    this.#refuseWhenFailed();
    return this.#members.rolesOf(channel, userId);
  }

  async setCommands(commands: readonly ChatCommand[]): Promise<void> {
    this.#refuseWhenFailed();
    await setAppCommands(this.#rest, commands);
  }

  async directChannel(userId: string): Promise<ChannelId> {
    this.#refuseWhenFailed();
    return this.#sender.directChannel(userId);
  }

  channelName(channel: ChannelId): string | undefined {
    return this.#client?.channelName(channel);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#settleFirstTry();
    this.#echo.lost();
    this.#access.close();
    this.#rest.close();
    if (this.#state.connection !== 'failed') this.#state = { connection: 'connecting', detail: 'Closed.' };
    await this.#client?.close();
  }

  async #stayConnected(): Promise<void> {
    const { apiUrl, clock, log } = this.#options;
    while (!this.#closed.signal.aborted) {
      await this.#pace.nextTry(this.#closed.signal);
      await this.#budget.wait(this.#closed.signal);
      const client = new GatewayClient({
        token: this.#token,
        apiUrl,
        server: this.#server,
        clock,
        log,
        pace: this.#pace,
        budget: this.#budget,
        listener: {
          onReady: (ownId) => this.#onReady(ownId),
          onResumed: () => this.#onConnected(),
          onLost: () => this.#onDropped(),
          onTold: () => this.#echo.told(),
          onRequest: () => this.#rest.noteOther(),
          onMessage: (data) => this.#events.said(data),
          onEdited: (data) => this.#events.edited(data),
          onChannels: (channels, guild) => {
            for (const one of channels) this.#places.learn(one, guild);
          },
          onAccess: (event, data) => this.#access.learn(event, data),
          onDeleted: (channel, messageIds) => this.#events.deleted(channel, messageIds),
          onAct: (data) => this.#interactions.acted(data),
        },
      });
      this.#client = client;
      const end = await client.run();
      this.#echo.lost();
      if (end.kind === 'final') this.#fail(end.error);
      else this.#lastReason = end.reason;
      await client.close();
      if (end.kind === 'final') return;
      this.#settleFirstTry();
    }
  }

  #onReady(ownId: string): void {
    this.#ownId = ownId;
    this.#access.loggedIn();
    try {
      this.#handlers?.onGap();
    } catch (error) {
      // Nobody would ask for what was missed: another login tells of the gap again.
      this.#options.log.error({ error: describeError(error) }, 'a gap in the chat could not be noted');
      this.#client?.end({ kind: 'retry', reason: describeError(error) });
      return;
    }
    this.#onConnected();
  }

  #onOpened(channel: ChannelId): void {
    if (this.#closed.signal.aborted) return;
    this.#options.log.info({ channel }, 'a channel is open to the bot');
    this.#handlers?.onOpened?.(channel);
  }

  #onConnected(): void {
    this.#wasReady = true;
    this.#pace.succeeded();
    this.#echo.connected();
    this.#setState({ connection: 'ready' });
    this.#settleFirstTry();
  }

  #onDropped(): void {
    this.#echo.lost();
    this.#lastReason = 'its gateway does not answer';
    if (this.#state.connection === 'ready') this.#setTrying(`The connection to ${this.#server} is lost; coming back.`);
  }

  #setTrying(detail: string): void {
    this.#setState({ connection: this.#wasReady ? 'reconnecting' : 'connecting', detail });
  }

  #onWaiting(failures: number, delayMs: number, why: 'unreachable' | 'breaks'): void {
    const { log } = this.#options;
    const next = `next try in ${Math.ceil(delayMs / 1000)} s`;
    if (why === 'unreachable') {
      log.warn({ failures, delayMs, error: this.#lastReason }, 'chat server cannot be reached, waiting');
      this.#setTrying(`No connection to ${this.#server} (${this.#lastReason}); ${next}.`);
    } else {
      log.warn({ failures, delayMs }, 'chat connection breaks again and again, waiting');
      this.#setTrying(`The connection to ${this.#server} breaks again and again; ${next}.`);
    }
    this.#settleFirstTry();
  }

  #onBudgetSpent(until: number): void {
    const minutes = Math.max(1, Math.ceil((until - this.#options.clock.now()) / 60_000));
    const span = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
    this.#setTrying(
      `The bot has logged in to ${this.#server} too often, which would cost it its token; ` +
        `it tries again in ${span} (at ${isoTime(until).slice(11, 16)} UTC).`,
    );
    this.#settleFirstTry();
  }

  /** The server refused the token for a request: is it the token, or a passing fault? */
  #checkToken(): void {
    if (this.#isCheckingToken) return;
    this.#isCheckingToken = true;
    void this.#rest.isTokenGood().then((isGood) => {
      this.#isCheckingToken = false;
      if (isGood === false) this.#fail(tokenInvalid(this.#server));
    });
  }

  #fail(error: BridgeError): void {
    if (this.#closed.signal.aborted || this.#state.connection === 'failed') return;
    this.#options.log.error({ error: describeError(error), code: error.code }, 'chat connection failed for good');
    this.#setState({ connection: 'failed', detail: describeError(error) });
    this.#settleFirstTry(error);
    this.#client?.end({ kind: 'final', error });
  }

  #setState(state: ChatState): void {
    const { connection, detail } = this.#state;
    if (this.#closed.signal.aborted || connection === 'failed') return;
    if (connection === state.connection && detail === state.detail) return;
    this.#state = state;
    this.#handlers?.onState(state);
  }

  #refuseWhenFailed(): void {
    if (this.#state.connection !== 'failed') return;
    const reason = this.#state.detail ?? 'the connection failed.';
    throw new BridgeError('chat-unavailable', `Nothing can be sent: ${reason}`);
  }
}
