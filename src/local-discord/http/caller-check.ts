import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes to this server by its own name, and not from a page of somebody else: a web site in the
 * browser of the same machine can send requests here, and a name that it controls can be pointed at 127.0.0.1.
 */
export function isOwnCaller(request: IncomingMessage, port: number): boolean {
  const { host, origin } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return false;
  return origin === undefined || origin === `http://${host}`;
}
