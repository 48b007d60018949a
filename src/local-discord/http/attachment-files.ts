import type { IncomingMessage, ServerResponse } from 'node:http';

import { mayDownload } from '../attachment-urls.ts';
import type { World } from '../world.ts';

/** Shown or played in the browser; everything else is a download. SVG is not among them: it can hold scripts. */
const shown = new Set([
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
  ...['video/mp4', 'video/webm', 'video/ogg', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/webm', 'audio/wav'],
]);

/** Serves an attachment's bytes: `/attachments/<channel>/<id>/<name>?ex&is&hm`. False when the path is something else. */
export function serveAttachment(
  world: World,
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const [, channel, id] = /^\/attachments\/(\d{1,20})\/(\d{1,20})\/[^/]+$/.exec(path) ?? [];
  if (channel === undefined || id === undefined) return false;
  const found = mayDownload(world, id, query) ? world.attachments.read(id) : undefined;
  if (found?.attachment.channel !== channel) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('This content is no longer available.');
    return true;
  }
  const { attachment, bytes } = found;
  const [type = ''] = attachment.contentType.toLowerCase().split(';');
  const isShown = shown.has(type);
  const part = wantedPart(request.headers.range, bytes.byteLength);
  const body = part ? bytes.subarray(part.from, part.to + 1) : bytes;
  response.writeHead(part ? 206 : 200, {
    'Content-Type': isShown ? type : 'application/octet-stream',
    'Content-Length': body.byteLength,
    'Content-Disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(attachment.filename)}`,
    'Cache-Control': 'private, max-age=86400',
    'Accept-Ranges': 'bytes',
    ...(part ? { 'Content-Range': `bytes ${part.from}-${part.to}/${bytes.byteLength}` } : {}),
  });
  response.end(body);
  return true;
}

/** The one part that a player asks for when it jumps; undefined: everything, also when the question makes no sense. */
function wantedPart(
  range: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | undefined {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range ?? '') ?? [];
  if (first === undefined) return undefined;
  const from = Number(first);
  const to = Math.min(last === '' || last === undefined ? size - 1 : Number(last), size - 1);
  return from <= to ? { from, to } : undefined;
}
