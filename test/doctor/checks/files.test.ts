import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { filesCheck } from '../../../src/doctor/checks/files.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
  world.write('config/.env', 'LOG_LEVEL=info\n');
  world.write('state/daemon.json', '{}');
  mkdirSync(world.paths.logs, { mode: 0o700 });
});
afterEach(() => world.close());

const isRoot = process.getuid?.() === 0;

describe('filesCheck', () => {
  it('finds nothing wrong with what the bridge makes', async () => {
    expect(await idsOf(filesCheck(world.look()))).toEqual([]);
  });

  it('finds a private directory that is open', async () => {
    chmodSync(world.paths.logs, 0o755);
    expect(await faultsOf(filesCheck(world.look()))).toMatchObject([
      { id: 'file-open', says: expect.stringContaining('mode 755'), do: `chmod 700 ${world.paths.logs}` },
    ]);
  });

  it('finds a .env that others can reach, and not one behind a closed directory', async () => {
    chmodSync(world.paths.envFile, 0o644);
    expect(await idsOf(filesCheck(world.look()))).toEqual([]);
    chmodSync(world.paths.config, 0o755);
    const faults = await faultsOf(filesCheck(world.look()));
    expect(faults.map((finding) => finding.do)).toEqual([
      `chmod 700 ${world.paths.config}`,
      `chmod 600 ${world.paths.envFile}`,
    ]);
  });

  it('finds the directory of sockets open', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    expect(await idsOf(filesCheck(world.look()))).toEqual([]);
    chmodSync(world.paths.runtime, 0o777);
    expect(await idsOf(filesCheck(world.look()))).toEqual(['file-open']);
  });

  it('finds a link where the directory of sockets should be', async () => {
    symlinkSync(world.paths.logs, world.paths.runtime);
    expect(await faultsOf(filesCheck(world.look()))).toMatchObject([
      { id: 'file-unusable', says: expect.stringContaining('is a link'), do: `rm ${world.paths.runtime}` },
    ]);
  });

  it('says nothing about the open directories of a fresh checkout: the first start closes them', async () => {
    const fresh = new DoctorWorld();
    mkdirSync(fresh.paths.config, { recursive: true, mode: 0o755 });
    mkdirSync(fresh.paths.logs, { mode: 0o755 });
    expect(await idsOf(filesCheck(fresh.look()))).toEqual([]);
    await fresh.close();
  });

  it.runIf(isRoot)('finds what belongs to another user', async () => {
    chownSync(world.paths.envFile, 12_345, 12_345);
    expect(await faultsOf(filesCheck(world.look()))).toMatchObject([
      { id: 'file-of-other', says: expect.stringContaining('belongs to user 12345') },
    ]);
  });

  it('finds what cannot be used', async () => {
    symlinkSync(join(world.directory, 'nowhere'), world.paths.bridgeJson);
    expect(await faultsOf(filesCheck(world.look()))).toMatchObject([
      { id: 'file-unusable', says: expect.stringContaining('ENOENT') },
    ]);
  });
});
