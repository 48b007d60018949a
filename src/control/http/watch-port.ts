import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Cancel, Clock } from '../../base/clock.ts';
import { describeError, systemErrorCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

export interface WatchPortOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** A server that does not listen yet, each time a new one. */
  readonly makeServer: () => Server;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long after a port could not be had it is tried again, in milliseconds. */
const retryMs = 30_000;

/**
 * Owns the port where programs watch the bridge. That somebody else has it stops nothing: it is said, and tried again until
 * it is free. Knows nothing about what is served.
 */
export class WatchPort {
  readonly #options: WatchPortOptions;
  #server: Server | undefined;
  #trouble: string | undefined;
  #cancelRetry: Cancel | undefined;
  #isClosed = false;

  constructor(options: WatchPortOptions) {
    this.#options = options;
  }

  /** For the status. */
  get state(): { readonly url?: string; readonly detail?: string } {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (address) return { url: `http://${inAddress(address.address)}:${address.port}/metrics` };
    return { detail: this.#trouble ?? 'It is not open yet.' };
  }

  /** Returns when the port is open, or its trouble is known. */
  async open(): Promise<void> {
    const { host, port, makeServer, clock, log } = this.#options;
    const server = makeServer();
    const error = await listen(server, host, port);
    if (error === undefined) {
      if (this.#isClosed) return void server.close();
      this.#server = server;
      this.#trouble = undefined;
      server.on('error', (trouble) => {
        log.error({ error: describeError(trouble) }, 'the port for health and figures reported an error');
      });
      log.info(this.state, 'health and figures can be read');
      return;
    }
    const trouble = `Port ${port} on ${host} cannot be used (${systemErrorCode(error) ?? error.message}).`;
    // Once, however long it lasts.
    if (this.#trouble !== trouble)
      log.error(
        { port, host, error: describeError(error) },
        'the port for health and figures cannot be used; it is tried again',
      );
    this.#trouble = trouble;
    if (!this.#isClosed) this.#cancelRetry = clock.after(retryMs, () => void this.open());
  }

  /** Hangs up on everybody. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  }
}

function listen(server: Server, host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}

/** As it stands in an address. */
function inAddress(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
