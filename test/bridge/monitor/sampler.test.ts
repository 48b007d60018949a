import { describe, expect, it } from 'vitest';

import { queue } from '../support/session-world.ts';
import { world } from '../support/monitor-world.ts';

describe('a sample (MS-08)', () => {
  it('has what each session takes, and the machine', async () => {
    const { sampler, gauges, takes, stores, clock, driver, settle, manager } = await world();
    takes(1, { processes: 3, memory: 300, cpuMs: 5 });
    takes(2, { processes: 1, memory: 40, cpuMs: 5 });
    gauges.directories.set('/attachments/2', 77);
    queue({ stores, clock }, 'm1');
    manager.get(1).wake();
    await settle();
    await clock.advance(2_000);
    driver.agents[0]!.tell({ kind: 'turn-ended', turn: 'turn-of-m1', outcome: 'completed' });
    queue({ stores, clock }, 'm2');
    expect(await sampler.take()).toEqual({
      timestamp: '2026-01-01T00:00:02.000Z',
      sessions: [
        {
          number: 1,
          status: 'busy',
          memory: 300,
          processes: 3,
          cpu: 0,
          disk: 0,
          response: { mean: 2000, p95: 2000, count: 1 },
          queued: 1,
        },
        { number: 2, status: 'idle', memory: 40, processes: 1, cpu: 0, disk: 77, queued: 0 },
      ],
      system: {
        ...{ totalMemory: 1000, usedMemory: 100, cpu: 5, totalDisk: 1000, usedDisk: 200 },
        ...{ bridgeMemory: 50, bridgeCpu: 0 },
      },
    });
  });

  it('tells processor time as the part of the time since the look before, never less than nothing', async () => {
    const { sampler, takes, clock, gauges } = await world();
    const cpus = async (): Promise<readonly number[]> => (await sampler.take()).sessions.map(({ cpu }) => cpu);
    takes(1, { cpuMs: 1000 });
    takes(2, { cpuMs: 1000 });
    expect(await cpus()).toEqual([0, 0]);
    await clock.advance(10_000);
    takes(1, { cpuMs: 6000 });
    takes(2, { cpuMs: 400 }); // one of its processes ended
    gauges.own = { memory: 50, cpuMs: 100 };
    clock.jump(-3_600_000);
    const { sessions, system } = await sampler.take();
    expect(sessions.map(({ cpu }) => cpu)).toEqual([50, 0]);
    expect(system.bridgeCpu).toBe(1);
  });

  it('asks once for all sessions, and has nothing of one that does not run', async () => {
    const { sampler, takes, gauges, manager } = await world();
    takes(1, { memory: 300 });
    takes(2, { memory: 40 });
    await manager.get(2).stop();
    const { sessions } = await sampler.take();
    expect(gauges.looks).toBe(1);
    expect(sessions[1]).toMatchObject({ status: 'stopped', memory: 0, processes: 0, cpu: 0 });
  });
});
