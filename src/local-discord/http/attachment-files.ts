import type { ServerResponse } from 'node:http';

import { mayDownload } from '../attachment-urls.ts';
import type { World } from '../world.ts';

/** Shown in the browser; everything else is a download. SVG is not among them: it can hold scripts. */
const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Serves an attachment's bytes: `/attachments/<channel>/<id>/<name>?ex&is&hm`. False when the path is something else. */
export function serveAttachment(world: World, path: string, query: URLSearchParams, response: ServerResponse): boolean {
  const [, channel, id] = /^\/attachments\/(\d{1,20})\/(\d{1,20})\/[^/]+$/.exec(path) ?? [];
  if (channel === undefined || id === undefined) return false;
  const found = mayDownload(world, id, query) ? world.attachments.read(id) : undefined;
  if (found?.attachment.channel !== channel) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('This content is no longer available.');
    return true;
  }
  const { attachment, bytes } = found;
  const isShown = shown.has(attachment.contentType);
  response.writeHead(200, {
    'Content-Type': isShown ? attachment.contentType : 'application/octet-stream',
    'Content-Length': bytes.byteLength,
    'Content-Disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(attachment.filename)}`,
    'Cache-Control': 'private, max-age=86400',
  });
  response.end(bytes);
  return true;
}
