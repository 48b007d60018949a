import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { installationCheck } from '../../../src/doctor/checks/installation.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
let root: string;
beforeEach(() => {
  world = new DoctorWorld();
  root = join(world.directory, 'package');
  const lock = {
    packages: {
      '': {},
      'node_modules/zod': { version: '4.0.0' },
      'node_modules/vitest': { version: '5.0.0', dev: true },
    },
  };
  put('package.json', '{"version":"1.0.0"}');
  put('package-lock.json', JSON.stringify(lock));
  put('node_modules/.package-lock.json', JSON.stringify(lock));
  put('node_modules/zod/package.json', '{}');
  put('src/main.ts', '');
  put('dist/main.js', '');
  age('src/main.ts', 100);
});
afterEach(() => world.close());

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Makes a file as old as that, in seconds. */
function age(path: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(join(root, path), then, then);
}

const ids = (): Promise<readonly string[]> => idsOf(installationCheck(world.look({}, { packageRoot: root })));

describe('installationCheck', () => {
  it('finds nothing wrong with a whole one, and none of what is for development only', async () => {
    expect(await ids()).toEqual([]);
  });

  it('finds that it is not built', async () => {
    rmSync(join(root, 'dist'), { recursive: true });
    expect(await ids()).toEqual(['not-built']);
  });

  it('finds sources that are newer than what was built', async () => {
    age('dist/main.js', 200);
    expect(await ids()).toEqual(['build-stale']);
    put('dist/.built', ''); // Nothing in it had to be compiled again.
    expect(await ids()).toEqual([]);
  });

  it('finds missing packages', async () => {
    rmSync(join(root, 'node_modules/zod'), { recursive: true });
    const faults = await faultsOf(installationCheck(world.look({}, { packageRoot: root })));
    expect(faults).toMatchObject([
      { id: 'packages-missing', says: expect.stringMatching(/lacks 1 of 1 packages: zod/) },
    ]);
  });

  it('finds packages of other versions', async () => {
    put('node_modules/.package-lock.json', '{"packages":{"node_modules/zod":{"version":"3.9.0"}}}');
    const faults = await faultsOf(installationCheck(world.look({}, { packageRoot: root })));
    expect(faults).toMatchObject([
      { id: 'packages-differ', says: expect.stringContaining('zod 3.9.0 instead of 4.0.0') },
    ]);
  });

  it.each(['', '{"packages":{', '<<<<<<< ours', '[]'])('finds lock files that are none: %j', async (content) => {
    put('node_modules/.package-lock.json', content);
    expect(await ids()).toEqual(['packages-differ']);
    put('package-lock.json', content);
    expect(await faultsOf(installationCheck(world.look({}, { packageRoot: root })))).toMatchObject([
      { id: 'packages-differ', says: expect.stringContaining(join(root, 'package-lock.json')) },
    ]);
  });

  it('asks no more of an installed package, which has no sources and no lock file', async () => {
    for (const path of ['src', 'package-lock.json', 'node_modules']) rmSync(join(root, path), { recursive: true });
    expect(await ids()).toEqual([]);
  });
});
