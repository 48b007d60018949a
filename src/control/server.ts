import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { describeError, systemErrorCode } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { BridgeApi } from '../contracts/bridge-api.ts';
import { answerLine, tooLong } from './dispatch.ts';
import { maxLineBytes } from './limits.ts';
import { LineSplitter } from './line-splitter.ts';
import type { Response } from './protocol.ts';
import { listenPrivately } from './socket-file.ts';

export interface ControlServerOptions {
  /** Path of the socket; its directory is made private (0700) and holds nothing but sockets. */
  readonly socket: string;
  readonly api: BridgeApi;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface ControlServer {
  /** Takes no new request, lets running ones end and their answers go out (5 s at most), removes the socket. */
  close(): Promise<void>;
}

/** Connections at once; more are turned away by the system's queue. */
const maxConnections = 256;
/** How long a client may take to read an answer before it is hung up on. */
const slowClientMs = 30_000;
const closeDeadlineMs = 5000;

/**
 * Serves the bridge to programs of this user on this machine. Call it only while holding the installation's lock.
 *
 * @throws BridgeError `already-running` when somebody answers on the socket, `socket-directory-unsafe`.
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { clock = systemClock } = options;
  const connections = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = new Connection(socket, options, clock);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.maxConnections = maxConnections;
  await listenPrivately(server, options.socket);
  server.on('error', (error) => {
    options.log.error({ error: describeError(error) }, 'the control socket reported an error');
  });

  return {
    async close() {
      const closed = closeServer(server);
      for (const connection of connections) connection.finish();
      const cancel = clock.after(closeDeadlineMs, () => {
        for (const connection of connections) connection.destroy();
      });
      await closed;
      cancel();
    },
  };
}

/** Owns one client's connection: one request at a time, and no reading ahead while it is worked on. */
class Connection {
  readonly #socket: Socket;
  readonly #options: ControlServerOptions;
  readonly #clock: Clock;
  readonly #splitter = new LineSplitter(maxLineBytes);
  #busy = false;
  #finishing = false;

  constructor(socket: Socket, options: ControlServerOptions, clock: Clock) {
    this.#socket = socket;
    this.#options = options;
    this.#clock = clock;
    socket.on('error', () => undefined); // The client is gone; 'close' follows.
    void this.#serve();
  }

  /** Hangs up, now or after the answer that is being worked on. */
  finish(): void {
    this.#finishing = true;
    if (!this.#busy) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #serve(): Promise<void> {
    try {
      for await (const chunk of this.#socket) {
        const lines = this.#splitter.push(chunk as Buffer);
        if (lines === undefined) {
          this.#options.log.warn({ maxBytes: maxLineBytes }, 'hung up on a control client that sent too long a line');
          await this.#write(tooLong(maxLineBytes));
          break;
        }
        for (const line of lines) await this.#answer(line);
        if (this.#finishing) break;
      }
    } catch (error) {
      const code = systemErrorCode(error);
      if (code !== 'ECONNRESET' && code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') {
        this.#options.log.error({ error: describeError(error) }, 'a control connection failed');
      }
    }
    this.#socket.destroySoon();
  }

  async #answer(line: string): Promise<void> {
    if (this.#finishing || this.#socket.destroyed) return;
    this.#busy = true;
    await this.#write(await answerLine(line, this.#options.api, this.#options.log));
    this.#busy = false;
  }

  /** Resolves when the client has taken the answer, or is gone. */
  #write(response: Response): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(slowClientMs, () => {
        this.#options.log.warn({}, 'hung up on a control client that does not read its answer');
        this.#socket.destroy();
      });
      const done = (): void => {
        cancel();
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('close', done);
      if (this.#socket.destroyed) done();
      else this.#socket.write(`${JSON.stringify(response)}\n`, done);
    });
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
