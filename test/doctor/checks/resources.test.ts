import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { resourcesCheck, watchFindings } from '../../../src/doctor/checks/resources.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
let proc: string;
beforeEach(() => {
  world = new DoctorWorld();
  proc = join(world.directory, 'proc');
  plant({ available: 4_000_000, files: 4096 });
});
afterEach(() => world.close());

function plant(machine: { available: number; files: number | 'unlimited' }, who = 'self'): void {
  mkdirSync(join(proc, who, 'fd'), { recursive: true });
  writeFileSync(join(proc, 'meminfo'), `MemTotal:  8000000 kB\nMemAvailable:  ${machine.available} kB\n`);
  writeFileSync(join(proc, who, 'limits'), `Max open files            ${machine.files}       1048576   files\n`);
}

describe('resourcesCheck', () => {
  it('reads this machine', async () => {
    const findings = await resourcesCheck(world.look()).run();
    expect(findings.length).toBeGreaterThan(0);
  });

  it('finds little memory', async () => {
    plant({ available: 200_000, files: 4096 });
    expect(await faultsOf(resourcesCheck(world.look(), proc))).toMatchObject([
      { id: 'memory-low', says: expect.stringContaining('195 MB of 7812 MB') },
    ]);
  });

  it('finds a low limit of open files', async () => {
    plant({ available: 4_000_000, files: 256 });
    expect(await idsOf(resourcesCheck(world.look(), proc))).toEqual(['open-files-low']);
    plant({ available: 4_000_000, files: 'unlimited' });
    expect(await idsOf(resourcesCheck(world.look(), proc))).toEqual([]);
  });

  it('finds that the running bridge has nearly used up its own', async () => {
    const api = new FakeBridgeApi();
    api.pid = 4321;
    await world.serve(api);
    plant({ available: 4_000_000, files: 1024 }, '4321');
    for (let file = 0; file < 900; file += 1) writeFileSync(join(proc, '4321', 'fd', String(file)), '');
    expect(await faultsOf(resourcesCheck(world.look(), proc))).toMatchObject([
      { id: 'open-files-low', says: expect.stringContaining('900 of 1024') },
    ]);
  });
});

describe('watchFindings', () => {
  it('asks the system for a watch', () => {
    expect(watchFindings(world.directory)).toMatchObject([{ level: 'ok' }]);
  });

  it('leaves it to another check that the directory is missing', () => {
    expect(watchFindings(join(world.directory, 'nowhere'))).toEqual([]);
  });

  it.each(['EMFILE', 'ENOSPC'])('finds that it gives none (%s)', (code) => {
    const refuse = (): never => {
      throw Object.assign(new Error(code), { code });
    };
    expect(watchFindings(world.directory, refuse)).toMatchObject([{ id: 'watches-spent' }]);
  });
});
