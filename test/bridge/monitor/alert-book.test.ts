import { describe, expect, it } from 'vitest';

import { elsewhere, one } from '../support/messages.ts';
import { world } from '../support/monitor-world.ts';

describe('who is told (MS-08)', () => {
  it('is the channel of the session, once when it is crossed and once when that is over', async () => {
    const { look, takes } = await world();
    takes(2, { memory: 900 });
    expect(await look()).toEqual(['2: ⚠️ Session 2 takes 900 B of memory; the alert is at 800 B.']);
    takes(2, { memory: 950 });
    expect(await look()).toEqual([]);
    takes(2, { memory: 300 });
    expect(await look()).toEqual(['2: ✅ Session 2 takes less memory again: 300 B are in use.']);
    expect(await look()).toEqual([]);
  });

  it('is the ops channel where there is one', async () => {
    const { look, takes } = await world({ opsChannel: elsewhere });
    takes(2, { memory: 900 });
    expect(await look()).toEqual([expect.stringMatching(/^9: ⚠️ Session 2 takes/)]);
  });

  it('is the main channel, of what concerns the machine', async () => {
    const { look, gauges } = await world();
    gauges.machineUsage = { ...gauges.machineUsage, usedDisk: 990 };
    expect(await look()).toEqual([expect.stringMatching(/^1: ⚠️ The disk of the machine runs full: 990 B/)]);
  });

  it('is the ops channel and the session whose messages wait, in one word each', async () => {
    const { look, takes } = await world({ opsChannel: elsewhere });
    takes(2, { memory: 1200 });
    const told = await look();
    expect(told.map((text) => text.slice(0, 30)).sort()).toEqual([
      '2: ⏸️ Session 2 takes 1.2 kB o',
      '9: ⏸️ Session 2 takes 1.2 kB o',
    ]);
    takes(2, { memory: 100 });
    expect((await look()).map((text) => text.slice(0, 24)).sort()).toEqual([
      '2: ▶️ Session 2 takes 10',
      '9: ▶️ Session 2 takes 10',
    ]);
  });

  it('is nobody where there is no channel, and nothing fails', async () => {
    const { look, gauges, alerts } = await world({ mainChannel: () => undefined });
    gauges.machineUsage = { ...gauges.machineUsage, usedDisk: 990 };
    expect(await look()).toEqual([]);
    expect(alerts.open).toHaveLength(1);
  });
});

describe('open alerts', () => {
  it('outlive the daemon: a crossing is told once', async () => {
    const first = await world();
    first.takes(1, { memory: 1200 });
    expect(await first.look()).toHaveLength(1);
    await first.manager.detachAll();

    const second = await world({}, first);
    expect(second.alerts.throttled(one)).toMatchObject({ value: 1200, limit: 1000 });
    second.takes(1, { memory: 1200 });
    expect(await second.look()).toEqual([]);
    second.takes(1, { memory: 100 });
    expect((await second.look()).map((text) => text.slice(0, 6))).toEqual(['1: ▶️ ']);
  });

  it('of a session that was removed are forgotten (I11)', async () => {
    const { look, takes, manager, stores, alerts } = await world();
    takes(1, { memory: 1200 });
    await look();
    expect(stores.facts.get('resource-alerts')).toContain('throttled');
    await manager.remove(1);
    expect(await look()).toEqual([]);
    expect(alerts.open).toEqual([]);
    expect(stores.facts.get('resource-alerts')).toBe('[]');
  });

  it('are not taken for told when that could not be stored', async () => {
    const { alerts, stores, sampler, takes } = await world();
    takes(1, { memory: 1200 });
    const sample = await sampler.take();
    const { append } = stores.outbox;
    stores.outbox.append = () => {
      throw new Error('full');
    };
    expect(() => alerts.judge(sample)).toThrow('full');
    expect([alerts.open, stores.facts.get('resource-alerts')]).toEqual([[], undefined]);
    stores.outbox.append = append.bind(stores.outbox);
    alerts.judge(sample);
    expect(alerts.open).not.toEqual([]);
  });
});
