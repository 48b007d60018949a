import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import { systemErrorCode } from '../../base/errors.ts';
import { packageRoot } from '../../base/own-files.ts';
import type { World } from '../world.ts';

/** Where the page is after a build, also seen from the sources. */
const builtPage = join(packageRoot(), 'dist/local-discord/page');

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

const html = 'text/html; charset=utf-8';
const plain = 'text/plain; charset=utf-8';

const compressions = {
  // 9 of 11: nearly as small, and thirty times as quick.
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
  identity: (bytes: Buffer) => Promise.resolve(bytes),
};
type Encoding = keyof typeof compressions;

/**
 * Serves the chat page: `/` with the installation's key, which gets the user's token, and its parts, which hold no
 * secret. Owns the compressed forms of the parts. Knows nothing about what the page does.
 */
export class PageFiles {
  readonly #world: World;
  readonly #directory: string;
  /** By encoding and name. A part's name changes with its content, so what is here never grows old. */
  readonly #parts = new Map<string, Promise<Buffer | undefined>>();

  /** @param directory the built page; default: where `npm run build` puts it. */
  constructor(world: World, directory: string | undefined) {
    this.#world = world;
    this.#directory = directory ?? builtPage;
  }

  /** Answers a GET. False when the path is none of the page's. */
  async serve(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    if (path === '/') {
      this.#serveIndex(query, request, response);
      return true;
    }
    const [, folder, name] = /^\/(assets\/)?([\w-][\w.-]*)$/.exec(path) ?? [];
    if (name === undefined || (folder === undefined && name !== 'icon.svg')) return false;
    const encoding = encodingFor(request, name);
    const bytes = await this.#part(join(folder ?? '', name), encoding);
    if (!bytes) return false;
    response.writeHead(200, {
      'Content-Type': types[extname(name)] ?? 'application/octet-stream',
      'Content-Length': bytes.byteLength,
      'Cache-Control': folder === undefined ? 'no-cache' : 'private, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    });
    response.end(bytes);
    return true;
  }

  #serveIndex(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const { settings, origin } = this.#world;
    const key = query.get('key') ?? '';
    if (!isSame(key, settings.pageKey)) {
      const advice = 'This chat opens with its whole address, key included. "vai status" prints it.\n';
      send(response, 403, plain, advice);
    } else if (`http://${request.headers.host ?? ''}` !== origin) {
      // Attachments have the address with the number; for a browser the other name would be another site.
      response.writeHead(307, { Location: `${origin}/?key=${key}`, 'Cache-Control': 'no-store' }).end();
    } else if (!existsSync(join(this.#directory, 'index.html'))) {
      send(
        response,
        503,
        plain,
        'The chat page has not been built. Run "npm run build", then open this address again.\n',
      );
    } else {
      const page = readFileSync(join(this.#directory, 'index.html'), 'utf8');
      send(response, 200, html, page.replace('{{userToken}}', settings.userToken));
    }
  }

  /** A part's bytes, made once; undefined when the build has no such part. */
  #part(name: string, encoding: Encoding): Promise<Buffer | undefined> {
    const id = `${encoding} ${name}`;
    const known = this.#parts.get(id);
    if (known) return known;
    const made = this.#read(name).then((bytes) => bytes && compressions[encoding](bytes));
    this.#parts.set(id, made);
    // Only what is there is kept: names are the client's, and a build may come later.
    void made.then(
      (bytes) => bytes ?? this.#parts.delete(id),
      () => this.#parts.delete(id),
    );
    return made;
  }

  /** Reads a file that the build's listing names; nothing else of the disk can be asked for. */
  async #read(name: string): Promise<Buffer | undefined> {
    try {
      const listed = await readdir(this.#directory, { recursive: true });
      return listed.includes(name) ? await readFile(join(this.#directory, name)) : undefined;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined; // not built
      throw error;
    }
  }
}

/** Headers for everything that a browser may show: nothing from elsewhere, no framing, no guessing of types. */
export function protect(response: ServerResponse, port: number): void {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; ` +
      `connect-src 'self' ${sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
}

/** The best form that the client takes; what is compressed already stays as it is. */
function encodingFor(request: IncomingMessage, name: string): Encoding {
  if (/\.(png|woff2)$/.test(name)) return 'identity';
  const accepted = [request.headers['accept-encoding']].flat().join();
  const takes = (encoding: string): boolean =>
    new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0+)?(,|\\s|$))`).test(accepted);
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': length, 'Cache-Control': 'no-store' }).end(body);
}

/** Compares in the same time wherever the first difference is. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
