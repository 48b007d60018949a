import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

import type { World } from '../world.ts';

const directory = new URL('../page/', import.meta.url);

/** The page's parts by their address: nothing else of the disk can be asked for. */
const assets: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  ...Object.fromEntries(
    ['page.js', 'markdown.js', 'message-view.js', 'conversation.js', 'discord-client.js'].map((file) => [
      `/${file}`,
      { file, type: 'text/javascript; charset=utf-8' },
    ]),
  ),
};

/**
 * Serves the chat page: `/` with the installation's key, which gets the user's token, and its parts, which hold no
 * secret. False when the path is none of these.
 */
export function servePage(world: World, path: string, query: URLSearchParams, response: ServerResponse): boolean {
  const asset = assets[path];
  if (path !== '/' && !asset) return false;
  if (asset) {
    send(response, 200, asset.type, readFileSync(new URL(asset.file, directory)));
  } else if (isSame(query.get('key') ?? '', world.settings.pageKey)) {
    const page = readFileSync(new URL('index.html', directory), 'utf8');
    send(response, 200, 'text/html; charset=utf-8', page.replace('{{userToken}}', world.settings.userToken));
  } else {
    send(
      response,
      403,
      'text/plain; charset=utf-8',
      'This chat opens with its whole address, key included. "vai status" prints it.\n',
    );
  }
  return true;
}

/** Headers for everything that a browser may show: nothing from elsewhere, no framing, no guessing of types. */
export function protect(response: ServerResponse, port: number): void {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${sockets}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
}

function send(response: ServerResponse, status: number, type: string, body: Buffer | string): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

/** Compares in the same time wherever the first difference is. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
