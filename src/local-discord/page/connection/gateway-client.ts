import type { Cancel, Clock } from '../../../base/clock.ts';
import type { Connection } from '../state/chat-state.ts';
import type { GatewayEvent } from '../state/payloads.ts';
import { RestError } from './rest.ts';

/** The part of a WebSocket that is needed. */
export interface Socket {
  send(text: string): void;
  close(code: number): void;
}

export interface SocketHandlers {
  onText(text: string): void;
  onClose(code: number): void;
}

/** Opens a WebSocket. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket;

interface Frame {
  readonly op: number;
  readonly t: string | null;
  readonly s: number | null;
  readonly d: unknown;
}

/** Close codes after which a session can be resumed. Source: Discord's documentation of the gateway. */
const resumable = new Set([4000, 4001, 4002, 4003, 4005, 4008]);

const authenticationFailed = 4004;
const unauthorized = 401;

/** A server that accepts and then says nothing is as good as none. */
const greetingMs = 10_000;

const firstDelayMs = 300;
const longestDelayMs = 10_000;

/** After so many failed attempts the session is given up: the server may have forgotten it without saying so. */
const attemptsToResume = 2;

/**
 * Keeps one gateway session alive: heartbeats, resumes after a break, and begins anew when that is refused.
 * Knows nothing about what the events mean, except for those of the session itself.
 */
export class GatewayClient {
  readonly #token: string;
  readonly #findUrl: () => Promise<string>;
  readonly #openSocket: OpenSocket;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #onConnection: (connection: Connection) => void;
  #socket: Socket | undefined;
  #isOpening = false;
  #session: { readonly id: string; readonly url: string } | undefined;
  #sequence: number | null = null;
  #attempts = 0;
  #wasReady = false;
  #isAcknowledged = true;
  #stopRetry: Cancel = () => undefined;
  #stopHeartbeat: Cancel = () => undefined;
  #stopWatchdog: Cancel = () => undefined;

  constructor(options: {
    readonly token: string;
    /** The address of the gateway; rejects when there is no connection. */
    readonly findUrl: () => Promise<string>;
    readonly openSocket: OpenSocket;
    readonly clock: Clock;
    /** From 0 to 1, to spread attempts over time. */
    readonly random: () => number;
    readonly onEvent: (event: GatewayEvent) => void;
    readonly onConnection: (connection: Connection) => void;
  }) {
    this.#token = options.token;
    this.#findUrl = options.findUrl;
    this.#openSocket = options.openSocket;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#onEvent = options.onEvent;
    this.#onConnection = options.onConnection;
  }

  /** Connects now, unless it is connected or about to be. Never rejects. */
  async connect(): Promise<void> {
    this.#stopRetry();
    if (this.#socket || this.#isOpening) return;
    this.#isOpening = true;
    try {
      const url = this.#session?.url ?? (await this.#findUrl());
      this.#open(`${url.replace(/\/$/, '')}/?v=10&encoding=json`);
    } catch (error) {
      if (error instanceof RestError && error.status === unauthorized) this.#onConnection('refused');
      else this.#tryLater(); // the server is away: that is what the state says
    } finally {
      this.#isOpening = false;
    }
  }

  #open(url: string): void {
    const socket = this.#openSocket(url, {
      onText: (text) => {
        if (socket === this.#socket) this.#onFrame(JSON.parse(text) as Frame);
      },
      onClose: (code) => {
        if (socket !== this.#socket) return;
        if (code >= 4000 && !resumable.has(code)) this.#session = undefined;
        this.#leave();
        if (code === authenticationFailed) this.#onConnection('refused');
        else this.#tryLater();
      },
    });
    this.#socket = socket;
    this.#stopWatchdog = this.#clock.after(greetingMs, () => this.#dropAndRetry());
  }

  #onFrame({ op, t, s, d }: Frame): void {
    if (s !== null) this.#sequence = s;
    switch (op) {
      case 0:
        this.#dispatch({ event: t, data: d } as GatewayEvent);
        break;
      case 1:
        this.#send(1, this.#sequence);
        break;
      case 7:
        this.#dropAndRetry();
        break;
      case 9:
        if (d !== true) this.#session = undefined;
        this.#dropAndRetry();
        break;
      case 10:
        this.#greet((d as { heartbeat_interval: number }).heartbeat_interval);
        break;
      case 11:
        this.#isAcknowledged = true;
        break;
      default:
        break; // other kinds of frames are for clients that send more
    }
  }

  #greet(intervalMs: number): void {
    this.#isAcknowledged = true;
    this.#stopHeartbeat();
    this.#stopHeartbeat = this.#clock.every(intervalMs, () => {
      if (!this.#isAcknowledged) {
        this.#dropAndRetry();
        return;
      }
      this.#isAcknowledged = false;
      this.#send(1, this.#sequence);
    });
    if (this.#session) {
      this.#send(6, { token: this.#token, session_id: this.#session.id, seq: this.#sequence });
    } else {
      this.#sequence = null;
      this.#send(2, { token: this.#token, properties: { os: 'browser', browser: 'page', device: 'page' } });
    }
  }

  #dispatch(event: GatewayEvent): void {
    if (event.event === 'READY') {
      this.#session = { id: event.data.session_id, url: event.data.resume_gateway_url };
    }
    this.#onEvent(event);
    if (event.event === 'READY' || event.event === 'RESUMED') {
      this.#stopWatchdog();
      this.#attempts = 0;
      this.#wasReady = true;
      this.#onConnection('ready');
    }
  }

  #send(op: number, data: object | number | null): void {
    this.#socket?.send(JSON.stringify({ op, d: data }));
  }

  #leave(): Socket | undefined {
    this.#stopHeartbeat();
    this.#stopWatchdog();
    const socket = this.#socket;
    this.#socket = undefined;
    return socket;
  }

  /** Leaves the socket with a code that keeps the session, and comes back. */
  #dropAndRetry(): void {
    this.#leave()?.close(4000);
    this.#tryLater();
  }

  #tryLater(): void {
    this.#onConnection(this.#wasReady ? 'lost' : 'connecting');
    this.#stopRetry();
    if (this.#attempts >= attemptsToResume) this.#session = undefined;
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#attempts) * (0.5 + this.#random() / 2);
    this.#attempts += 1;
    this.#stopRetry = this.#clock.after(delay, () => {
      void this.connect();
    });
  }
}
