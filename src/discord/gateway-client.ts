import {
  Client,
  Collection,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  LimitedCollection,
  RESTEvents,
} from 'discord.js';
import type { CacheFactory } from 'discord.js';
import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { closedForGood, finalLoginError } from './connect-errors.ts';
import type { ConnectPace } from './connect-pace.ts';
import { GatewayStrategy } from './gateway-strategy.ts';
import { GatewayWatch } from './gateway-watch.ts';
import type { GatewaySign } from './gateway-watch.ts';
import type { IdentifyBudget } from './identify-budget.ts';
import { accessEvents } from './own-access.ts';
import type { AccessEvent } from './own-access.ts';

export interface GatewayListener {
  /** Logged in afresh: what was said since the last connection is not replayed. Once for each login. */
  onReady(ownId: string): void;
  /** Back in the same session: everything missed has been replayed. */
  onResumed(): void;
  /** The connection is gone; the client is coming back by itself. */
  onLost(): void;
  /** Any event has come, whatever it is. */
  onTold(): void;
  /** The server has answered a request of the library's own: where its gateway is. */
  onRequest(): void;
  /** A message as the server gave it, in the server's order. */
  onMessage(data: unknown): void;
  /** A message after a change, as the server gave it. */
  onEdited(data: unknown): void;
  onDeleted(channel: string, messageIds: readonly string[]): void;
  /** Somebody did something with a control or a command, as the server gave it. */
  onAct(data: unknown): void;
  /** Channels and threads of a server, as it gave them: new ones, changed ones. @param guild the server, if they do not say. */
  onChannels(data: readonly unknown[], guild?: string): void;
  /** Something that decides what the bot may do, as the server gave it. */
  onAccess(event: AccessEvent, data: unknown): void;
}

export interface GatewayClientOptions {
  readonly token: string;
  readonly apiUrl: string | undefined;
  /** The server's name for a person. */
  readonly server: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly pace: ConnectPace;
  readonly budget: IdentifyBudget;
  readonly listener: GatewayListener;
}

/** Why a client ended: `final` when another one would fare no better. */
export type GatewayEnd =
  { readonly kind: 'final'; readonly error: BridgeError } | { readonly kind: 'retry'; readonly reason: string };

const deletedMessage = z.object({ channel_id: z.string(), id: z.string() });
const deletedMessages = z.object({ channel_id: z.string(), ids: z.array(z.string()) });
const guildData = z.object({
  id: z.string().optional(),
  guild_id: z.string().optional(),
  channels: z.array(z.unknown()).default([]),
  threads: z.array(z.unknown()).default([]),
});
const readyData = z.object({ user: z.object({ id: z.string() }) });

/** Threads come back from the archive with an update, which the library does not take for one it has forgotten. */
const channelEvents = [
  GatewayDispatchEvents.ChannelCreate,
  GatewayDispatchEvents.ThreadCreate,
  GatewayDispatchEvents.ThreadUpdate,
] as const;

/** How long one request for the gateway's address may take, in milliseconds; the pace decides about another one. */
const gatewayRequestMs = 10_000;

/** After so many a new client starts from the very beginning: the gateway may have moved. */
const repeatsPerClient = 5;

/** Caches that the library cannot do without. They hold servers, channels, roles and permissions. */
const neededCaches: ReadonlySet<string> = new Set([
  'GuildManager',
  'ChannelManager',
  'GuildChannelManager',
  'RoleManager',
  'PermissionOverwriteManager',
]);

/**
 * Owns one discord.js client from login to its end. Listens to the gateway's raw events: the library's own message
 * events come out of order around its start, and never for channels that it does not know. Knows nothing about what
 * the messages are for, or about the clients before and after it.
 */
export class GatewayClient {
  readonly #options: GatewayClientOptions;
  readonly #client: Client;
  readonly #closed = new AbortController();
  readonly #watch: GatewayWatch;
  #strategy: GatewayStrategy | undefined;
  /** The bot has asked to be logged in, and the answer has not come. */
  #isLoggingIn = false;
  #isFirstTry = true;
  /** Tries to come back since it was connected last. */
  #repeats = 0;
  #end: (end: GatewayEnd) => void = () => undefined;

  constructor(options: GatewayClientOptions) {
    this.#options = options;
    const { apiUrl, clock, log, budget } = options;
    this.#watch = new GatewayWatch({ clock, onDead: (remedy, reason) => this.#onDead(remedy, reason) });
    this.#client = new Client({
      intents: [
        GatewayIntentBits.Guilds,
        GatewayIntentBits.GuildMessages,
        GatewayIntentBits.DirectMessages,
        GatewayIntentBits.MessageContent,
      ],
      makeCache: keepLittle,
      rest: { retries: 0, timeout: gatewayRequestMs, ...(apiUrl === undefined ? {} : { api: apiUrl }) },
      ws: {
        buildIdentifyThrottler: () => ({ waitForIdentify: (_shard, signal) => this.#beforeIdentify(signal) }),
        buildStrategy: (manager) => {
          this.#strategy = new GatewayStrategy(manager, {
            clock,
            log,
            beforeTry: (purpose) => this.#beforeTry(purpose),
            onSign: (sign) => {
              if (!this.#closed.signal.aborted) this.#note(sign);
            },
            onSessionStarts: (starts) => budget.learn(starts),
          });
          return this.#strategy;
        },
      },
    });
    this.#listen();
  }

  /** Connects and stays connected. Resolves when it has ended by itself; perhaps never after `close`. */
  run(): Promise<GatewayEnd> {
    const { token, server } = this.#options;
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#client.login(token).catch((error: unknown) => {
        const final = finalLoginError(server, error);
        resolve(final ? { kind: 'final', error: final } : { kind: 'retry', reason: describeError(error) });
      });
    });
  }

  /** Ends `run`: somebody knows better. */
  end(end: GatewayEnd): void {
    this.#end(end);
  }

  /** The connection looks alive, and somebody knows that it is dead. */
  giveUp(reason: string): void {
    this.#onDead('afresh', reason);
  }

  /** What the library keeps up to date by itself: channels and threads of the servers that the bot is in. */
  channelName(channel: string): string | undefined {
    const known = this.#client.channels.cache.get(channel);
    return known && 'name' in known ? (known.name ?? undefined) : undefined;
  }

  /** As `channelName`. */
  roleName(role: string): string | undefined {
    return this.#client.guilds.cache
      .map((guild) => guild.roles.cache.get(role)?.name)
      .find((name) => name !== undefined);
  }

  /** Leaves the server, politely if it answers. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#watch.stop();
    await this.#client.destroy();
  }

  /** The first try is the one that the transport has waited for. */
  async #beforeTry(purpose: 'identify' | 'resume'): Promise<void> {
    const { pace, budget } = this.#options;
    if (this.#isFirstTry && !this.#closed.signal.aborted) {
      this.#isFirstTry = false;
    } else {
      if (this.#repeats === repeatsPerClient) {
        this.#end({ kind: 'retry', reason: 'its gateway does not answer' });
        await new Promise<never>(() => undefined);
      }
      this.#repeats += 1;
      await pace.nextTry(this.#closed.signal);
    }
    // Here, where no server waits for an end of the silence.
    if (purpose === 'identify') await budget.wait(this.#closed.signal);
  }

  /** Rejects only when the connection is gone (`signal`): after any other error the library would log in all the same. */
  async #beforeIdentify(signal: AbortSignal): Promise<void> {
    const gone = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('the connection is gone')), { once: true });
    });
    await Promise.race([this.#options.budget.take(AbortSignal.any([signal, this.#closed.signal])), gone]);
    this.#isLoggingIn = true;
  }

  /** Before the answer to a login, nothing is to be told: what is said until then is behind the gap. */
  get #isListening(): boolean {
    return !this.#closed.signal.aborted && !this.#isLoggingIn;
  }

  #note(sign: GatewaySign): void {
    this.#watch.note(sign);
    if (sign === 'told') this.#options.listener.onTold();
  }

  #onDead(remedy: 'cut' | 'afresh', reason: string): void {
    this.#options.log.warn({ remedy, error: reason }, 'the chat connection looks alive and is dead');
    if (remedy === 'cut') this.#strategy?.cut();
    else this.#end({ kind: 'retry', reason });
  }

  #listen(): void {
    const { listener, log, server } = this.#options;
    const client = this.#client;
    client.ws.on(GatewayDispatchEvents.Ready, (data: unknown) => {
      this.#repeats = 0;
      if (this.#closed.signal.aborted || !this.#isLoggingIn) return;
      const { user } = readyData.parse(data);
      this.#isLoggingIn = false;
      listener.onReady(user.id);
    });
    client.ws.on(GatewayDispatchEvents.Resumed, () => {
      this.#repeats = 0;
      if (!this.#closed.signal.aborted) listener.onResumed();
    });
    client.ws.on(GatewayDispatchEvents.MessageCreate, (data: unknown) => {
      if (this.#isListening) listener.onMessage(data);
    });
    client.ws.on(GatewayDispatchEvents.MessageUpdate, (data: unknown) => {
      if (this.#isListening) listener.onEdited(data);
    });
    client.ws.on(GatewayDispatchEvents.MessageDelete, (data: unknown) => {
      const { channel_id: channel, id } = deletedMessage.parse(data);
      if (this.#isListening) listener.onDeleted(channel, [id]);
    });
    client.ws.on(GatewayDispatchEvents.MessageDeleteBulk, (data: unknown) => {
      const { channel_id: channel, ids } = deletedMessages.parse(data);
      if (this.#isListening) listener.onDeleted(channel, ids);
    });
    client.ws.on(GatewayDispatchEvents.InteractionCreate, (data: unknown) => {
      if (this.#isListening) listener.onAct(data);
    });
    for (const event of [GatewayDispatchEvents.GuildCreate, GatewayDispatchEvents.ThreadListSync]) {
      client.ws.on(event, (data: unknown) => {
        const { id, guild_id: guild = id, channels, threads } = guildData.parse(data);
        listener.onChannels([...channels, ...threads], guild);
      });
    }
    for (const event of channelEvents) client.ws.on(event, (data: unknown) => listener.onChannels([data]));
    for (const event of accessEvents) client.ws.on(event, (data: unknown) => listener.onAccess(event, data));
    client.rest.on(RESTEvents.Response, () => listener.onRequest());
    client.on(Events.ShardReconnecting, () => {
      if (!this.#closed.signal.aborted) listener.onLost();
    });
    client.on(Events.ShardDisconnect, ({ code }) => {
      this.#end({ kind: 'final', error: closedForGood(server, code) });
    });
    const onError = (error: Error): void => {
      log.warn({ error: describeError(error) }, 'chat connection had an error');
    };
    client.on(Events.Error, onError);
    client.on(Events.ShardError, onError);
  }
}

/** Only names of channels are read from the library's caches, so that memory stays the same however long it runs. */
const keepLittle: CacheFactory = (_type, _holds, manager) =>
  neededCaches.has(manager.name) ? new Collection() : new LimitedCollection({ maxSize: 0 });
