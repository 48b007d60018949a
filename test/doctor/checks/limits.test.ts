import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import type { Alert } from '../../../src/contracts/metrics.ts';
import { limitsCheck } from '../../../src/doctor/checks/limits.ts';
import type { SystemPlaces } from '../../../src/doctor/checks/limits.ts';
import type { Finding } from '../../../src/doctor/report.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';
import { one } from '../../control/planted.ts';
import { DoctorWorld } from '../doctor-world.ts';

let world: DoctorWorld;
let api: FakeBridgeApi;
beforeEach(async () => {
  world = new DoctorWorld();
  api = new FakeBridgeApi();
  api.measured = { ...api.measured, alerts: [] };
  await world.serve(api);
});
afterEach(() => world.close());

/** A system with these files under its two places. */
function system(files: Readonly<Record<string, string>>): SystemPlaces {
  const base = join(world.directory, 'system');
  for (const [path, content] of Object.entries(files)) {
    const file = join(base, path.replace('PID', String(process.pid)));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return { processes: join(base, 'proc'), groups: join(base, 'cgroup') };
}

const v2 = { 'proc/PID/cgroup': '0::/a.slice/b.service\n', 'cgroup/cgroup.controllers': 'memory pids\n' };

async function find(places: SystemPlaces): Promise<readonly Finding[]> {
  return limitsCheck(world.look(), places).run();
}

describe('limitsCheck', () => {
  it('MS-08: says that the system does not enforce limits, and why', async () => {
    expect(await find(system({}))).toMatchObject([
      { id: 'daemon-ok' },
      { id: 'limits-not-enforced', level: 'note', says: expect.stringContaining('has no cgroup v2') },
    ]);
    const unset = { ...v2, 'cgroup/a.slice/b.service/memory.max': 'max\n', 'cgroup/a.slice/memory.max': 'max\n' };
    expect(await find(system(unset))).toMatchObject([
      {},
      { id: 'limits-not-enforced', says: expect.stringContaining('no memory.max is set for /a.slice/b.service') },
    ]);
  });

  it('knows the lowest limit on the way up', async () => {
    const places = system({
      ...v2,
      'cgroup/a.slice/b.service/memory.max': '4294967296\n',
      'cgroup/a.slice/memory.max': '2147483648\n',
    });
    expect((await find(places))[1]).toEqual({
      id: 'daemon-ok',
      group: 'daemon',
      level: 'ok',
      says: `The system holds the bridge and its agents to 2048 MB together (${join(places.groups, 'a.slice/memory.max')}).`,
    });
  });

  it('tells what is over its threshold', async () => {
    const alert = { since: '2025-01-01T00:00:00.000Z', value: 2, limit: 1 } as const;
    const alerts: readonly Alert[] = [
      { ...alert, kind: 'memory', session: one },
      { ...alert, kind: 'throttled', session: one },
      { ...alert, kind: 'total-memory' },
      { ...alert, kind: 'disk' },
      { ...alert, kind: 'memory' },
    ];
    api.measured = { ...api.measured, alerts };
    expect((await find(system({}))).slice(0, -1).map(({ id, says }) => [id, says])).toEqual([
      ['session-throttled', 'Session 1 takes more memory than it may: new messages wait.'],
      ['over-threshold', 'All sessions: together they take nearly all the memory that they may.'],
      ['over-threshold', 'The machine: nearly all the disk there may be is in use.'],
      ['over-threshold', 'The machine: nearly all the memory there may be is in use.'],
    ]);
  });

  it('says for each kind where to look', async () => {
    const alert = { since: '2025-01-01T00:00:00.000Z', value: 2, limit: 1, session: one } as const;
    const kinds = ['memory', 'disk', 'response'] as const;
    api.measured = { ...api.measured, alerts: kinds.map((kind) => ({ ...alert, kind })) };
    expect((await find(system({}))).slice(0, -1).map((finding) => finding.do)).toEqual([
      'See what takes it: vai top --sort memory',
      expect.stringMatching(/vai top;.*du -sh/),
      expect.stringMatching(/vai top --sort response.*ALERTS_RESPONSE/),
    ]);
  });

  it('tells when nothing can be measured, and looks at the rest', async () => {
    api.before = (method) =>
      method === 'metrics' ? Promise.reject(new BridgeError('bridge-silent', 'No /proc.')) : Promise.resolve();
    expect(await find(system({}))).toMatchObject([{ id: 'measuring-failed' }, { id: 'limits-not-enforced' }]);
  });
});
