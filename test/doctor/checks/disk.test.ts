import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { diskCheck } from '../../../src/doctor/checks/disk.ts';
import { DoctorWorld, faultsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

const megabyte = 1024 * 1024;

describe('diskCheck', () => {
  it('asks the real disk, once', async () => {
    const findings = await diskCheck(world.look()).run();
    expect(findings).toHaveLength(1);
    expect(findings[0]?.says).toMatch(/\d+ [GM]B/);
  });

  it.each([
    ['disk-full', 10 * megabyte, 1_000_000],
    ['disk-low', 700 * megabyte, 1_000_000],
    ['disk-full', 90_000 * megabyte, 5],
    ['disk-low', 90_000 * megabyte, 5_000],
    [undefined, 90_000 * megabyte, undefined],
  ])('finds %s with %d bytes and %s files left', async (id, freeBytes, freeFiles) => {
    const faults = await faultsOf(diskCheck(world.look(), async () => ({ freeBytes, freeFiles })));
    expect(faults.map((finding) => finding.id)).toEqual(id === undefined ? [] : [id]);
  });
});
