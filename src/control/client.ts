import { config } from 'zod/mini';

import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Method, Params, Result } from './protocol.ts';
import { results } from './results.ts';
import { openWire } from './wire.ts';
import type { Wire } from './wire.ts';

// Most clients read one answer: writing a parser for it takes longer than parsing it.
config({ jitless: true });

export interface ControlOptions {
  /** The control socket. */
  readonly socket: string;
  /** The session token of a process inside a pane; none for the person at the machine. */
  readonly token?: string;
  readonly clock?: Clock;
  /** Overrides how long each answer may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** How long an answer may take, in milliseconds, where it is not the usual: an agent may take 30 s to start or end, and a long
 * text some time to be typed before its turn can be stopped. */
const usualTimeoutMs = 20_000;
const timeouts: Partial<Record<Method, number>> = {
  addSession: 120_000,
  removeSession: 120_000,
  recover: 120_000,
  // Some are brought up at a time.
  startSessions: 600_000,
  stopSessions: 120_000,
  restartSession: 180_000,
  interrupt: 60_000,
};

/**
 * Connects to the daemon of an installation. Close it when done.
 *
 * @throws BridgeError `no-daemon` when nobody listens, `daemon-forbidden`, `daemon-silent`.
 */
export async function connectControl(options: ControlOptions): Promise<ControlClient> {
  const { socket, token, clock = systemClock, timeoutMs } = options;
  const wire = await openWire({ socket, clock, ...(token === undefined ? {} : { token }) });
  return new ControlClient(wire, timeoutMs);
}

/** Every method of the bridge, over the control socket. Errors are BridgeErrors: the bridge's own, or the connection's. */
export class ControlClient {
  readonly #wire: Wire;
  readonly #timeoutMs: number | undefined;

  constructor(wire: Wire, timeoutMs?: number) {
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
  }

  status(): Promise<Result<'status'>> {
    return this.#call('status', {});
  }

  listSessions(): Promise<Result<'listSessions'>> {
    return this.#call('listSessions', {});
  }

  addSession(request: Params<'addSession'>): Promise<Result<'addSession'>> {
    return this.#call('addSession', request);
  }

  async removeSession(session: number): Promise<void> {
    await this.#call('removeSession', { session });
  }

  recover(session: number): Promise<Result<'recover'>> {
    return this.#call('recover', { session });
  }

  startSessions(sessions?: readonly number[]): Promise<Result<'startSessions'>> {
    return this.#call('startSessions', sessions === undefined ? {} : { sessions });
  }

  stopSessions(sessions: readonly number[]): Promise<Result<'stopSessions'>> {
    return this.#call('stopSessions', { sessions });
  }

  async restartSession(session: number, options: { readonly whenIdle: boolean }): Promise<void> {
    await this.#call('restartSession', { session, ...options });
  }

  send(session: number, text: string): Promise<Result<'send'>> {
    return this.#call('send', { session, text });
  }

  post(target: Params<'post'>['target'], text: string, files: readonly string[] = []): Promise<Result<'post'>> {
    return this.#call('post', { target, text, ...(files.length === 0 ? {} : { files }) });
  }

  outbox(): Promise<Result<'outbox'>> {
    return this.#call('outbox', {});
  }

  retryOutbox(channel?: string): Promise<Result<'retryOutbox'>> {
    return this.#call('retryOutbox', channel === undefined ? {} : { channel });
  }

  async dropOutbox(key: string): Promise<void> {
    await this.#call('dropOutbox', { key });
  }

  prompts(): Promise<Result<'prompts'>> {
    return this.#call('prompts', {});
  }

  async answer(prompt: string, answer: Params<'answer'>['answer']): Promise<void> {
    await this.#call('answer', { prompt, answer });
  }

  catchUp(session: number, decision?: 'run' | 'drop'): Promise<Result<'catchUp'>> {
    return this.#call('catchUp', { session, ...(decision === undefined ? {} : { decision }) });
  }

  queue(session: number): Promise<Result<'queue'>> {
    return this.#call('queue', { session });
  }

  withdraw(session: number, message: string): Promise<Result<'withdraw'>> {
    return this.#call('withdraw', { session, message });
  }

  async setBusyMode(session: number, mode: Params<'setBusyMode'>['mode']): Promise<void> {
    await this.#call('setBusyMode', { session, mode });
  }

  interrupt(session: number): Promise<Result<'interrupt'>> {
    return this.#call('interrupt', { session });
  }

  trace(message: string): Promise<Result<'trace'>> {
    return this.#call('trace', { message });
  }

  metrics(): Promise<Result<'metrics'>> {
    return this.#call('metrics', {});
  }

  pair(): Promise<Result<'pair'>> {
    return this.#call('pair', {});
  }

  access(): Promise<Result<'access'>> {
    return this.#call('access', {});
  }

  grantAccess(grant: Params<'grantAccess'>): Promise<Result<'grantAccess'>> {
    return this.#call('grantAccess', grant);
  }

  async revokeAccess(target: Params<'revokeAccess'>): Promise<void> {
    await this.#call('revokeAccess', target);
  }

  async stop(options: Params<'stop'>): Promise<void> {
    await this.#call('stop', options);
  }

  close(): void {
    this.#wire.close();
  }

  async #call<Name extends Method>(method: Name, params: Params<Name>): Promise<Result<Name>> {
    const result = await this.#wire.call(method, params, this.#timeoutMs ?? timeouts[method] ?? usualTimeoutMs);
    const parsed = results[method].safeParse(result);
    if (parsed.success) return parsed.data as Result<Name>;
    throw new BridgeError('daemon-unintelligible', `The bridge's answer to "${method}" is not what was expected.`, {
      advice: 'The running bridge is probably of another version: run "vai restart".',
      cause: parsed.error,
    });
  }
}
