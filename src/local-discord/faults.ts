import type { ServerResponse } from 'node:http';

/** Which requests a fault is for. */
export interface RequestMatch {
  /** `POST` and so on; default: all. */
  readonly method?: string;
  /** Only requests with a bot's token, or only those of people; default: all. */
  readonly by?: 'bot' | 'person';
  /** Tested against the path after `/api/v10`, or the whole path of others (`/attachments/…`); default: all. */
  readonly path?: RegExp;
  /** How many matching requests it hits; default 1, `Infinity` for all. */
  readonly times?: number;
}

/** What happens to a request instead of, or besides, the normal thing. */
export type RequestFault =
  | {
      readonly kind: 'answer';
      /** `after`: it is done all the same, and this is said instead of its result. Default `before`: it is not done. */
      readonly when?: 'before' | 'after';
      readonly status: number;
      readonly body?: object | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly when: 'before' | 'after'; readonly ms: number }
  | { readonly kind: 'truncate' };

/** What the faults need of the server; given by it when it starts. */
export interface FaultTarget {
  freezeConnections(): void;
  muteConnections(): void;
  forgetNonces(): void;
  /** The channel of a thread. */
  parentOf(channel: string): string | undefined;
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

/** What becomes of one dispatch: `late` comes after so many milliseconds, and others overtake it. */
export type DispatchShape = 'duplicate' | 'reorder' | { readonly lateMs: number };

type Answer = Omit<Extract<RequestFault, { kind: 'answer' }>, 'kind' | 'when'>;

/** A fault that lasts until it is taken back: bots are refused this in a channel and its threads. */
export type ClosedChannel = 'forbidden' | 'gone';

const closedAnswers: Readonly<Record<ClosedChannel, Answer>> = {
  forbidden: { status: 403, body: { message: 'Missing Access', code: 50001 } },
  gone: { status: 404, body: { message: 'Unknown Channel', code: 10003 } },
};

const readOnlyAnswer: Answer = { status: 503, body: { message: 'This server is read-only for now.', code: 0 } };

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
  /** IDENTIFY gets no answer at all: no READY, no close. */
  ignoreIdentify = false;
  /** New connections are opened and never greeted. */
  withholdHello = false;
  /** Bots can read, and every other request of theirs is a 503. */
  readOnly = false;
  /** The largest file that an upload may have, in bytes; default Discord's 10 MiB. Larger ones are a 413. */
  largestFileBytes = 10 * 1024 * 1024;
  /** What GET /gateway/bot tells about logins; `remaining` goes down with each IDENTIFY. */
  sessionStarts = { total: 1000, remaining: 1000, resetAfterMs: 0 };
  /** Milliseconds that an attachment's address works; 0 = it is expired at once. Default 24 hours. */
  attachmentLifetimeMs = 24 * 3600 * 1000;
  /** Milliseconds within which an interaction must be acknowledged; Discord's 3000. */
  interactionDeadlineMs = 3000;
  /** Milliseconds that an interaction's token lasts; Discord's 15 minutes. */
  interactionTokenMs = 15 * 60 * 1000;

  /** How many IDENTIFYs have come. */
  identifies = 0;

  readonly #closed = new Map<string, ClosedChannel>();
  #armed: Armed[] = [];
  #rates: RateRule[] = [];
  #refusals: { readonly code: number; left: number }[] = [];
  #shapes: { readonly shape: DispatchShape; readonly event: string | undefined; left: number }[] = [];
  #target: FaultTarget | undefined;

  /** Answers matching requests with this instead of handling them: any status, body (text is sent as it is), headers. */
  failRequests(match: RequestMatch, answer: Answer): void {
    this.#arm(match, { kind: 'answer', ...answer });
  }

  /** Does what matching requests ask for, and then answers with this: a server that fails after the deed. */
  failAfterwards(match: RequestMatch, answer: Answer): void {
    this.#arm(match, { kind: 'answer', when: 'after', ...answer });
  }

  /**
   * Answers matching requests with a 429 that no header has announced: of the route (`user`), of everything (`global`),
   * of what others use as well (`shared`), or of somebody in front of the server, who sends a page (`page`).
   */
  limitAtOnce(match: RequestMatch, scope: 'user' | 'global' | 'shared' | 'page', retryAfterMs: number): void {
    const seconds = retryAfterMs / 1000;
    if (scope === 'page') {
      const headers = { 'Content-Type': 'text/html', 'Retry-After': String(seconds) };
      this.failRequests(match, { status: 429, body: '<html>Slow down.</html>', headers });
      return;
    }
    const isGlobal = scope === 'global';
    this.failRequests(match, {
      status: 429,
      body: { message: 'You are being rate limited.', retry_after: seconds, global: isGlobal },
      headers: {
        'Retry-After': String(seconds),
        'X-RateLimit-Scope': scope,
        ...(isGlobal ? { 'X-RateLimit-Global': 'true' } : {}),
      },
    });
  }

  /** Bots lose a channel with its threads, until `openChannel`: requests are refused, and nothing of it is told. */
  closeChannel(id: string, how: ClosedChannel): void {
    this.#closed.set(id, how);
  }

  openChannel(id: string): void {
    this.#closed.delete(id);
  }

  /** Whether bots have lost a channel. */
  isClosed(id: string): boolean {
    return this.#closedBy(id) !== undefined;
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

  /** Sends the next dispatches (of one event, or any) so many milliseconds later; others overtake them. */
  delayDispatches(times: number, lateMs: number, event?: string): void {
    this.#shapes.push({ shape: { lateMs }, event, left: times });
  }

  /** Half-open: every connection of now stays, and nothing goes through it any more, in either direction. */
  freezeConnections(): void {
    this.#needTarget().freezeConnections();
  }

  /** Every connection of now acknowledges heartbeats, and tells nothing that happens. A RESUME gets it all. */
  muteConnections(): void {
    this.#needTarget().muteConnections();
  }

  /** What a server does after some minutes: a repeated nonce is a new message. */
  forgetNonces(): void {
    this.#needTarget().forgetNonces();
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

  /** Ends everything about requests, channels, identifies, resumes and dispatches; not what was done already. */
  clear(): void {
    this.withholdAcks = false;
    this.withholdHello = false;
    this.ignoreResume = false;
    this.ignoreIdentify = false;
    this.readOnly = false;
    this.#closed.clear();
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
  takeForRequest(method: string, path: string, by: 'bot' | 'person' = 'person'): readonly RequestFault[] {
    const lasting = by === 'bot' ? this.#lastingAnswer(method, path) : undefined;
    if (lasting) return [{ kind: 'answer', ...lasting }];
    const taken: RequestFault[] = [];
    for (const armed of this.#armed) {
      const { match } = armed;
      if (match.by !== undefined && match.by !== by) continue;
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
    this.identifies += 1;
    this.sessionStarts.remaining = Math.max(0, this.sessionStarts.remaining - 1);
    const refusal = this.#refusals.find(({ left }) => left > 0);
    if (refusal) refusal.left -= 1;
    return refusal?.code;
  }

  /** The server takes what to do with one dispatch. */
  takeShape(event: string): DispatchShape | undefined {
    const armed = this.#shapes.find((shape) => shape.left > 0 && (shape.event === undefined || shape.event === event));
    if (armed) armed.left -= 1;
    return armed?.shape;
  }

  #lastingAnswer(method: string, path: string): Answer | undefined {
    const [, channel = ''] = /^\/channels\/(\d+)(?:\/|$)/.exec(path) ?? [];
    const closed = this.#closedBy(channel);
    if (closed !== undefined) return closedAnswers[closed];
    return this.readOnly && method !== 'GET' && path.startsWith('/channels/') ? readOnlyAnswer : undefined;
  }

  #closedBy(channel: string): ClosedChannel | undefined {
    if (this.#closed.size === 0) return undefined;
    return this.#closed.get(channel) ?? this.#closed.get(this.#target?.parentOf(channel) ?? '');
  }

  #arm(match: RequestMatch, fault: RequestFault): void {
    this.#armed.push({ match, fault, left: match.times ?? 1 });
  }

  #needTarget(): FaultTarget {
    if (!this.#target) throw new Error('these faults are not attached to a running server');
    return this.#target;
  }
}
