import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { migrate } from '../../migration/migrate.ts';
import { journalFile } from '../../src/backup/layout.ts';
import { takeBackupLock } from '../../src/backup/one-at-a-time.ts';
import { runningPredecessors } from '../../src/config/predecessor.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { outputs } from '../../src/control/outputs.ts';
import { takeDaemonLock } from '../../src/storage/daemon-lock.ts';
import { openStores } from '../../src/storage/stores.ts';
import type { SessionNumber } from '../../src/model/session.ts';
import { until } from '../e2e/support/until.ts';
import { OldWorld, channels, stepOf, tokenThere } from './old-world.ts';

let world: OldWorld;
beforeEach(() => {
  world = new OldWorld();
});
afterEach(() => {
  world.close();
});

function ownEnv(): Record<string, string | undefined> {
  return parseEnv(readFileSync(world.paths.envFile, 'utf8'));
}

function ownMap(): unknown {
  return JSON.parse(readFileSync(world.paths.discord.map, 'utf8'));
}

const running = {
  programs: [{ pid: 4711, program: '/opt/bridge/src/discord_bot.py' }],
  terminals: ['claude-session-1'],
};

describe('MS-12: from the Python bridge', () => {
  it('brings settings, sessions and attachments over, and changes nothing there', async () => {
    world.makePredecessor();
    const there = world.filesIn(world.old);
    const report = await world.migrate();
    expect(report).toMatchObject({ outcome: 'done', healed: null });
    expect(outputs.migrate.parse(report)).toEqual(report);
    expect(stepOf(report, '002')).toMatchObject({
      settings: ['DISCORD_BOT_TOKEN', 'DEFAULT_SESSION', 'FLASK_PORT', 'CLAUDE_OPTIONS'],
      sessions: [
        { number: 1, channel: channels.first, was: 1 },
        { number: 2, channel: channels.second, was: 2 },
      ],
      notes: ['SOMETHING_ELSE of there is no setting here, and is left out.'],
    });
    expect(world.filesIn(world.old)).toEqual(there);

    const { config, warnings } = loadConfig({ environment: {}, envFile: world.paths.envFile, bridgeJson: '/nowhere' });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      discordToken: tokenThere,
      defaultSession: 2,
      localPort: 5001,
      // As the Python bridge reads the line: nothing in it is a comment.
      claudeOptions: ['--append-system-prompt', 'Be #1', '--model', 'opus'],
    });
    expect(readFileSync(world.paths.envFile, 'utf8')).toContain('# --- Discord');
    expect(ownMap()).toEqual({ 1: channels.first, 2: channels.second });
    expect(world.filesIn(world.paths.attachments)).toEqual({
      'session_1/IMG_20261121_101500_a1b2c3.png': 'one',
      'session_1/IMG_20261121_101501_a1b2c4.jpg': 'two',
      'session_2/IMG_20261121_101502_a1b2c5.png': 'three',
    });
    expect(statSync(world.paths.envFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(world.paths.attachments, 'session_1')).mode & 0o777).toBe(0o700);
    // Three files, .env, the map, and the record of what was taken over.
    expect(report.verified.files).toBe(6);
  });

  it('a dry run says the same, and changes nothing', async () => {
    world.makePredecessor();
    world.makeOwn();
    const before = world.filesIn(world.directory);
    const planned = await world.migrate({ dryRun: true });
    expect(planned).toMatchObject({ outcome: 'planned', backup: null, verified: { files: 0, bytes: 0 } });
    expect(world.filesIn(world.directory)).toEqual(before);
    expect(existsSync(world.paths.state)).toBe(false);
    const { steps } = await world.migrate();
    expect(steps).toEqual(planned.steps);
  });

  it('run twice, it does nothing the second time, also after changes here', async () => {
    world.makePredecessor();
    world.makeOwn();
    await world.migrate();
    const after = world.own();
    expect(await world.migrate()).toMatchObject({ outcome: 'nothing', backup: null });
    expect(await world.migrate({ dryRun: true })).toMatchObject({ outcome: 'nothing' });
    expect(world.own()).toEqual(after);

    // Somebody removed a session, took a setting out, and the files have had their time.
    world.put(world.paths.config, 'sessions.json', JSON.stringify({ 3: channels.third, 2: channels.second }));
    world.put(world.paths.config, '.env', `DISCORD_BOT_TOKEN=${tokenThere}\nFLASK_PORT=6000\n`);
    rmSync(join(world.paths.attachments, 'session_1'), { recursive: true });
    const changed = world.own();
    const again = await world.migrate();
    expect(again.outcome).toBe('nothing');
    expect(stepOf(again, '002').notes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^DEFAULT_SESSION was taken over before/),
        expect.stringMatching(/^Session 1 was taken over before/),
      ]),
    );
    expect(world.own()).toEqual(changed);
  });

  it('brings what came there since', async () => {
    world.makePredecessor();
    await world.migrate();
    world.put(world.old, 'attachments/IMG_20261122_000000_000000.png', 'new');
    world.put(world.old, 'sessions.json', JSON.stringify({ 1: channels.first, 2: channels.second, 4: channels.third }));
    const report = await world.migrate();
    expect(stepOf(report, '002')).toMatchObject({ files: [{ bytes: 3 }], sessions: [{ number: 4 }], settings: [] });
    expect(ownMap()).toMatchObject({ 4: channels.third });
  });

  it('never overwrites: what differs is named, and stays; a secret is not shown', async () => {
    world.makePredecessor();
    world.makeOwn();
    world.put(world.paths.config, '.env', `DISCORD_BOT_TOKEN=another-token-of-mine\nLOG_LEVEL=debug\n`);
    world.put(world.paths.config, 'bridge.json', JSON.stringify({ defaultSession: 3 }));
    const report = await world.migrate();
    expect(ownEnv()).toMatchObject({
      DISCORD_BOT_TOKEN: 'another-token-of-mine',
      LOG_LEVEL: 'debug',
      FLASK_PORT: '5001',
    });
    expect(ownEnv()['DEFAULT_SESSION']).toBeUndefined();
    const { notes } = stepOf(report, '002');
    expect(notes).toEqual(
      expect.arrayContaining([
        `DISCORD_BOT_TOKEN is another one here, and stays as it is: DISCORD_BOT_TOKEN in ${world.paths.envFile}.`,
        `DEFAULT_SESSION is another one here, and stays as it is ("2" there): defaultSession in ${world.paths.bridgeJson}.`,
      ]),
    );
    expect(JSON.stringify(report)).not.toContain(tokenThere);
    expect(JSON.stringify(report)).not.toContain('another-token-of-mine');
  });

  it('MS-01: a number that was given here is not given again: its session gets the next, with its files', async () => {
    world.makePredecessor();
    mkdirSync(world.paths.state, { recursive: true });
    const stores = openStores(world.paths.local.database);
    stores.records.claimNumber(1 as SessionNumber);
    stores.close();
    world.put(world.paths.attachments, 'session_1/IMG_1.png', 'of the built-in chat');
    world.put(world.old, '.env', 'DEFAULT_SESSION=1\n');
    const report = await world.migrate();
    expect(ownMap()).toEqual({ 2: channels.second, 3: channels.first });
    expect(ownEnv()['DEFAULT_SESSION']).toBe('3');
    expect(stepOf(report, '002').notes).toEqual([
      'Session 1 of there becomes session 3: its number was given here to another one.',
    ]);
    expect(world.filesIn(world.paths.attachments)).toEqual({
      'session_1/IMG_1.png': 'of the built-in chat',
      'session_2/IMG_20261121_101502_a1b2c5.png': 'three',
      'session_3/IMG_20261121_101500_a1b2c3.png': 'one',
      'session_3/IMG_20261121_101501_a1b2c4.jpg': 'two',
    });
  });

  it('finds it where it is said to be, and says when it is not there', async () => {
    world.put(world.directory, 'elsewhere/.env', 'DEFAULT_SESSION=7\n');
    expect(await world.migrate()).toMatchObject({ outcome: 'nothing' });
    expect(existsSync(world.paths.home)).toBe(false);
    await expect(world.migrate({ from: join(world.directory, 'nowhere') })).rejects.toMatchObject({
      code: 'predecessor-not-found',
    });
    await world.migrate({ from: join(world.directory, 'elsewhere') });
    expect(ownEnv()['DEFAULT_SESSION']).toBe('7');
  });

  it('takes no file through a link, and none that is none', async () => {
    world.makePredecessor();
    symlinkSync('/etc/passwd', join(world.old, 'attachments', 'IMG_20261121_000000_link00.png'));
    const report = await world.migrate();
    expect(stepOf(report, '002').notes).toContainEqual(expect.stringMatching(/link00\.png is no regular file/));
    expect(Object.values(world.own()).join()).not.toContain('root:');
  });
});

describe('MS-12: with a running bridge', () => {
  it('of Python: copies, and says what to do about it', async () => {
    world.makePredecessor();
    const report = await world.migrate({ running });
    expect(report.outcome).toBe('done');
    const { notes } = stepOf(report, '002');
    expect(notes).toContainEqual(expect.stringMatching(/discord_bot\.py, process 4711\).* kill 4711\)/));
    expect(notes).toContainEqual(expect.stringMatching(/left alone: claude-session-1\./));
  });

  it.runIf(process.platform === 'linux')('of Python: sees it by itself', async () => {
    const python = join(world.directory, 'python3');
    copyFileSync('/bin/sh', python);
    world.put(world.directory, 'discord_bot.py', 'while :; do sleep 0.2; done');
    const child = spawn(python, [join(world.directory, 'discord_bot.py')], { stdio: 'ignore' });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await until(() => runningPredecessors().some(({ pid }) => pid === child.pid), { what: 'the process to be seen' });
    world.makePredecessor();
    const { environment, clock } = world;
    const report = await migrate({ environment, clock, from: undefined, dryRun: true });
    expect(stepOf(report, '002').notes).toContainEqual(expect.stringContaining(`kill ${String(child.pid)}`));
  });

  it('of Python in the very same directory: refuses to move its files', async () => {
    const inPlace = new OldWorld({ ...world.environment, BRIDGE_HOME: world.old });
    onTestFinished(() => {
      inPlace.close();
    });
    inPlace.makePredecessor();
    const before = inPlace.own();
    await expect(inPlace.migrate({ running })).rejects.toMatchObject({ code: 'predecessor-running' });
    expect(inPlace.own()).toEqual(before);
  });

  it('of this kind: refuses', async () => {
    world.makePredecessor();
    mkdirSync(world.paths.state, { recursive: true });
    const release = takeDaemonLock(world.paths.daemonLock);
    try {
      await expect(world.migrate()).rejects.toMatchObject({ code: 'bridge-running' });
      expect(await world.migrate({ dryRun: true })).toMatchObject({ outcome: 'planned' });
    } finally {
      release();
    }
    expect(existsSync(world.paths.envFile)).toBe(false);
  });
});

describe('MS-12: beside backups', () => {
  it('waits for nothing and disturbs nothing: it refuses while one is made', async () => {
    world.makePredecessor();
    mkdirSync(world.paths.state, { recursive: true });
    const release = takeBackupLock(world.paths);
    try {
      await expect(world.migrate()).rejects.toMatchObject({ code: 'backup-running' });
    } finally {
      release();
    }
    expect(await world.migrate()).toMatchObject({ outcome: 'done' });
  });

  it('a dry run does not look at what is half restored', async () => {
    world.makePredecessor();
    mkdirSync(world.paths.state, { recursive: true });
    world.put(dirname(journalFile(world.paths)), basename(journalFile(world.paths)), '{}');
    await expect(world.migrate({ dryRun: true })).rejects.toMatchObject({ code: 'restore-unfinished' });
  });
});

describe('MS-12: in the very directory of the Python bridge', () => {
  it('finds its files, and leaves them where they are', async () => {
    const inPlace = new OldWorld({ ...world.environment, BRIDGE_HOME: world.old });
    onTestFinished(() => inPlace.close());
    inPlace.makePredecessor();
    await inPlace.migrate();
    const after = inPlace.own();
    expect(after).toMatchObject({
      '.env': expect.stringContaining(tokenThere),
      'config/.env': expect.stringContaining(tokenThere),
      'config/sessions.json': expect.stringContaining(channels.second),
      'attachments/session_1/IMG_20261121_101500_a1b2c3.png': 'one',
      'attachments/session_2/IMG_20261121_101502_a1b2c5.png': 'three',
    });
    expect(after).not.toHaveProperty(['attachments/IMG_20261121_101500_a1b2c3.png']);
    expect(await inPlace.migrate()).toMatchObject({ outcome: 'nothing' });
  });
});

describe('MS-12: files in attachments/ itself', () => {
  it('go to session 1; a name that is taken gets a suffix and is told', async () => {
    world.makeOwn();
    const report = await world.migrate();
    expect(world.filesIn(world.paths.attachments)).toEqual({
      '.gitkeep': '',
      'session_1/IMG_20261120_090000_ffffff.png': 'of the same name',
      'session_1/IMG_20261120_090000_ffffff_2.png': 'flat',
      'session_1/FILE_20261120_090000_eeeeee.pdf': 'another',
    });
    expect(stepOf(report, '001').notes).toEqual([expect.stringMatching(/ffffff\.png becomes .*ffffff_2\.png/)]);
    expect(report.verified).toEqual({ files: 2, bytes: 'flat'.length + 'another'.length });
    expect(world.filesIn(report.backup ?? '')).toMatchObject({ '0-moved-FILE_20261120_090000_eeeeee.pdf': 'another' });
  });

  it('are kept as long as a file that came today', async () => {
    world.makeOwn();
    utimesSync(join(world.paths.attachments, 'FILE_20261120_090000_eeeeee.pdf'), 0, 0);
    await world.migrate();
    const { mtimeMs } = statSync(join(world.paths.attachments, 'session_1/FILE_20261120_090000_eeeeee.pdf'));
    expect(mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  it('stay, every one of them, when one cannot be placed', async () => {
    world.makeOwn();
    rmSync(join(world.paths.attachments, 'session_1'), { recursive: true });
    world.put(world.paths.attachments, 'session_1', 'a file where the directory belongs');
    const before = world.own();
    await expect(world.migrate()).rejects.toMatchObject({ code: 'changes-undone', happened: 'not-done' });
    expect(world.own()).toEqual(before);
  });
});
