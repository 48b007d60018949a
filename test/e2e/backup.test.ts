import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { outputs } from '../../src/control/outputs.ts';
import { Database, stateVersion } from '../../src/storage/database.ts';
import { Installation } from './support/installation.ts';
import type { Finished } from './support/installation.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

const root = join(import.meta.dirname, '..', '..');
const answerTo = (text: string): string => `You said: ${text}`;

let world: World;

afterEach(async () => {
  await world.destroy();
});

/** The lines of the shell that a section of the operations page has, block by block. */
function shellOf(heading: string): readonly (readonly string[])[] {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const [, section = ''] = page.split(`\n${heading}\n`);
  const [own = ''] = section.split(/\n##+ /);
  const blocks = [...own.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text.trim().split('\n'));
  expect(blocks.length, heading).toBeGreaterThan(0);
  return blocks;
}

/** Types a line into a shell of the machine. */
async function type(bridge: Installation, line: string): Promise<Finished> {
  const path = `${join(root, 'bin')}:${bridge.environment['PATH'] ?? ''}`;
  const shell = spawn('sh', ['-c', line], {
    env: { ...bridge.environment, PATH: path },
    cwd: bridge.environment['HOME'],
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  shell.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [exitCode] = (await once(shell, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Types all lines of a block, each of which must succeed. */
async function follow(bridge: Installation, lines: readonly string[] = []): Promise<readonly Finished[]> {
  const results: Finished[] = [];
  for (const line of lines) {
    const result = await type(bridge, line);
    expect(result, `${line}\n${result.stderr}`).toMatchObject({ exitCode: 0 });
    results.push(result);
  }
  return results;
}

async function talk(channel: string, text: string): Promise<void> {
  const id = await world.owner.say(channel, text);
  await world.owner.hears(channel, answerTo(text));
  await world.owner.seesReaction(channel, id, '✅');
}

async function allRun(bridge: Installation, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    await until(async () => (await bridge.session(number)).lifecycle === 'running', { what: `session ${number}` });
  }
}

function damage(bridge: Installation): string {
  const garbage = `no database any more ${'x'.repeat(9000)}`;
  for (const suffix of ['-wal', '-shm']) rmSync(`${bridge.paths.discord.database}${suffix}`, { force: true });
  writeFileSync(bridge.paths.discord.database, garbage);
  return garbage;
}

describe('MS-15: what the operations page says, word for word', () => {
  it('a damaged state is recovered from a backup of the running bridge; nothing is done a second time unasked', async () => {
    world = await makeWorld({ sessions: 2 });
    const { bridge, channels, owner } = world;
    const [first, second] = channels as [string, string];
    expect(await type(bridge, 'vai start')).toMatchObject({ exitCode: 0 });
    await talk(first, 'before');
    const stored = await follow(bridge, shellOf('## Back up and restore')[0]);
    expect(stored[1]?.stdout).toMatch(/claude-discord-bridge-.*\.tar\.gz/);
    expect(stored[3]?.stdout).toMatch(/^The backup is good: /);
    await talk(first, 'done since');

    // A crash, and a disk that fails: the agents run on.
    const { pid } = await bridge.json<{ pid: number }>('status');
    process.kill(pid, 'SIGKILL');
    await until(async () => (await bridge.run('vai', ['status'])).exitCode === 3, { what: 'the end of the daemon' });
    const garbage = damage(bridge);
    const failed = await type(bridge, 'vai start');
    expect(failed).toMatchObject({ exitCode: 1 });
    expect(failed.stderr).toMatch(/^vai: The state file \S+bridge\.db is damaged or no state file .*vai restore FILE/);
    expect(readFileSync(bridge.paths.discord.database, 'utf8')).toBe(garbage);
    expect(await bridge.tmuxSessions()).toHaveLength(2);
    const refused = await type(bridge, 'vai restore ~/bridge.tar.gz');
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain('Agents still run without their bridge: claude-session-1, claude-session-2.');

    const [, restored] = await follow(bridge, shellOf('### Recover')[0]);
    const aside = /^What was there before is in (.*)$/m.exec(restored?.stdout ?? '')?.[1] ?? '';
    expect(readFileSync(join(aside, 'state/bridge.db'), 'utf8')).toBe(garbage);
    await allRun(bridge, [1, 2]);
    await until(async () => (await owner.heard(first)).some((text) => text.startsWith('🕰️ 1 message')), {
      what: 'a word about what is held',
    });
    const { stdout: held } = await type(bridge, 'vai catch-up 1');
    expect(held).toContain('done since');
    await talk(first, 'afterwards');
    await talk(second, 'afterwards too');
    expect((await owner.heard(first)).filter((text) => text === answerTo('done since'))).toHaveLength(1);
    expect(await type(bridge, 'vai catch-up 1 --run')).toMatchObject({ exitCode: 0 });
    await until(async () => (await owner.heard(first)).filter((text) => text === answerTo('done since')).length === 2, {
      what: 'what was decided to be done again',
    });
    await type(bridge, 'vai stop');
  });

  it('an installation moves to another machine, with its working directories', async () => {
    world = await makeWorld({ sessions: 1 });
    const { bridge, channels } = world;
    const [channel] = channels as [string];
    expect(await type(bridge, 'vai start')).toMatchObject({ exitCode: 0 });
    await talk(channel, 'on the old one');
    writeFileSync(join(bridge.paths.workspace, 'session_1', 'notes.txt'), 'of the agent');
    const [old, fresh] = shellOf('### Move to another machine');
    await follow(bridge, old);

    const { DISCORD_API_URL, DISCORD_BOT_TOKEN, OWNER_USER_ID } = bridge.environment;
    const other = new Installation({
      DISCORD_API_URL: DISCORD_API_URL ?? '',
      DISCORD_BOT_TOKEN: DISCORD_BOT_TOKEN ?? '',
      OWNER_USER_ID: OWNER_USER_ID ?? '',
    });
    try {
      const file = (one: Installation): string => join(one.environment['HOME'] ?? '', 'bridge.tar.gz');
      copyFileSync(file(bridge), file(other));
      await follow(other, fresh);
      await allRun(other, [1]);
      await talk(channel, 'on the new one');
      expect(readFileSync(join(other.paths.workspace, 'session_1', 'notes.txt'), 'utf8')).toBe('of the agent');
      // The conversation of the practice agent lies in the state: it goes on.
      expect((await other.session(1)).generation).toBe(2);
      await type(other, 'vai stop');
    } finally {
      await other.destroy();
    }
  });
});

describe('MS-15: a restore that is killed in the middle', () => {
  it('is finished by the next start, before anything is read', async () => {
    world = await makeWorld({ sessions: 1 });
    const { bridge, channels } = world;
    const [channel] = channels as [string];
    await bridge.startDaemon();
    await talk(channel, 'before');
    await follow(bridge, ['vai backup --to ~/bridge.tar.gz']);
    await follow(bridge, ['vai stop']);
    bridge.writeSessions({});
    const killed = await bridge.run('vai', ['restore', join(bridge.environment['HOME'] ?? '', 'bridge.tar.gz')], {
      env: { BRIDGE_FAIL_POINT: 'restore:aside#1' },
    });
    expect(killed.exitCode).toBeNull();
    expect(await type(bridge, 'vai backup')).toMatchObject({ exitCode: 1 });
    await bridge.startDaemon();
    expect(JSON.parse(bridge.readConfig('sessions.json'))).toEqual({ 1: channel });
    expect(bridge.log()).toContain('an interrupted restore was finished');
    await talk(channel, 'afterwards');
    expect(readdirSync(bridge.paths.state).filter((name) => name.startsWith('restore'))).toEqual([]);
  });
});

describe('MS-15: a state that this bridge cannot use is told, and nothing of it is overwritten', () => {
  it('of a newer version', async () => {
    world = await makeWorld();
    const { bridge } = world;
    await bridge.startDaemon();
    await bridge.endDaemon('SIGTERM');
    const database = Database.open(bridge.paths.discord.database);
    database.run(`PRAGMA user_version = ${stateVersion + 1}`);
    database.close();
    const before = readFileSync(bridge.paths.discord.database);
    const failed = await type(bridge, 'vai start');
    expect(failed).toMatchObject({ exitCode: 1 });
    expect(failed.stderr).toMatch(/has version \d+; this bridge knows versions up to \d+\. .*newer bridge/);
    expect(readFileSync(bridge.paths.discord.database).equals(before)).toBe(true);
  });

  it('a sessions.json that cannot be read', async () => {
    world = await makeWorld();
    const { bridge, channels } = world;
    const broken = `{"1": "${channels[0] ?? ''}", "2": `;
    bridge.writeConfig('sessions.json', broken);
    const failed = await type(bridge, 'vai start');
    expect(failed).toMatchObject({ exitCode: 1 });
    expect(failed.stderr).toMatch(/sessions\.json is not JSON.*it was left as it is/s);
    const added = await type(bridge, 'vai add-session 123456789012345678');
    expect(added.exitCode).not.toBe(0);
    expect(bridge.readConfig('sessions.json')).toBe(broken);
  });
});

describe('MS-06: the commands of backups', () => {
  it('print with --json what their schemas say, without a bridge, and not inside a pane', async () => {
    world = await makeWorld();
    const { bridge } = world;
    const to = join(bridge.environment['HOME'] ?? '', 'mine.tar.gz');
    const read = async (name: 'backup' | 'restore', ...args: readonly string[]): Promise<unknown> => {
      const value: unknown = await bridge.json(name, ...args);
      expect(outputs[name].parse(value)).toEqual(value);
      return value;
    };
    expect(await read('backup', '--to', to)).toMatchObject({ file: to, files: 1, left: [], removed: [] });
    await bridge.run('vai', ['backup']);
    expect(await read('backup', '--list')).toMatchObject({ backups: [{}] });
    expect(await read('restore', to, '--dry-run')).toMatchObject({ restored: false, replaced: [], warnings: [] });
    expect(await read('restore', to)).toMatchObject({ file: to, restored: true, files: 1 });
    expect(await bridge.run('vai', ['restore'])).toMatchObject({ exitCode: 2 });
    const env = { BRIDGE_SESSION: '1', BRIDGE_SESSION_TOKEN: 'token-of-1' };
    for (const args of [['backup'], ['restore', to]]) {
      const refused = await bridge.run('vai', args, { env });
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
      expect(refused.stderr).toContain("from inside a session's terminal");
    }
  });
});
