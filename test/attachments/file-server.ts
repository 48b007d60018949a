import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** A server of files that answers as the test says. Closed when the test ends. Gives its address. */
export async function fileServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

/** A server that gives the same bytes to everybody. */
export function serverOf(bytes: Uint8Array, headers: Readonly<Record<string, string | number>> = {}): Promise<string> {
  return fileServer((_request, response) => {
    response.writeHead(200, { 'Content-Length': bytes.byteLength, ...headers }).end(bytes);
  });
}
