import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { metricsPortCheck } from '../../../src/doctor/checks/metrics-port.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

/** A port that somebody else has. */
async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.scope.defer('the other program', () => void server.close());
  return String((server.address() as AddressInfo).port);
}

describe('metricsPortCheck', () => {
  it('says nothing where no such port is wanted', async () => {
    expect(await metricsPortCheck(world.look()).run()).toEqual([]);
  });

  it('BX-10: finds a port that another program has, before the start', async () => {
    const port = await takenPort();
    expect(await faultsOf(metricsPortCheck(world.look({ METRICS_PORT: port })))).toMatchObject([
      {
        id: 'metrics-port-taken',
        says: `Health and figures cannot be read: Port ${port} on 127.0.0.1 cannot be used (EADDRINUSE).`,
        do: expect.stringContaining(`sport = :${port}`),
      },
    ]);
    expect(await idsOf(metricsPortCheck(world.look({ METRICS_PORT: '0' })))).toEqual([]);
  });

  it('believes the running bridge', async () => {
    const api = new FakeBridgeApi();
    const port = await takenPort();
    api.metricsPort = { url: `http://127.0.0.1:${port}/metrics` };
    await world.serve(api);
    expect(await idsOf(metricsPortCheck(world.look({ METRICS_PORT: port })))).toEqual([]);
    api.metricsPort = { detail: 'Port 80 on 127.0.0.1 cannot be used (EACCES).' };
    expect(await faultsOf(metricsPortCheck(world.look({ METRICS_PORT: '80' })))).toMatchObject([
      { id: 'metrics-port-taken', says: expect.stringContaining('EACCES') },
    ]);
  });

  it('notes a port that other machines reach', async () => {
    expect(await idsOf(metricsPortCheck(world.look({ METRICS_PORT: '0', METRICS_HOST: '0.0.0.0' })))).toEqual([
      'metrics-port-public',
    ]);
    expect(await idsOf(metricsPortCheck(world.look({ METRICS_PORT: '0', METRICS_HOST: '::1' })))).toEqual([]);
  });
});
