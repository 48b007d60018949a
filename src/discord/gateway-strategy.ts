import { SimpleShardingStrategy, WebSocketShardStatus } from 'discord.js';
import type { WebSocketOptions } from 'discord.js';

import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** discord.js exports another class under the same name. */
type WebSocketManager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** The part of the library's shard that it keeps to itself. */
interface ShardInside {
  readonly status: WebSocketShardStatus;
  readonly connection: ShardSocket | null;
}

interface ShardSocket {
  terminate(): void;
  on(event: 'error', listener: () => void): void;
  once(event: 'close', listener: () => void): void;
}

export interface GatewayStrategyOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** A try to connect begins when this resolves. */
  readonly beforeTry: () => Promise<void>;
}

/** The library's event for the server's first words on a connection. */
const helloEvent = 'hello';

/** How long a close waits for the server's goodbye, in milliseconds. */
const goodbyeMs = 2_000;

/**
 * The library's way of keeping one gateway connection, with what it lacks (seen in version 14.28.1): it tries to
 * reconnect twice a second for ever; it forgets its session when a try fails; it goes on trying after it was destroyed while it waited; a socket that is still
 * opening then is left open, and its failure ends the process; an exception in a handler ends the process as well.
 * Owns the gateway's sockets; knows nothing about what comes through them.
 */
export class GatewayStrategy extends SimpleShardingStrategy {
  readonly #clock: Clock;
  /** The library forgets its shards when it destroys them, while they may still be trying. */
  #spawned: ReadonlyMap<number, ShardInside> = new Map();
  #isOver = false;

  constructor(manager: WebSocketManager, options: GatewayStrategyOptions) {
    super(manager);
    this.#clock = options.clock;
    const sessions = manager.options;
    const read = sessions.retrieveSessionInfo.bind(sessions);
    const write = sessions.updateSessionInfo.bind(sessions);
    const opening = new Set<number>();
    // Asked at the beginning of each try, and with each event; only at the beginning is the shard idle.
    sessions.retrieveSessionInfo = async (shardId) => {
      if (this.#spawned.get(shardId)?.status === WebSocketShardStatus.Idle) {
        await (this.#isOver ? never() : options.beforeTry());
        opening.add(shardId);
      }
      return read(shardId);
    };
    // Forgotten after a try that reached nobody, the session could not be resumed and what was missed would be lost.
    sessions.updateSessionInfo = (shardId, session) =>
      session === null && opening.has(shardId) ? undefined : write(shardId, session);
    manager.on(helloEvent, ({ shardId }: { readonly shardId: number }) => {
      opening.delete(shardId);
    });
    guardListeners(manager, options.log);
  }

  override async spawn(shardIds: number[]): Promise<void> {
    await super.spawn(shardIds);
    this.#spawned = new Map((this as unknown as { readonly shards: ReadonlyMap<number, ShardInside> }).shards);
  }

  /** Also called before the first `spawn`. */
  override async destroy(options?: Parameters<SimpleShardingStrategy['destroy']>[0]): Promise<void> {
    this.#isOver = this.#spawned.size > 0;
    const sockets = [...this.#spawned.values()].flatMap(({ connection }) => connection ?? []);
    for (const socket of sockets) socket.on('error', () => undefined);
    const patience = new AbortController();
    const timeout = this.#clock.sleep(goodbyeMs, patience.signal).catch(() => undefined);
    const ends = [super.destroy(options), timeout];
    // Destroyed before the server's hello, the library destroys itself once more and then misses its own goodbye.
    if (sockets.length > 0) ends.push(everyClosed(sockets));
    await Promise.race(ends);
    patience.abort();
    for (const socket of sockets) socket.terminate();
  }
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
