import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import type { Log } from '../../base/log.ts';
import { describeError } from '../../base/errors.ts';
import { isLoopback, namesLoopback } from './loopback.ts';

/** What is answered to a request. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface PageServerOptions {
  /** Where it will listen: on this machine only, requests must name this machine as well. */
  readonly host: string;
  /** By path. */
  readonly pages: Readonly<Record<string, () => Promise<Page>>>;
  readonly log: Log;
  /** How long a request may take to come, in milliseconds. Default 5000. */
  readonly requestMs?: number;
}

/** Connections at once: a few programs look, every some seconds. */
const maxConnections = 32;
/** See `requestMs`. */
const usualRequestMs = 5000;
/** How many bytes the head of a request may have. */
const maxHeaderSize = 8192;

/** A server of pages that everybody may read who reaches it, and that take nothing. Not yet listening. */
export function createPageServer({ host, pages, log, requestMs = usualRequestMs }: PageServerOptions): Server {
  const isLocal = isLoopback(host);
  const server = createServer(
    {
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      // Who is late is looked for so often: by itself every 30 seconds only, and nobody else gets in meanwhile.
      connectionsCheckingInterval: requestMs / 5,
      keepAliveTimeout: 10_000,
      maxHeaderSize,
    },
    (request, response) => {
      response.on('error', () => undefined); // The client is gone.
      void answer(request).then((page) => {
        send(request, response, page);
      });
    },
  );
  server.maxConnections = maxConnections;
  return server;

  async function answer({ method, url = '/', headers }: IncomingMessage): Promise<Page> {
    if (isLocal && !namesLoopback(headers.host))
      return text(403, 'This port answers to the name of this machine only.');
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'This port can only be read: GET or HEAD.');
    const path = /^[^?#]*/.exec(url)?.[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return text(404, `There is: ${Object.keys(pages).join(', ')}`);
    try {
      return await page();
    } catch (error) {
      log.error({ path, error: describeError(error) }, 'a page could not be made');
      return text(500, 'The reason is in logs/bridge.log.');
    }
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: Page): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function text(status: number, sentence: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}
