import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { Cancel, Clock } from '../base/clock.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { knownCode } from '../error-policy/policy.ts';
import { maxLineBytes } from './limits.ts';
import { LineSplitter } from './line-splitter.ts';

export interface WireOptions {
  /** The control socket. */
  readonly socket: string;
  /** The session token of a process inside a pane; none for the person at the machine. */
  readonly token?: string;
  readonly clock: Clock;
  /** How long the daemon may take to accept the connection, in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BridgeError) => void;
  readonly cancelTimeout: Cancel;
}

/**
 * Connects to the daemon.
 *
 * @throws BridgeError `no-daemon`, `daemon-forbidden`, `daemon-silent`.
 */
export function openWire(options: WireOptions): Promise<Wire> {
  const { socket: path, clock, connectTimeoutMs = 5000 } = options;
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const cancel = clock.after(connectTimeoutMs, () => {
      socket.destroy();
      reject(silent(connectTimeoutMs, 'not-done'));
    });
    socket.once('error', (error) => {
      cancel();
      reject(connectError(path, error));
    });
    socket.once('connect', () => {
      cancel();
      socket.removeAllListeners('error');
      resolve(new Wire(socket, options));
    });
  });
}

/**
 * Owns one connection to the daemon's control socket: sends requests, and pairs the answers with them. Knows nothing
 * about methods and their values, and loads nothing for it: `dp` must start fast.
 */
export class Wire {
  readonly #socket: Socket;
  readonly #options: WireOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #splitter = new LineSplitter(maxLineBytes);
  #nextId = 1;

  constructor(socket: Socket, options: WireOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined); // 'close' follows, and ends whatever waits.
    socket.on('close', () => this.#fail(gone()));
  }

  /**
   * Sends one request and waits for its result, which is as the daemon gave it, unchecked.
   *
   * @throws BridgeError as the daemon gave it; `text-too-long`, `daemon-silent`, `daemon-gone`.
   */
  call(method: string, params: object, timeoutMs: number): Promise<unknown> {
    const id = String(this.#nextId);
    this.#nextId += 1;
    const { token } = this.#options;
    const line = `${JSON.stringify({ id, ...(token === undefined ? {} : { token }), method, params })}\n`;
    return new Promise((resolve, reject) => {
      const bytes = Buffer.byteLength(line) - 1;
      if (bytes > maxLineBytes) {
        reject(
          new BridgeError('text-too-long', `This text is too long for one message (${bytes} bytes).`, {
            advice: 'Send it in smaller pieces.',
          }),
        );
        return;
      }
      if (this.#socket.destroyed) {
        reject(gone('not-done'));
        return;
      }
      const cancelTimeout = this.#options.clock.after(timeoutMs, () => {
        this.#fail(silent(timeoutMs, 'unknown'));
        this.#socket.destroy();
      });
      this.#waiting.set(id, { resolve, reject, cancelTimeout });
      this.#socket.write(line);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const lines = this.#splitter.push(chunk);
    if (lines === undefined) {
      this.#fail(nonsense());
      this.#socket.destroy();
      return;
    }
    for (const line of lines) this.#answer(line);
  }

  #answer(line: string): void {
    const reply = parseReply(line);
    if (reply === undefined) {
      this.#fail(nonsense());
      this.#socket.destroy();
      return;
    }
    const waiting = reply.id === undefined ? undefined : this.#waiting.get(reply.id);
    if (waiting === undefined || reply.id === undefined) {
      if (reply.error !== undefined) this.#fail(reply.error);
      return;
    }
    this.#waiting.delete(reply.id);
    waiting.cancelTimeout();
    if (reply.error === undefined) waiting.resolve(reply.result);
    else waiting.reject(reply.error);
  }

  #fail(error: BridgeError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) {
      waiting.cancelTimeout();
      waiting.reject(error);
    }
  }
}

interface Reply {
  readonly id: string | undefined;
  readonly result?: unknown;
  readonly error?: BridgeError;
}

function parseReply(line: string): Reply | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('ok' in value)) return undefined;
  const id = 'id' in value && typeof value.id === 'string' ? value.id : undefined;
  if (value.ok === true) return { id, result: 'result' in value ? value.result : undefined };
  const error = 'error' in value ? parseError(value.error) : undefined;
  return error === undefined ? undefined : { id, error };
}

function parseError(value: unknown): BridgeError | undefined {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('message' in value)) return undefined;
  const { code, message } = value;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  const advice = 'advice' in value && typeof value.advice === 'string' ? value.advice : undefined;
  const told = 'happened' in value ? value.happened : undefined;
  const happened = told === 'done' || told === 'not-done' ? told : 'unknown';
  return new BridgeError(knownCode(code), message, { happened, ...(advice === undefined ? {} : { advice }) });
}

function connectError(path: string, cause: Error): BridgeError {
  switch (systemErrorCode(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ECONNREFUSED':
      return new BridgeError('no-daemon', 'The bridge is not running.', {
        advice: 'Start it with ./start-bridge.sh (or: vai start).',
        cause,
      });
    case 'ECONNRESET': // It ended with this connection still waiting to be taken.
      return gone('not-done');
    case 'EACCES':
    case 'EPERM':
      return new BridgeError('daemon-forbidden', `This user may not use the bridge's socket ${path}.`, {
        advice: 'Use the user that started the bridge.',
        cause,
      });
    default:
      return new BridgeError('daemon-silent', `The bridge cannot be reached at ${path} (${cause.message}).`, {
        advice: 'Try again; if it stays so, look at logs/bridge.log.',
        cause,
      });
  }
}

function silent(afterMs: number, happened: 'not-done' | 'unknown'): BridgeError {
  return new BridgeError('daemon-silent', `The bridge did not answer within ${Math.round(afterMs / 1000)} s.`, {
    happened,
    advice: 'It may still be working on it: look at "vai doctor" and logs/bridge.log before you try again.',
  });
}

function gone(happened: 'not-done' | 'unknown' = 'unknown'): BridgeError {
  return new BridgeError('daemon-gone', 'The bridge ended before it answered.', {
    happened,
    advice: 'Look at "vai status" and logs/bridge.log before you try again.',
  });
}

function nonsense(): BridgeError {
  return new BridgeError('daemon-unintelligible', 'The bridge gave an answer that this program does not understand.', {
    advice: 'The running bridge is probably of another version: run "vai restart".',
  });
}
