import type { IncomingMessage, ServerResponse } from 'node:http';

import { apiErrors, DiscordApiError } from '../api-error.ts';
import type { RequestFault } from '../faults.ts';
import type { StoredUser } from '../store/user-store.ts';
import type { World } from '../world.ts';
import { serveAttachment } from './attachment-files.ts';
import { isOwnCaller } from './caller-check.ts';
import { PageFiles, protect } from './page-files.ts';
import { readBody } from './request-body.ts';
import { findRoute } from './router.ts';
import type { Reply, Route } from './router.ts';

const apiPrefix = '/api/v10';

/** How many requests without a route are remembered (I11). */
const mostUnknownRoutes = 200;

/**
 * Answers HTTP: the REST API, attachments, and the page. Owns the list of requests it had no route for.
 * Knows nothing about what the routes do.
 */
export class RestServer {
  /** `METHOD path` of the latest requests that this server has no route for. */
  readonly unknownRoutes: string[] = [];
  readonly #world: World;
  readonly #routes: readonly Route[];
  readonly #port: () => number;
  readonly #onError: (error: Error) => void;
  readonly #page: PageFiles;

  constructor(options: {
    world: World;
    routes: readonly Route[];
    port: () => number;
    onError: (error: Error) => void;
    pageDirectory: string | undefined;
  }) {
    this.#world = options.world;
    this.#routes = options.routes;
    this.#port = options.port;
    this.#onError = options.onError;
    this.#page = new PageFiles(options.world, options.pageDirectory);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    protect(response, this.#port());
    if (!isOwnCaller(request, this.#port())) {
      sendError(response, apiErrors.forbidden('This server answers only to its own name and its own page.'));
      return;
    }
    const { method = 'GET', url = '/' } = request;
    const target = URL.canParse(url, 'http://local') ? new URL(url, 'http://local') : undefined;
    if (!target) {
      sendError(response, apiErrors.badRequest());
      return;
    }
    const { pathname, searchParams } = target;
    const isApi = pathname.startsWith(`${apiPrefix}/`);
    const path = isApi ? pathname.slice(apiPrefix.length) : pathname;
    const by = /^Bot /.test(request.headers.authorization ?? '') ? 'bot' : 'person';
    const faults = this.#world.faults.takeForRequest(method, path, by);
    if (!(await this.#sufferBefore(faults, request, response))) return;
    if (isApi) {
      await this.#answerApi({ method, path, query: searchParams, faults }, request, response);
      return;
    }
    if (faults.some(({ kind }) => kind === 'truncate')) truncate(response);
    if (method === 'GET' && serveAttachment(this.#world, pathname, searchParams, request, response)) return;
    if (method === 'GET' && (await this.#page.serve(pathname, searchParams, request, response))) return;
    this.#remember(`${method} ${pathname}`);
    sendError(response, apiErrors.notFound());
  }

  async #answerApi(
    asked: { method: string; path: string; query: URLSearchParams; faults: readonly RequestFault[] },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let reply: Reply;
    try {
      const waitMs = this.#world.faults.countRequest(asked.method, asked.path, this.#world.clock.now(), response);
      if (waitMs !== undefined) {
        sendRateLimited(response, waitMs);
        return;
      }
      reply = await this.#run(asked, request);
    } catch (error) {
      if (request.destroyed && !request.complete) return; // the client went away in mid-request
      if (!(error instanceof DiscordApiError)) this.#onError(error instanceof Error ? error : new Error(String(error)));
      const known = error instanceof DiscordApiError ? error : apiErrors.internal();
      reply = { status: known.status, body: known.body() };
    }
    for (const fault of asked.faults) {
      if (fault.kind === 'delay' && fault.when === 'after') await this.#world.clock.sleep(fault.ms);
      if (fault.kind === 'reset' && fault.when === 'after') {
        request.socket.destroy();
        return;
      }
      if (fault.kind === 'truncate') truncate(response);
      if (fault.kind === 'answer' && fault.when === 'after') {
        sendAnswer(response, fault);
        return;
      }
    }
    sendReply(response, reply);
    if (!request.complete) request.resume(); // an answer before the end of the body: let the rest run out
  }

  async #run(
    { method, path, query }: { method: string; path: string; query: URLSearchParams },
    request: IncomingMessage,
  ): Promise<Reply> {
    const match = findRoute(this.#routes, method, path);
    if (match.kind === 'malformed') throw apiErrors.badRequest();
    if (match.kind !== 'found') {
      this.#remember(`${method} ${path}`);
      throw match.kind === 'unknown' ? apiErrors.notFound() : apiErrors.methodNotAllowed();
    }
    const user = match.route.access === 'none' ? this.#bot() : this.#authenticate(request.headers.authorization);
    const body = await readBody(request, this.#world.faults.largestFileBytes);
    const host = request.headers.host ?? '';
    return match.route.handle({ world: this.#world, user, params: match.params, query, body, host });
  }

  /** `Bot <token>` for bots, the bare token for people. */
  #authenticate(header: string | undefined): StoredUser {
    const [, scheme, token = ''] = /^(Bot )?(\S+)$/.exec(header ?? '') ?? [];
    const user = this.#world.users.byToken(token);
    if (user?.bot !== (scheme !== undefined)) throw apiErrors.unauthorized();
    return user;
  }

  #remember(route: string): void {
    this.unknownRoutes.push(route);
    if (this.unknownRoutes.length > mostUnknownRoutes) this.unknownRoutes.shift();
  }

  #bot(): StoredUser {
    const bot = this.#world.users.get(this.#world.settings.botId);
    if (!bot) throw new Error('the bot of this server is missing in its own data');
    return bot;
  }

  /** Does what faults do before a request is handled. False when that was all. */
  async #sufferBefore(
    faults: readonly RequestFault[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    for (const fault of faults) {
      if (fault.kind === 'delay' && fault.when === 'before') await this.#world.clock.sleep(fault.ms);
      if (fault.kind === 'reset' && fault.when === 'before') {
        request.socket.destroy();
        return false;
      }
      if (fault.kind === 'answer' && fault.when !== 'after') {
        sendAnswer(response, fault);
        request.resume();
        return false;
      }
    }
    return true;
  }
}

function sendAnswer(response: ServerResponse, answer: Extract<RequestFault, { kind: 'answer' }>): void {
  const { status, body = {}, headers = {} } = answer;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
}

function sendReply(response: ServerResponse, { status, body }: Reply): void {
  if (body === undefined) response.writeHead(status).end();
  else
    response
      .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
      .end(JSON.stringify(body));
}

function sendError(response: ServerResponse, error: DiscordApiError): void {
  sendReply(response, { status: error.status, body: error.body() });
}

function sendRateLimited(response: ServerResponse, waitMs: number): void {
  const seconds = Number((waitMs / 1000).toFixed(3));
  response.setHeader('Retry-After', String(Math.ceil(seconds)));
  response.setHeader('X-RateLimit-Scope', 'user');
  sendReply(response, {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: seconds, global: false },
  });
}

/** Makes the answer announce its whole length, and the socket break after half of it. */
function truncate(response: ServerResponse): void {
  response.end = ((body?: string | Uint8Array) => {
    const bytes = Buffer.from(body ?? '');
    if (!response.headersSent) response.setHeader('Content-Length', bytes.length);
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
      response.destroy();
    });
    return response;
  }) as ServerResponse['end'];
}
