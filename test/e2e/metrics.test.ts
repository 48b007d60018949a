import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import type { Metrics } from '../../src/contracts/metrics.ts';
import type { StatusJson } from './support/installation.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World, WorldOptions } from './support/world.ts';

let world: World | undefined;

afterEach(async () => {
  await world?.destroy();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  const told = await world.bridge.startDaemon();
  expect(told).toMatchObject({ kind: 'ready' });
  return world;
}

async function addressOf({ bridge }: World): Promise<string> {
  const { metrics } = await bridge.json<StatusJson & { metrics: { url: string } }>('status');
  return metrics.url.replace(/\/metrics$/, '');
}

async function valueOf(address: string, name: string): Promise<number> {
  const page = await (await fetch(`${address}/metrics`)).text();
  const line = page.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? Number.NaN);
}

it('BX-10: programs read how the bridge is, and what it did', async () => {
  const all = await open({ sessions: 2, environment: { METRICS_PORT: '0' } });
  const { owner, channels } = all;
  const address = await addressOf(all);
  const health = async (): Promise<{ status: number; body: { status: string; problems: { code: string }[] } }> => {
    const answer = await fetch(`${address}/health`);
    return { status: answer.status, body: (await answer.json()) as { status: string; problems: { code: string }[] } };
  };
  expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } });

  const id = await owner.say(channels[0]!, 'hello');
  await owner.seesReaction(channels[0]!, id, '✅');
  await until(async () => (await valueOf(address, 'bridge_outbox_pending')) === 0, { what: 'everything to be posted' });
  expect(await valueOf(address, 'bridge_messages_total{session="1",outcome="acknowledged"}')).toBe(1);
  expect(await valueOf(address, 'bridge_message_delivery_seconds_count')).toBe(1);
  expect(await valueOf(address, 'bridge_posts_total{kind="text",outcome="posted"}')).toBeGreaterThan(0);
  expect(await valueOf(address, 'bridge_sessions{state="idle"}')).toBe(2);
  expect(await valueOf(address, 'bridge_chat_connection{state="ready"}')).toBe(1);
  expect(await valueOf(address, 'bridge_session_agent_starts_total{session="2"}')).toBe(1);

  expect(await valueOf(address, 'bridge_session_memory_bytes{session="2"}')).toBeGreaterThan(1e6);
  const top = await all.bridge.json<Metrics>('top');
  expect(top.latest.sessions.map(({ number, status }) => [number, status])).toEqual([
    [1, 'idle'],
    [2, 'idle'],
  ]);
  expect(top.latest.sessions.every(({ memory, processes }) => memory > 1e6 && processes > 0)).toBe(true);
  expect((await all.bridge.run('vai', ['top'])).stdout).toMatch(/^All sessions: 2 sessions, \d+ processes, \d+ MB/m);

  await all.discord.close();
  await until(async () => (await health()).body.status === 'degraded', { what: 'the health to tell of the chat' });
  await all.bridge.endDaemon('SIGTERM');
  await expect(fetch(`${address}/health`)).rejects.toThrow();
});

it('BX-10: without the setting there is no port, and a port that is taken stops nothing', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const all = await open({ environment: { METRICS_PORT: String(port) } });
    const status = await all.bridge.json<StatusJson & { metrics: object }>('status');
    expect(status.metrics).toEqual({ detail: `Port ${port} on 127.0.0.1 cannot be used (EADDRINUSE).` });
    await all.bridge.endDaemon('SIGTERM');
    delete all.bridge.environment['METRICS_PORT'];
    await all.bridge.startDaemon();
    expect(await all.bridge.json('status')).not.toHaveProperty('metrics');
  } finally {
    server.close();
  }
});
