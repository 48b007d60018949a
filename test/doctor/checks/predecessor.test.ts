import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { predecessorCheck } from '../../../src/doctor/checks/predecessor.ts';
import type { Finding } from '../../../src/doctor/report.ts';
import { until } from '../../e2e/support/until.ts';
import { DoctorWorld, faultsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

describe('predecessorCheck', () => {
  it('finds the Python bridge installed, and is not mistaken about this one', async () => {
    const directory = join(world.directory, 'user', '.claude-discord-bridge');
    mkdirSync(join(directory, 'config'), { recursive: true });
    expect(await faultsOf(predecessorCheck(world.look()))).toEqual([]);
    writeFileSync(join(directory, 'sessions.json'), '{}');
    expect(await faultsOf(predecessorCheck(world.look()))).toMatchObject([
      { id: 'predecessor-installed', says: expect.stringContaining(directory) },
    ]);
    expect(await faultsOf(predecessorCheck(world.look({ BRIDGE_HOME: directory })))).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('finds it running', async () => {
    // Anything that is called python and runs a program of that name.
    const python = join(world.programs, 'python3');
    copyFileSync('/bin/sh', python);
    const script = join(world.directory, 'discord_bot.py');
    writeFileSync(script, 'while :; do sleep 0.2; done');
    const child = spawn(python, [script], { stdio: 'ignore' });
    world.scope.defer('python', async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await once(child, 'spawn');
    const find = (environment: Record<string, string>): Promise<Finding> =>
      until(
        async () =>
          (await faultsOf(predecessorCheck(world.look(environment)))).find(({ says }) =>
            says.includes(String(child.pid)),
          ),
        { what: 'the process to be found' },
      );
    const found = await find({ DISCORD_BOT_TOKEN: 'some-token-of-a-bot' });
    expect(found).toMatchObject({ id: 'predecessor-running', says: expect.stringContaining(script) });
    expect(await find({})).toMatchObject({ id: 'predecessor-beside', level: 'note' });
  });
});
