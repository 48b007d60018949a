import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemErrorCode } from '../../src/base/errors.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;
let channel: string;

beforeEach(async () => {
  world = await makeWorld({ sessions: 1 });
  [channel] = world.channels as [string];
});

afterEach(async () => {
  await world.destroy();
});

async function vai(...args: readonly string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return world.bridge.run('vai', args);
}

async function isAnswered(text: string): Promise<void> {
  await world.owner.say(channel, text);
  await world.owner.hears(channel, `You said: ${text}`);
}

/** Removes a directory in which somebody goes on writing. */
function removeAtOnce(directory: string): void {
  renameSync(directory, `${directory}.gone`);
  rmSync(`${directory}.gone`, { recursive: true });
}

/** Puts a file where a directory was that somebody makes anew when it is gone. */
async function putInTheWay(directory: string): Promise<void> {
  await until(
    () => {
      removeAtOnce(directory);
      try {
        writeFileSync(directory, '', { flag: 'wx' });
        return true;
      } catch (error) {
        if (systemErrorCode(error) === 'EEXIST') return false;
        throw error;
      }
    },
    { what: 'a file in its place' },
  );
}

const verdict = async (): Promise<{ isWhole: boolean; findings: readonly unknown[] }> =>
  JSON.parse((await vai('audit', 'verify', '--json')).stdout) as { isWhole: boolean; findings: readonly unknown[] };

describe('MS-09: logs and the audit of a real bridge', () => {
  it('kill -9 leaves the last line and a whole chain; what was asked and done is found, and no word of it', async () => {
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    await isAnswered('a very private word');
    await world.bridge.endDaemon('SIGKILL');
    const { logs } = world.bridge.paths;
    for (const name of ['bridge', 'session_1']) {
      const text = readFileSync(join(logs, `${name}.log`), 'utf8');
      expect(text.endsWith('}\n')).toBe(true);
      expect(text).not.toContain('very private');
      // One piece, or one for each day: midnight may come in the middle.
      const pieces = readdirSync(join(logs, name));
      expect(pieces.length).toBeGreaterThan(0);
      for (const piece of pieces) expect(piece).toMatch(/\.\d{4}-\d\d-\d\d\.1\.log$/);
    }
    expect(await verdict()).toMatchObject({ isWhole: true });
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    await isAnswered('and another');
    expect(await verdict()).toMatchObject({ isWhole: true, findings: [] });
    const { stdout } = await vai('audit', '--session', '1');
    for (const word of ['message (onMessage)', 'message-given', 'session-moved: running'])
      expect(stdout).toContain(word);
    expect(readFileSync(world.bridge.paths.auditFile, 'utf8')).not.toContain('very private');
    const file = world.bridge.paths.auditFile;
    writeFileSync(file, readFileSync(file, 'utf8').replace('"allowed"', '"refused"'));
    expect(await verdict()).toMatchObject({ isWhole: false });
  });

  it('a log directory that is removed under the bridge, or no directory, costs lines and not the bridge, and heals', async () => {
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    const { logs, auditFile } = world.bridge.paths;
    removeAtOnce(logs);
    await isAnswered('hello');
    await until(() => existsSync(join(logs, 'bridge.log')) && existsSync(auditFile), { what: 'the logs' });
    await putInTheWay(logs);
    await isAnswered('hello again');
    for (const name of ['bridge.log', 'audit.jsonl']) {
      await until(async () => (await vai('status')).stdout.includes(`${name} cannot be written`), {
        what: `trouble with ${name}`,
      });
    }
    expect((await vai('doctor')).stdout).toContain('log-unwritable');
    rmSync(logs);
    await until(
      async () => {
        await isAnswered('still there');
        return !(await vai('status')).stdout.includes('cannot be written');
      },
      { what: 'the logs', timeoutMs: 40_000 },
    );
    expect((await vai('logs')).stdout).toContain('a log can be written again');
    // What went with the directory is missing, and the audit says so.
    expect(await verdict()).toMatchObject({ isWhole: false });
  });

  it('a log directory that cannot be used at the start does not stop it', async () => {
    const { logs, home } = world.bridge.paths;
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    writeFileSync(logs, '');
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    await isAnswered('hello');
    expect((await vai('status')).stdout).toContain('bridge.log cannot be written');
  });
});
