import { createHmac, timingSafeEqual } from 'node:crypto';

import type { StoredAttachment } from './store/attachment-store.ts';
import type { World } from './world.ts';

/** The address of an attachment's bytes: signed, and good for a limited time, like Discord's. */
export function attachmentUrl(world: World, attachment: Pick<StoredAttachment, 'id' | 'channel' | 'filename'>): string {
  const { id, channel, filename } = attachment;
  const now = world.clock.now();
  const expires = Math.floor((now + world.faults.attachmentLifetimeMs) / 1000).toString(16);
  const issued = Math.floor(now / 1000).toString(16);
  const path = `/attachments/${channel}/${id}/${encodeURIComponent(filename)}`;
  return `${world.origin}${path}?ex=${expires}&is=${issued}&hm=${signature(world, id, expires)}`;
}

/** Whether an address' signature is right and it has not expired. */
export function mayDownload(world: World, id: string, query: URLSearchParams): boolean {
  const expires = query.get('ex') ?? '';
  const given = Buffer.from(query.get('hm') ?? '');
  const wanted = Buffer.from(signature(world, id, expires));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  return Number.parseInt(expires, 16) * 1000 > world.clock.now();
}

/**
 * The id in an address of one of this server's attachments (also when it listened on another port then); undefined
 * when it is something else.
 */
export function attachmentIdIn(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { pathname, hostname } = new URL(url);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost') return undefined;
  return /^\/attachments\/\d{1,20}\/(\d{1,20})\/[^/]+$/.exec(pathname)?.[1];
}

function signature(world: World, id: string, expires: string): string {
  return createHmac('sha256', world.settings.signingKey).update(`${id}:${expires}`).digest('hex');
}
