import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { portCheck } from '../../../src/doctor/checks/port.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

/** A port that somebody else has. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.scope.defer('the other program', () => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('portCheck', () => {
  it('finds a port that another program has, and how to find that out', async () => {
    const port = await takenPort();
    expect(await faultsOf(portCheck(world.look({ LOCAL_PORT: String(port) })))).toMatchObject([
      {
        id: 'port-taken',
        says: expect.stringContaining(String(port)),
        do: expect.stringMatching(
          new RegExp(
            `sport = :${port}.* LOCAL_PORT in ${world.paths.envFile}; now it comes from LOCAL_PORT in the environment`,
          ),
        ),
      },
    ]);
  });

  it('does not take the own bridge for another program', async () => {
    const port = await takenPort();
    const api = new FakeBridgeApi();
    api.chat = { ...api.chat, url: `http://127.0.0.1:${port}/?key=abc` };
    await world.serve(api);
    expect(await idsOf(portCheck(world.look({ LOCAL_PORT: String(port) })))).toEqual([]);
  });

  it('knows the own bridge by an address without a port too', async () => {
    const api = new FakeBridgeApi();
    api.chat = { ...api.chat, url: 'http://127.0.0.1/?key=abc' };
    await world.serve(api);
    const look = world.look({ LOCAL_PORT: '80' });
    expect((await portCheck(look).run()).map(({ says }) => says)).toEqual(["Port 80 is the bridge's own."]);
  });

  it('does not ask when Discord is used', async () => {
    const port = await takenPort();
    const look = world.look({ LOCAL_PORT: String(port), DISCORD_BOT_TOKEN: 'some-token-of-a-bot' });
    expect(await portCheck(look).run()).toEqual([]);
  });

  it.runIf(process.getuid?.() !== 0)('finds a port that is reserved', async () => {
    expect(await idsOf(portCheck(world.look({ LOCAL_PORT: '81' })))).toEqual(['port-forbidden']);
  });
});
