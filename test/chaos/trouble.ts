import { Faults } from '../../src/local-discord/faults.ts';
import type { RequestFault, RequestMatch } from '../../src/local-discord/faults.ts';
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

/** Seconds after which the server says it may be asked again. */
const retryAfter = 0.4;

/**
 * What goes wrong with a chat server, for the bridge alone: people's own requests are spared, so that what they said is
 * known for certain.
 */
export class Trouble extends Faults {
  readonly #spared = new Map<string, number>();
  readonly #forbidden = new Map<string, 403 | 404>();

  /** The next request of this kind is a person's. */
  spare(method: string, path: string): void {
    const request = `${method} ${path}`;
    this.#spared.set(request, (this.#spared.get(request) ?? 0) + 1);
  }

  /** From now on the bot may not write in a channel, or is told that it is not there. */
  forbid(channel: string, status: 403 | 404): void {
    this.#forbidden.set(channel, status);
  }

  allow(channel: string): void {
    this.#forbidden.delete(channel);
  }

  /** Arms trouble for the next requests of a kind. */
  troubleRequests(kind: RequestKind, trouble: RequestTrouble, times: number): void {
    const match = { ...requestsOf[kind], times };
    switch (trouble) {
      case '500':
      case '502':
      case '503':
        this.failRequests(match, { status: Number(trouble), body: { code: 0, message: 'trouble' } });
        return;
      case '429': {
        const body = { message: 'You are being rate limited.', retry_after: retryAfter, global: false };
        this.failRequests(match, { status: 429, body, headers: { 'retry-after': String(retryAfter) } });
        return;
      }
      case '429 as a page':
        this.failRequests(match, { status: 429, body: '<html>slow down</html>', headers: { 'retry-after': '1' } });
        return;
      case 'reset before':
      case 'reset after':
        this.resetRequests(match, trouble === 'reset before' ? 'before' : 'after');
        return;
      case 'slow before':
      case 'slow after':
        this.delayRequests(match, slowMs, trouble === 'slow before' ? 'before' : 'after');
    }
  }

  /** Does something to every connection of the gateway. */
  troubleGateway(trouble: GatewayTrouble): void {
    switch (trouble) {
      case 'drop':
        this.dropConnections();
        return;
      case 'close 1000':
      case 'close 1001':
      case 'close 4000':
      case 'close 4009':
        this.dropConnections(Number(trouble.slice('close '.length)));
        return;
      case 'reconnect':
        this.requestReconnect();
        return;
      case 'invalid session':
      case 'invalid session, resumable':
        this.invalidateSessions(trouble === 'invalid session, resumable');
    }
  }

  override takeForRequest(method: string, path: string): readonly RequestFault[] {
    const request = `${method} ${path}`;
    const spared = this.#spared.get(request) ?? 0;
    if (spared > 0) {
      this.#spared.set(request, spared - 1);
      return [];
    }
    const status = this.#refusal(method, path);
    if (status === undefined) return super.takeForRequest(method, path);
    const body =
      status === 403 ? { code: 50_013, message: 'Missing Permissions' } : { code: 10_003, message: 'Unknown Channel' };
    return [{ kind: 'answer', status, body }];
  }

  override clear(): void {
    super.clear();
    this.#forbidden.clear();
  }

  #refusal(method: string, path: string): 403 | 404 | undefined {
    const channel = method === 'POST' ? /^\/channels\/(\d+)\/messages$/.exec(path)?.[1] : undefined;
    return channel === undefined ? undefined : this.#forbidden.get(channel);
  }
}
