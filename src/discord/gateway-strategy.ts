import { GatewayOpcodes, SimpleShardingStrategy, WebSocketShardStatus } from 'discord.js';
import type { WebSocketOptions } from 'discord.js';

import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { GatewaySign } from './gateway-watch.ts';
import type { SessionStarts } from './identify-budget.ts';

/** discord.js exports another class under the same name. */
type WebSocketManager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** The part of the library's shard that it keeps to itself. */
interface ShardInside {
  readonly status: WebSocketShardStatus;
  readonly connection: ShardSocket | null;
}

interface ShardSocket {
  send(frame: string): void;
  terminate(): void;
  on(event: 'error', listener: () => void): void;
  once(event: 'close', listener: () => void): void;
}

export interface GatewayStrategyOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** A try to connect begins when this resolves. */
  readonly beforeTry: (purpose: 'identify' | 'resume') => Promise<void>;
  readonly onSign: (sign: GatewaySign) => void;
  /** The server has said how many logins are left. */
  readonly onSessionStarts: (starts: SessionStarts) => void;
}

/** The library's events that are signs of life. */
const signs = {
  hello: 'greeted',
  ready: 'connected',
  resumed: 'connected',
  dispatch: 'told',
  heartbeat: 'acknowledged',
  closed: 'closed',
} as const satisfies Readonly<Record<string, GatewaySign>>;

/** What the library sends, by opcode, as far as somebody waits for an answer to it. */
const sentSigns: ReadonlyMap<string, GatewaySign> = new Map([
  [String(GatewayOpcodes.Heartbeat), 'heartbeat'],
  [String(GatewayOpcodes.Identify), 'identify'],
  [String(GatewayOpcodes.Resume), 'resume'],
]);

/** How long a close waits for the server's goodbye, in milliseconds. */
const goodbyeMs = 2_000;

/**
 * The library's way of keeping one gateway connection, with what it lacks (seen in version 14.28.1): it tries to
 * reconnect twice a second for ever; it forgets its session when a try fails; it goes on trying after it was destroyed
 * while it waited; a socket that is still opening then is left open, and its failure ends the process; an exception in a
 * handler ends the process as well; a RESUME without an answer is waited for for ever.
 * Owns the gateway's sockets; knows nothing about what comes through them.
 */
export class GatewayStrategy extends SimpleShardingStrategy {
  readonly #options: GatewayStrategyOptions;
  readonly #manager: WebSocketManager;
  /** The library forgets its shards when it destroys them, while they may still be trying. */
  #spawned: ReadonlyMap<number, ShardInside> = new Map();
  #isOver = false;

  constructor(manager: WebSocketManager, options: GatewayStrategyOptions) {
    super(manager);
    this.#options = options;
    this.#manager = manager;
    const sessions = manager.options;
    const read = sessions.retrieveSessionInfo.bind(sessions);
    const write = sessions.updateSessionInfo.bind(sessions);
    const opening = new Set<number>();
    // Asked at the beginning of each try, and with each event; only at the beginning is the shard idle.
    sessions.retrieveSessionInfo = async (shardId) => {
      if (this.#spawned.get(shardId)?.status === WebSocketShardStatus.Idle) {
        const session = await read(shardId);
        await (this.#isOver ? never() : options.beforeTry(session ? 'resume' : 'identify'));
        options.onSign('opening');
        opening.add(shardId);
      }
      return read(shardId);
    };
    // Forgotten after a try that reached nobody, the session could not be resumed and what was missed would be lost.
    sessions.updateSessionInfo = (shardId, session) =>
      session === null && opening.has(shardId) ? undefined : write(shardId, session);
    manager.on('hello', ({ shardId }: { readonly shardId: number }) => {
      opening.delete(shardId);
      const socket = this.#spawned.get(shardId)?.connection;
      if (socket) noteSent(socket, options.onSign);
    });
    for (const event of Object.keys(signs) as (keyof typeof signs)[]) {
      manager.on(event, () => {
        options.onSign(signs[event]);
      });
    }
    guardListeners(manager, options.log);
  }

  override async spawn(shardIds: number[]): Promise<void> {
    await super.spawn(shardIds);
    const { session_start_limit: starts } = await this.#manager.fetchGatewayInformation();
    this.#options.onSessionStarts({ remaining: starts.remaining, resetAfterMs: starts.reset_after });
    this.#spawned = new Map((this as unknown as { readonly shards: ReadonlyMap<number, ShardInside> }).shards);
  }

  /** Ends the socket without a word; the library sees a broken line, and comes back to its session. */
  cut(): void {
    for (const { connection } of this.#spawned.values()) connection?.terminate();
  }

  /** Also called before the first `spawn`. */
  override async destroy(options?: Parameters<SimpleShardingStrategy['destroy']>[0]): Promise<void> {
    this.#isOver = this.#spawned.size > 0;
    const sockets = [...this.#spawned.values()].flatMap(({ connection }) => connection ?? []);
    for (const socket of sockets) socket.on('error', () => undefined);
    const patience = new AbortController();
    const timeout = this.#options.clock.sleep(goodbyeMs, patience.signal).catch(() => undefined);
    const ends = [super.destroy(options), timeout];
    // Destroyed before the server's hello, the library destroys itself once more and then misses its own goodbye.
    if (sockets.length > 0) ends.push(everyClosed(sockets));
    await Promise.race(ends);
    patience.abort();
    for (const socket of sockets) socket.terminate();
  }
}

/** The library tells nobody what it sends. */
function noteSent(socket: ShardSocket, onSign: (sign: GatewaySign) => void): void {
  const send = socket.send.bind(socket);
  const noted = (frame: string): void => {
    const sign = sentSigns.get(/^\{"op":(\d+)/.exec(frame)?.[1] ?? '');
    if (sign) onSign(sign);
    send(frame);
  };
  Object.assign(socket, { send: noted });
}

/** Resolves when each has seen its connection end. */
async function everyClosed(sockets: readonly ShardSocket[]): Promise<void> {
  await Promise.all(
    sockets.map((socket) => {
      return new Promise<void>((resolve) => {
        socket.once('close', resolve);
      });
    }),
  );
}

/** Whoever waits for it comes to rest, without a timer and without an error. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** A server that sends what the library cannot read must not end the process. */
function guardListeners(manager: WebSocketManager, log: Log): void {
  const emit = manager.emit.bind(manager);
  const guarded = (...payload: Parameters<typeof emit>): boolean => {
    try {
      return emit(...payload);
    } catch (error) {
      log.error({ event: payload[0], error: describeError(error) }, 'chat event could not be handled');
      return true;
    }
  };
  Object.assign(manager, { emit: guarded });
}
