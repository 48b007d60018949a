import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { Installation } from './support/installation.ts';
import type { StatusJson } from './support/installation.ts';
import { until } from './support/until.ts';

const vai = join(import.meta.dirname, '..', '..', 'dist', 'bundle', 'vai.cjs');

/** Whatever is written to it fails as on a full disk. */
const fullDisk = '/dev/full';

let bridge: Installation;

beforeEach(() => {
  bridge = new Installation();
});

afterEach(async () => {
  await bridge.destroy();
});

it.runIf(existsSync(fullDisk))('MS-09: output that cannot be written costs its lines, never the bridge', async () => {
  const output = openSync(fullDisk, 'w');
  const daemon = spawn(process.execPath, [vai, 'start', '--foreground'], {
    env: bridge.environment,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = once(daemon, 'exit');
  const isUp = async (): Promise<boolean> => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) throw new Error('the daemon ended');
    const { exitCode, stdout } = await bridge.run('vai', ['status', '--json']);
    // It answers before it has made its first session.
    return exitCode === 0 && (JSON.parse(stdout) as StatusJson).sessions[0]?.lifecycle === 'running';
  };
  await until(isUp, { what: 'the bridge to run' });
  expect((await bridge.run('dp', ['hello'])).exitCode).toBe(0);
  expect((await bridge.run('vai', ['stop'])).exitCode).toBe(0);
  expect(await ended).toEqual([0, null]);
});
