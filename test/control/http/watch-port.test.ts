import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../../src/base/scope.ts';
import { WatchPort } from '../../../src/control/http/watch-port.ts';
import { RecordingLog } from '../../bridge/support/recording-log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

let scope: Scope;
let clock: ManualClock;

beforeEach(() => {
  scope = new Scope();
  clock = new ManualClock();
});

afterEach(() => scope.close());

function makePort(port: number, host = '127.0.0.1') {
  const log = new RecordingLog();
  const makeServer = () => createHttpServer((_, response) => response.end('here'));
  const watchPort = new WatchPort({ host, port, makeServer, clock, log });
  scope.defer('port', () => watchPort.close());
  return { watchPort, log };
}

/** Another program, and its port. */
async function somebody(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer('somebody', () => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

describe('WatchPort', () => {
  it('opens, and tells where', async () => {
    const { watchPort } = makePort(0);
    expect(watchPort.state.url).toBeUndefined();
    await watchPort.open();
    const { url } = watchPort.state;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await (await fetch(url!)).text()).toBe('here');
  });

  it('gives the port back, though somebody holds a connection', async () => {
    const { watchPort } = makePort(0);
    await watchPort.open();
    const { url } = watchPort.state;
    await (await fetch(url!)).text(); // fetch keeps the connection.
    await watchPort.close();
    await expect(fetch(url!)).rejects.toThrow();
    expect(clock.pending).toBe(0);
  });

  it('does without a port that another program has, says so once, and takes it when it is free', async () => {
    const { server, port } = await somebody();
    const { watchPort, log } = makePort(port);
    await watchPort.open();
    expect(watchPort.state).toEqual({ detail: `Port ${port} on 127.0.0.1 cannot be used (EADDRINUSE).` });
    for (let minute = 0; minute < 5; minute += 1) await clock.advance(60_000);
    await expect.poll(() => clock.pending).toBe(1);
    expect(log.at('error')).toHaveLength(1);
    server.close();
    await once(server, 'close');
    await clock.advance(30_000);
    await expect.poll(() => watchPort.state).toEqual({ url: `http://127.0.0.1:${port}/metrics` });
    expect(clock.pending).toBe(0);
  });

  it('tries no more once it is closed', async () => {
    const { port } = await somebody();
    const { watchPort } = makePort(port);
    await watchPort.open();
    await watchPort.close();
    expect(clock.pending).toBe(0);
  });

  it('says of an address that is not of this machine that it cannot be had', async () => {
    const { watchPort } = makePort(0, '192.0.2.1');
    await watchPort.open();
    expect(watchPort.state.detail).toMatch(/EADDRNOTAVAIL/);
  });
});
