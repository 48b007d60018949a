import type { Faults, RequestMatch } from '../../src/local-discord/faults.ts';
import type { GatewayTrouble, RequestKind, RequestTrouble } from './plan.ts';

/** The bridge's requests of each kind. */
const requestsOf: Readonly<Record<RequestKind, RequestMatch>> = {
  post: { method: 'POST', path: /^\/channels\/\d+\/messages$/ },
  edit: { method: 'PATCH', path: /^\/channels\/\d+\/messages\/\d+$/ },
  react: { method: 'PUT', path: /\/reactions\// },
  history: { method: 'GET', path: /^\/channels\/\d+\/messages$/ },
  threads: { method: 'GET', path: /\/threads\// },
  connect: { method: 'GET', path: /^\/gateway\/bot$/ },
};

/** Milliseconds that a slow request takes longer. */
const slowMs = 800;

/** Milliseconds after which the server says it may be asked again. */
const retryAfterMs = 400;

/** Milliseconds between heartbeats: with Discord's 41 s a dead connection would outlast every scenario. */
const heartbeatMs = 2000;

/** Does to a chat server what a plan says, for the bridge alone: what people say there is known for certain. */
export class Trouble {
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
    faults.heartbeatIntervalMs = heartbeatMs;
  }

  /** Arms trouble for the next requests of a kind. */
  withRequests(kind: RequestKind, trouble: RequestTrouble, times: number): void {
    const faults = this.#faults;
    const match = { ...requestsOf[kind], by: 'bot', times } as const;
    switch (trouble) {
      case '500':
      case '502':
      case '503':
        faults.failRequests(match, { status: Number(trouble), body: { code: 0, message: 'trouble' } });
        return;
      case '500 afterwards':
        faults.failAfterwards(match, { status: 500, body: { code: 0, message: 'trouble' } });
        return;
      case '429':
        faults.limitAtOnce(match, 'user', retryAfterMs);
        return;
      case '429, global':
        faults.limitAtOnce(match, 'global', retryAfterMs);
        return;
      case '429 as a page':
        faults.limitAtOnce(match, 'page', retryAfterMs);
        return;
      case 'reset before':
      case 'reset after':
        faults.resetRequests(match, trouble === 'reset before' ? 'before' : 'after');
        return;
      case 'slow before':
      case 'slow after':
        faults.delayRequests(match, slowMs, trouble === 'slow before' ? 'before' : 'after');
        return;
      case 'half an answer':
        faults.truncateAnswers(match);
    }
  }

  /** Does something to every connection of the gateway, or to those that come. */
  withGateway(trouble: GatewayTrouble): void {
    const faults = this.#faults;
    switch (trouble) {
      case 'drop':
        faults.dropConnections();
        return;
      case 'close 1000':
      case 'close 1001':
      case 'close 4000':
      case 'close 4007':
      case 'close 4009':
        faults.dropConnections(Number(trouble.slice('close '.length)));
        return;
      case 'reconnect':
        faults.requestReconnect();
        return;
      case 'invalid session':
      case 'invalid session, resumable':
        faults.invalidateSessions(trouble === 'invalid session, resumable');
        return;
      case 'freeze':
        faults.freezeConnections();
        return;
      case 'mute':
        faults.muteConnections();
        return;
      case 'no acks':
        faults.withholdAcks = true;
        return;
      case 'no hello':
        faults.withholdHello = true;
        faults.dropConnections();
        return;
      case 'no resume':
        faults.ignoreResume = true;
        faults.dropConnections();
        return;
      case 'no identify':
        faults.ignoreIdentify = true;
        faults.invalidateSessions(false);
    }
  }

  /** Dispatches come twice, after the one behind them, or late. */
  withDispatches(shape: 'duplicate' | 'reorder' | 'late', times: number): void {
    if (shape === 'duplicate') this.#faults.duplicateDispatches(times);
    else if (shape === 'reorder') this.#faults.reorderDispatches(times);
    else this.#faults.delayDispatches(times, slowMs);
  }

  /** From now on the bot may not enter a channel, or is told that it is not there. */
  close(channel: string, how: 'forbidden' | 'gone'): void {
    this.#faults.closeChannel(channel, how);
  }

  open(channel: string): void {
    this.#faults.openChannel(channel);
  }

  setReadOnly(readOnly: boolean): void {
    this.#faults.readOnly = readOnly;
  }

  forgetNonces(): void {
    this.#faults.forgetNonces();
  }

  goAway(): Promise<void> {
    return this.#faults.goAway();
  }

  comeBack(): Promise<void> {
    return this.#faults.comeBack();
  }

  /** Everything is well again; a connection that is frozen stays so. */
  end(): void {
    this.#faults.clear();
    this.#faults.heartbeatIntervalMs = heartbeatMs;
  }
}
