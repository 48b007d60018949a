import type { ServerResponse } from 'node:http';

/** Which requests a fault is for. */
export interface RequestMatch {
  /** `POST` and so on; default: all. */
  readonly method?: string;
  /** Tested against the path after `/api/v10`, or the whole path of others (`/attachments/…`); default: all. */
  readonly path?: RegExp;
  /** How many matching requests it hits; default 1, `Infinity` for all. */
  readonly times?: number;
}

/** What happens to a request instead of, or besides, the normal thing. */
export type RequestFault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: object | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly when: 'before' | 'after'; readonly ms: number }
  | { readonly kind: 'truncate' };

/** What the faults need of the server; given by it when it starts. */
export interface FaultTarget {
  dropConnections(code: number | undefined): void;
  requestReconnect(): void;
  invalidateSessions(resumable: boolean): void;
  stopListening(): Promise<void>;
  listenAgain(): Promise<void>;
}

interface Armed {
  readonly match: RequestMatch;
  readonly fault: RequestFault;
  left: number;
}

interface RateRule {
  readonly method: string;
  readonly path: RegExp;
  readonly limit: number;
  readonly windowMs: number;
  readonly windows: Map<string, { used: number; endsAt: number }>;
}

type Shape = 'duplicate' | 'reorder';

/**
 * What can go wrong with a chat server, on demand. For tests: it is reachable from code only, never over HTTP.
 * Owns which faults are armed; the server asks it at each step and does the damage.
 */
export class Faults {
  /** Milliseconds between heartbeats told to new connections; default Discord's 41250. */
  heartbeatIntervalMs = 41_250;
  /** Heartbeats get no answer. */
  withholdAcks = false;
  /** RESUME gets no answer at all. */
  ignoreResume = false;
  /** Milliseconds that an attachment's address works; 0 = it is expired at once. Default 24 hours. */
  attachmentLifetimeMs = 24 * 3600 * 1000;
  /** Milliseconds within which an interaction must be acknowledged; Discord's 3000. */
  interactionDeadlineMs = 3000;
  /** Milliseconds that an interaction's token lasts; Discord's 15 minutes. */
  interactionTokenMs = 15 * 60 * 1000;

  #armed: Armed[] = [];
  #rates: RateRule[] = [];
  #refusals: { readonly code: number; left: number }[] = [];
  #shapes: { readonly shape: Shape; readonly event: string | undefined; left: number }[] = [];
  #target: FaultTarget | undefined;

  /** Answers matching requests with this instead of handling them: any status, body (text is sent as it is), headers. */
  failRequests(match: RequestMatch, answer: Omit<Extract<RequestFault, { kind: 'answer' }>, 'kind'>): void {
    this.#arm(match, { kind: 'answer', ...answer });
  }

  /** Cuts the socket of matching requests: before they are handled, or after (stored, but nobody is told). */
  resetRequests(match: RequestMatch, when: 'before' | 'after'): void {
    this.#arm(match, { kind: 'reset', when });
  }

  /** Holds matching requests back: before they are handled, or only their answer. */
  delayRequests(match: RequestMatch, ms: number, when: 'before' | 'after' = 'after'): void {
    this.#arm(match, { kind: 'delay', when, ms });
  }

  /** Announces the whole length of matching answers, sends half, and cuts the socket. */
  truncateAnswers(match: RequestMatch): void {
    this.#arm(match, { kind: 'truncate' });
  }

  /** Limits a route per path: rate-limit headers on every answer, 429 with `retry_after` beyond the limit. */
  limitRate(rule: { method: string; path: RegExp; limit: number; windowMs: number }): void {
    this.#rates.push({ ...rule, windows: new Map() });
  }

  /** Closes the next IDENTIFYs with a code: 4004 wrong token, 4014 disallowed intents … */
  refuseIdentify(code: number, times = 1): void {
    this.#refusals.push({ code, left: times });
  }

  /** Sends the next dispatches (of one event, or any) twice. */
  duplicateDispatches(times: number, event?: string): void {
    this.#shapes.push({ shape: 'duplicate', event, left: times });
  }

  /** Sends the next dispatches (of one event, or any) after the one that follows them. */
  reorderDispatches(times: number, event?: string): void {
    this.#shapes.push({ shape: 'reorder', event, left: times });
  }

  /** Closes every gateway connection with a code; without one the sockets are just cut. */
  dropConnections(code?: number): void {
    this.#needTarget().dropConnections(code);
  }

  /** Op 7 to every connection: reconnect and resume. */
  requestReconnect(): void {
    this.#needTarget().requestReconnect();
  }

  /** Op 9 to every connection; unless resumable, their sessions are gone. */
  invalidateSessions(resumable: boolean): void {
    this.#needTarget().invalidateSessions(resumable);
  }

  /** Cuts every connection and refuses new ones, until `comeBack`. Sessions are kept, as after a broken line. */
  goAway(): Promise<void> {
    return this.#needTarget().stopListening();
  }

  /** Listens again on the same port. */
  comeBack(): Promise<void> {
    return this.#needTarget().listenAgain();
  }

  /** Disarms everything about requests, identifies and dispatches that is still waiting. */
  clear(): void {
    this.#armed = [];
    this.#rates = [];
    this.#refusals = [];
    this.#shapes = [];
  }

  /** The server gives itself. */
  attach(target: FaultTarget): void {
    this.#target = target;
  }

  /** The server takes the faults for one request. */
  takeForRequest(method: string, path: string): readonly RequestFault[] {
    const taken: RequestFault[] = [];
    for (const armed of this.#armed) {
      const { match } = armed;
      if (match.method !== undefined && match.method !== method) continue;
      if (match.path !== undefined && !match.path.test(path)) continue;
      armed.left -= 1;
      taken.push(armed.fault);
    }
    this.#armed = this.#armed.filter(({ left }) => left > 0);
    return taken;
  }

  /** Counts a request against its rate rule; sets the headers. Milliseconds to wait when it is over the limit. */
  countRequest(method: string, path: string, now: number, response: ServerResponse): number | undefined {
    const rule = this.#rates.find((rate) => rate.method === method && rate.path.test(path));
    if (!rule) return undefined;
    const known = rule.windows.get(path);
    const window = known && known.endsAt > now ? known : { used: 0, endsAt: now + rule.windowMs };
    rule.windows.set(path, window);
    const over = window.used >= rule.limit;
    if (!over) window.used += 1;
    const waitMs = window.endsAt - now;
    response.setHeader('X-RateLimit-Limit', String(rule.limit));
    response.setHeader('X-RateLimit-Remaining', String(rule.limit - window.used));
    response.setHeader('X-RateLimit-Reset', (window.endsAt / 1000).toFixed(3));
    response.setHeader('X-RateLimit-Reset-After', (waitMs / 1000).toFixed(3));
    response.setHeader('X-RateLimit-Bucket', `local${this.#rates.indexOf(rule)}`);
    return over ? waitMs : undefined;
  }

  /** The server takes the close code for one IDENTIFY, if it is to be refused. */
  takeRefusal(): number | undefined {
    const refusal = this.#refusals.find(({ left }) => left > 0);
    if (refusal) refusal.left -= 1;
    return refusal?.code;
  }

  /** The server takes what to do with one dispatch. */
  takeShape(event: string): Shape | undefined {
    const armed = this.#shapes.find((shape) => shape.left > 0 && (shape.event === undefined || shape.event === event));
    if (armed) armed.left -= 1;
    return armed?.shape;
  }

  #arm(match: RequestMatch, fault: RequestFault): void {
    this.#armed.push({ match, fault, left: match.times ?? 1 });
  }

  #needTarget(): FaultTarget {
    if (!this.#target) throw new Error('these faults are not attached to a running server');
    return this.#target;
  }
}
