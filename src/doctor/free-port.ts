import { createServer } from 'node:net';

import { systemErrorCode } from '../base/errors.ts';

/**
 * Why nobody can listen on a port now: the system's code, or undefined when one can. Listens for a moment; nobody can
 * connect in that time, since it is closed before anything is read.
 */
export function whyNotFree(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => resolve(systemErrorCode(error) ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
