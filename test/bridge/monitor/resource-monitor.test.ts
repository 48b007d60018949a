import { describe, expect, it } from 'vitest';

import { world } from '../support/monitor-world.ts';

describe('whoever asks what is taken', () => {
  it('is told what was measured at most 2 s ago', async () => {
    const { monitor, gauges, takes, clock } = await world();
    takes(1, { memory: 300 });
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(300);
    takes(1, { memory: 400 });
    await clock.advance(2_000);
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(300);
    await clock.advance(1);
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(400);
    expect(gauges.looks).toBe(2);
  });

  it('shares a look with all who ask at the same time', async () => {
    const { monitor, gauges } = await world();
    const both = await Promise.all([monitor.metrics(), monitor.metrics()]);
    expect(gauges.looks).toBe(1);
    expect(both[0]).toEqual(both[1]);
  });

  it('hears why it cannot be measured, and the next one asks anew', async () => {
    const { monitor, gauges } = await world();
    gauges.failure = new Error('no /proc');
    await expect(monitor.metrics()).rejects.toThrow('no /proc');
    gauges.failure = undefined;
    expect((await monitor.metrics()).latest.sessions).toHaveLength(2);
  });
});
