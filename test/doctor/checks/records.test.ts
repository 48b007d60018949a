import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ownDaemonRecord, writeDaemonRecord } from '../../../src/control/daemon-record.ts';
import { recordsCheck } from '../../../src/doctor/checks/records.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

const minuteMs = 60_000;

/** A bridge that was started some time ago. */
async function runningFor(ms: number): Promise<void> {
  const { paths } = world;
  await world.serve();
  writeDaemonRecord(paths.daemonRecord, ownDaemonRecord(paths.controlSocket));
  age(paths.daemonRecord, ms);
}

function age(file: string, ms: number): void {
  const then = (Date.now() - ms) / 1000;
  utimesSync(file, then, then);
}

describe('recordsCheck', () => {
  it('finds nothing where nothing runs and nothing was recovered', async () => {
    expect(await idsOf(recordsCheck(world.look()))).toEqual([]);
  });

  it('MS-08: finds that samples are taken no more', async () => {
    await runningFor(60 * minuteMs);
    expect(await faultsOf(recordsCheck(world.look()))).toMatchObject([
      { id: 'metrics-stale', says: expect.stringContaining('was never written') },
    ]);
    const file = world.write('monitoring/metrics.json', '[]');
    expect(await idsOf(recordsCheck(world.look()))).toEqual([]);
    age(file, 12 * minuteMs);
    expect(await idsOf(recordsCheck(world.look()))).toEqual(['metrics-stale']);
    expect(await idsOf(recordsCheck(world.look({ MONITOR_INTERVAL: '10m' })))).toEqual([]);
  });

  it('gives a bridge that has just been started its time', async () => {
    await runningFor(5 * minuteMs);
    age(world.write('monitoring/metrics.json', '[]'), 600 * minuteMs);
    expect(await idsOf(recordsCheck(world.look()))).toEqual([]);
  });

  it('MS-07: finds a session that has to be brought back again and again', async () => {
    const line = (session: number, hoursAgo: number): string =>
      `${JSON.stringify({ at: new Date(Date.now() - hoursAgo * 60 * minuteMs).toISOString(), session, step: 'restart' })}\n`;
    const lines = [
      ...Array.from({ length: 10 }, (_, hour) => line(2, hour)),
      ...Array.from({ length: 9 }, (_, hour) => line(1, hour)),
      ...Array.from({ length: 30 }, () => line(3, 25)),
    ];
    mkdirSync(join(world.paths.logs), { recursive: true });
    world.write('logs/recovery.jsonl', `${lines.join('')}not a line\n{"at":"torn`);
    expect(await faultsOf(recordsCheck(world.look()))).toMatchObject([
      { id: 'recovered-often', says: 'Within a day it was tried 10 times to bring session 2 back.' },
    ]);
    await runningFor(0);
    // Session 2 was removed: the bridge that runs has session 1 alone.
    expect(await faultsOf(recordsCheck(world.look()))).toEqual([]);
  });
});
