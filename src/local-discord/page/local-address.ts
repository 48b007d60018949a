import { checkAddress } from './markdown/read-markup.ts';

/**
 * The address of a file of this very server, by the page's own name for it; undefined for files from elsewhere, which
 * the page does not fetch.
 */
export function localAddress(url: string, origin = location.origin): string | undefined {
  if (!URL.canParse(url, origin)) return undefined;
  const { hostname, port, protocol, pathname, search } = new URL(url, origin);
  const own = new URL(origin);
  const names = ['127.0.0.1', 'localhost', own.hostname];
  const isOwn = protocol === own.protocol && port === own.port && names.includes(hostname);
  return isOwn ? pathname + search : undefined;
}

/** Where a link to a file may lead: to a file of this server, or to one of the web. Undefined for anything else. */
export function fileAddress(url: string, origin = location.origin): string | undefined {
  return localAddress(url, origin) ?? checkAddress(url);
}

/** The address that stands for `attachment://name` in embeds and components. */
export function resolveAttachment(
  url: string,
  attachments: readonly { readonly filename: string; readonly url: string }[],
): string {
  const [, name] = /^attachment:\/\/(.+)$/.exec(url) ?? [];
  if (name === undefined) return url;
  return attachments.find(({ filename }) => filename === name)?.url ?? url;
}
