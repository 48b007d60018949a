import type { RawData, WebSocket } from 'ws';
import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';

import type { Cancel, Clock } from '../../base/clock.ts';
import type { Faults } from '../faults.ts';
import type { IdentifyData, RequestMembersData, ResumeData } from './frames.ts';
import { largestFrame, readFrame } from './frames.ts';
import type { GatewaySession } from './gateway-session.ts';

/** A client may send this many frames in a minute (documented by Discord). */
const framesPerMinute = 120;
const minuteMs = 60_000;

/** A reader that is this far behind (bytes) is cut; it can resume. */
const mostUnsent = 16 * 1024 * 1024;

export interface ConnectionHandlers {
  /** A session, or the code to close with. */
  identify(data: IdentifyData): GatewaySession | number;
  /** The session with what it missed, `invalid` (op 9), or the code to close with. */
  resume(data: ResumeData): { session: GatewaySession; missed: readonly string[] } | 'invalid' | number;
  /** The session is on its connection now: the first events may go out. */
  attached(session: GatewaySession, how: 'identified' | 'resumed'): void;
  requestMembers(session: GatewaySession, data: RequestMembersData): void;
  /** The connection ended; `over` when the client closed for good. */
  detached(session: GatewaySession | undefined, over: boolean): void;
}

/**
 * One client's WebSocket: hello, heartbeats, identify and resume, and the close codes of what a client does wrong.
 * Knows nothing about users or events: the handlers decide.
 */
export class GatewayConnection {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #handlers: ConnectionHandlers;
  #session: GatewaySession | undefined;
  #stopWatching: Cancel = () => undefined;
  #minuteEndsAt = 0;
  #frames = 0;
  /** The code that this side has closed with. */
  #closedWith: number | undefined;
  /** What a fault has done to it: nothing goes through any more, or nothing that happens is told. */
  #ailment: 'none' | 'frozen' | 'mute' = 'none';

  constructor(options: { socket: WebSocket; clock: Clock; faults: Faults; handlers: ConnectionHandlers }) {
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.#faults = options.faults;
    this.#handlers = options.handlers;
  }

  /** Says hello and listens. */
  open(): void {
    this.#socket.on('message', (data, isBinary) => {
      this.#onFrame(data, isBinary);
    });
    // A broken socket is followed by its close, where everything is cleaned up.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code) => {
      this.#stopWatching();
      const session = this.#session?.connection === this ? this.#session : undefined;
      if (session) session.connection = undefined;
      // A client that is told to go away may come back to its session; one that leaves by itself does not.
      const over = this.#closedWith === undefined ? code === 1000 || code === 1001 : this.#closedWith === 1000;
      this.#handlers.detached(session, over);
    });
    if (this.#faults.withholdHello) return;
    this.sendOp(GatewayOpcodes.Hello, { heartbeat_interval: this.#faults.heartbeatIntervalMs });
    this.#watch();
  }

  /** Sends a dispatch. */
  send(frame: string): void {
    if (this.#ailment !== 'mute') this.#write(frame);
  }

  sendOp(op: GatewayOpcodes, data: object | boolean | null): void {
    this.#write(JSON.stringify({ op, d: data, s: null, t: null }));
  }

  close(code: number): void {
    this.#closedWith ??= code;
    if (this.#ailment !== 'frozen') this.#socket.close(code, closeReasons[code]);
  }

  /** From now on nothing goes through, in either direction, and nobody is told. */
  freeze(): void {
    this.#ailment = 'frozen';
    this.#socket.pause();
  }

  /** From now on nothing that happens is told. */
  mute(): void {
    this.#ailment = 'mute';
  }

  #write(frame: string): void {
    if (this.#ailment === 'frozen') return;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > mostUnsent) this.#socket.terminate();
    else this.#socket.send(frame);
  }

  /** Op 9: takes the session off this connection, which may resume or identify again, and returns it. */
  invalidate(resumable: boolean): GatewaySession | undefined {
    const session = this.#session;
    if (session?.connection === this) session.connection = undefined;
    this.#session = undefined;
    this.sendOp(GatewayOpcodes.InvalidSession, resumable);
    return session;
  }

  /** Cuts the socket without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    const text = (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString();
    if (isBinary || Buffer.byteLength(text) > largestFrame) {
      this.close(GatewayCloseCodes.DecodeError);
      return;
    }
    if (this.#isTooFast()) {
      this.close(GatewayCloseCodes.RateLimited);
      return;
    }
    const frame = readFrame(text);
    if (frame === 'malformed') this.close(GatewayCloseCodes.DecodeError);
    else if (frame === 'unknown') this.close(GatewayCloseCodes.UnknownOpcode);
    else if (frame.op === GatewayOpcodes.Heartbeat) this.#onHeartbeat();
    else if (frame.op === GatewayOpcodes.Identify) this.#onIdentify(frame.d);
    else if (frame.op === GatewayOpcodes.Resume) this.#onResume(frame.d);
    else if (!this.#session) this.close(GatewayCloseCodes.NotAuthenticated);
    else if (frame.op === GatewayOpcodes.RequestGuildMembers) this.#handlers.requestMembers(this.#session, frame.d);
  }

  #onHeartbeat(): void {
    this.#watch();
    if (!this.#faults.withholdAcks) this.sendOp(GatewayOpcodes.HeartbeatAck, null);
  }

  #onIdentify(data: IdentifyData): void {
    if (this.#session) {
      this.close(GatewayCloseCodes.AlreadyAuthenticated);
      return;
    }
    if (this.#faults.ignoreIdentify) {
      this.#faults.identifies += 1;
      return;
    }
    const result = this.#handlers.identify(data);
    if (typeof result === 'number') {
      this.close(result);
      return;
    }
    this.#attach(result);
    this.#handlers.attached(result, 'identified');
  }

  #onResume(data: ResumeData): void {
    if (this.#faults.ignoreResume) return;
    const result = this.#session ? GatewayCloseCodes.AlreadyAuthenticated : this.#handlers.resume(data);
    if (typeof result === 'number') {
      this.close(result);
    } else if (result === 'invalid') {
      this.sendOp(GatewayOpcodes.InvalidSession, false);
    } else {
      result.session.connection?.close(GatewayCloseCodes.UnknownError);
      for (const frame of result.missed) this.send(frame);
      this.#attach(result.session);
      this.#handlers.attached(result.session, 'resumed');
    }
  }

  #attach(session: GatewaySession): void {
    this.#session = session;
    session.connection = this;
  }

  /** A client that forgets two heartbeats is gone. */
  #watch(): void {
    this.#stopWatching();
    this.#stopWatching = this.#clock.after(this.#faults.heartbeatIntervalMs * 2, () => {
      this.close(GatewayCloseCodes.SessionTimedOut);
    });
  }

  #isTooFast(): boolean {
    const now = this.#clock.monotonic();
    if (now >= this.#minuteEndsAt) {
      this.#minuteEndsAt = now + minuteMs;
      this.#frames = 0;
    }
    this.#frames += 1;
    return this.#frames > framesPerMinute;
  }
}

/** What Discord says with its close codes. */
const closeReasons: Readonly<Record<number, string>> = {
  4000: 'Unknown error.',
  4001: 'Unknown opcode.',
  4002: 'Error while decoding payload.',
  4003: 'Not authenticated.',
  4004: 'Authentication failed.',
  4005: 'Already authenticated.',
  4007: 'Invalid seq.',
  4008: 'Rate limited.',
  4009: 'Session timed out.',
  4010: 'Invalid shard.',
  4012: 'Invalid API version.',
  4013: 'Invalid intent(s).',
  4014: 'Disallowed intent(s).',
};
