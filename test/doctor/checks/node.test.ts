import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nodeCheck } from '../../../src/doctor/checks/node.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

describe('nodeCheck', () => {
  it('names the version and where it is', async () => {
    const [finding] = await nodeCheck(world.look()).run();
    expect(finding).toMatchObject({ id: 'node-ok' });
    expect(finding?.says).toContain(process.versions.node);
    expect(finding?.says).toContain(process.execPath);
  });

  it.each([
    ['22.18.9', ['node-too-old']],
    ['20.20.2', ['node-too-old']],
    ['22.19.0', []],
    ['24.0.0', []],
  ])('judges Node %s', async (version, ids) => {
    expect(await idsOf(nodeCheck(world.look({}, { node: { version, path: '/x/node' } })))).toEqual(ids);
  });

  it('tells of NODE_OPTIONS', async () => {
    const faults = await faultsOf(nodeCheck(world.look({ NODE_OPTIONS: '--inspect' })));
    expect(faults).toMatchObject([{ id: 'node-options-set', says: expect.stringContaining('--inspect') }]);
  });
});
