import { WebSocket } from 'ws';

import type { Answered, ConformanceTarget } from './conformance-target.ts';
import { rest } from './conformance-target.ts';

export interface Frame {
  readonly op: number;
  readonly t: string | null;
  readonly s: number | null;
  readonly d: Answered;
}

/** A bare gateway connection: says exactly what a check wants said, and remembers everything it was told. */
export class RawGateway {
  readonly frames: Frame[] = [];
  closeCode: number | undefined;
  readonly #socket: WebSocket;
  readonly #deadlineMs = 20_000;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as Frame));
    socket.on('close', (code) => (this.closeCode = code));
    socket.on('error', () => undefined);
  }

  /** Connects and waits for hello. */
  static async open(target: ConformanceTarget, url?: string): Promise<RawGateway> {
    const address = url ?? (await rest(target, 'GET', '/gateway')).body.url;
    const gateway = new RawGateway(new WebSocket(`${address}/?v=10&encoding=json`));
    await gateway.next(({ op }) => op === 10);
    return gateway;
  }

  /** A person's client, past its READY; its data. */
  static async openAsPerson(target: ConformanceTarget): Promise<{ person: RawGateway; ready: Answered }> {
    if (target.userToken === undefined) throw new Error('the target has no token of a person');
    const person = await RawGateway.open(target);
    person.identify(target.userToken);
    return { person, ready: (await person.event('READY')).d };
  }

  send(op: number, d: unknown): void {
    this.#socket.send(JSON.stringify({ op, d }));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  identify(token: string, intents?: number, more: object = {}): void {
    const properties = { os: 'linux', browser: 'conformance', device: 'conformance' };
    this.send(2, { token, properties, ...(intents === undefined ? {} : { intents }), ...more });
  }

  /** Identifies and waits for READY; its data. */
  async begin(token: string, intents: number): Promise<Answered> {
    this.identify(token, intents);
    return (await this.event('READY')).d;
  }

  event(name: string, fits: (data: Answered) => boolean = () => true): Promise<Frame> {
    return this.next(({ t, d }) => t === name && fits(d));
  }

  /** The first frame, past or coming, that fits. */
  next(fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.#until(() => this.frames.find(fits), 'no fitting frame');
  }

  closed(): Promise<number> {
    return this.#until(() => this.closeCode, 'not closed');
  }

  /** Waits for the answer to a heartbeat: what was sent to this connection before has arrived then. */
  async settled(): Promise<void> {
    const before = this.frames.length;
    this.send(1, null);
    await this.#until(() => this.frames.slice(before).find(({ op }) => op === 11), 'no answer to a heartbeat');
  }

  lastSequence(): number {
    return Math.max(...this.frames.map(({ s }) => s ?? 0));
  }

  /** Cuts the socket without a close frame. */
  cut(): void {
    this.#socket.terminate();
  }

  close(): void {
    this.#socket.close(1000);
  }

  #until<T>(look: () => T | undefined, complaint: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#socket.off('message', check);
        this.#socket.off('close', check);
      };
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        const seen = this.frames.map(({ op, t }) => t ?? op).join(', ');
        reject(
          new Error(`${complaint} within ${this.#deadlineMs} ms; close code ${this.closeCode ?? 'none'}; saw ${seen}`),
        );
      }, this.#deadlineMs);
      this.#socket.on('message', check);
      this.#socket.on('close', check);
      check();
    });
  }
}
