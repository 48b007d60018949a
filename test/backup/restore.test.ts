import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { writeArchive } from '../../src/backup/archive-writer.ts';
import type { ArchiveEntry } from '../../src/backup/archive-writer.ts';
import { finishInterruptedRestore } from '../../src/backup/idle-installation.ts';
import { sha256 } from '../../src/base/hash-chain.ts';
import { Database, stateVersion } from '../../src/storage/database.ts';
import { takeDaemonLock } from '../../src/storage/daemon-lock.ts';
import { sourceModule } from '../storage/child-process.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { furnished, Place } from './place.ts';

const roots = ['config', 'state', 'attachments', 'workspace'];

/** A backup, and what the installation became since. */
async function changedSince(): Promise<{ readonly place: Place; readonly file: string }> {
  const place = furnished();
  const { file } = await place.backUp({ to: join(temporaryDirectory(), 'backup.tar.gz') });
  place.write('config/bridge.json', '{"language": "ja"}');
  place.write('config/sessions.local.json', '{}');
  place.write('attachments/session_2/IMG_2.png', 'another picture');
  place.write('state/sessions/2/settings.json', '{}');
  place.write('state/bridge.db-wal', '');
  place.facts({ kept: 'no', later: 'yes' });
  place.write('state/bridge.db-wal', 'a journal of the old database');
  return { place, file };
}

/** A backup in which everything is as its manifest says, with something that no bridge puts in. */
async function archiveWith(path: string, kind: 'file' | 'directory'): Promise<string> {
  const file = join(temporaryDirectory(), 'forged.tar.gz');
  const manifest = {
    product: 'claude-discord-bridge',
    format: 1,
    version: '1',
    createdAt: '2026-01-01T00:00:00Z',
    roots: { state: '/old/state' },
    files: kind === 'file' ? [{ path, size: 2, mode: 0o600, sha256: sha256('{}') }] : [],
    directories: kind === 'directory' ? [{ path, mode: 0o700 }] : [],
    databases: [],
    left: [],
  };
  async function* entries(): AsyncGenerator<ArchiveEntry> {
    await Promise.resolve();
    if (kind === 'directory') yield { kind, path, mode: 0o700 };
    else yield { kind, path, mode: 0o600, size: 2, body: [Buffer.from('{}')] };
    const body = Buffer.from(JSON.stringify(manifest));
    yield { kind: 'file', path: 'manifest.json', mode: 0o600, size: body.length, body: [body] };
  }
  await writeArchive(file, entries());
  return file;
}

/** What there is after a restore, of an installation as `furnished`. */
function isRestored(place: Place): void {
  expect(place.read('config/bridge.json')).toBe('{}\n');
  expect(existsSync(join(place.paths.config, 'sessions.local.json'))).toBe(false);
  expect(readdirSync(place.paths.attachments)).toEqual(['session_1']);
  expect(existsSync(join(place.paths.state, 'bridge.db-wal'))).toBe(false);
  expect(place.facts()).toMatchObject({ kept: 'yes' });
  expect(place.facts()).not.toHaveProperty('later');
}

describe('MS-15: a restore', () => {
  it('does not turn back the end of the audit, which goes on', async () => {
    const place = furnished();
    place.write('state/audit-head.json', 'as it was');
    const { file } = await place.backUp({ to: join(temporaryDirectory(), 'backup.tar.gz') });
    place.write('state/audit-head.json', 'as it is');
    await place.restore(file);
    expect(place.read('state/audit-head.json')).toBe('as it is');
  });

  it('puts everything back, byte for byte, and keeps what it replaced', async () => {
    const { place, file } = await changedSince();
    const before = place.contents(...roots);
    const { replaced, warnings } = await place.restore(file);
    expect(warnings).toEqual([]);
    expect(replaced).toEqual([join(place.paths.replaced, '2026-11-20T02-10-00Z')]);
    const aside = place.contents('replaced/2026-11-20T02-10-00Z');
    const prefix = 'replaced/2026-11-20T02-10-00Z/';
    const kept = Object.fromEntries(Object.entries(aside).map(([path, bytes]) => [path.slice(prefix.length), bytes]));
    const { 'config/bridge.json.example': _, 'workspace/session_1/run.sh': script, ...exchanged } = before;
    expect(kept).toEqual(exchanged);
    expect(place.contents('workspace')).toEqual({ 'workspace/session_1/run.sh': script });
    isRestored(place);
    expect(place.read('config/bridge.json.example')).toBe('of the program');
    expect(readdirSync(place.paths.state).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(statSync(join(place.paths.home, 'config/.env')).mode & 0o777).toBe(0o600);
    expect(statSync(place.paths.discord.database).mode & 0o777).toBe(0o600);
  });

  it('works into an empty home on another machine, where paths of the bridge lead to the new place', async () => {
    const place = furnished();
    const copy = join(place.paths.discord.outgoing, 'copy');
    place.write('state/outgoing/copy', 'to be posted');
    const content = { kind: 'text', text: 'see', files: [{ path: copy, name: 'a.txt', source: '/elsewhere/a.txt' }] };
    const database = Database.open(place.paths.discord.database);
    database.run(
      `INSERT INTO outbox (key, channel, kind, content, state, created_at) VALUES ('k', '1', 'text', ?, 'pending', 1)`,
      JSON.stringify(content),
    );
    database.close();
    const { file } = await place.backUp({ to: join(temporaryDirectory(), 'b.tar.gz') });

    const other = new Place();
    const { replaced } = await other.restore(file);
    expect(replaced).toEqual([]);
    const restored = Database.open(other.paths.discord.database);
    const row = restored.get('SELECT content FROM outbox');
    restored.close();
    const there = join(other.paths.discord.outgoing, 'copy');
    expect(JSON.parse(String(row?.['content']))).toEqual({
      ...content,
      files: [{ path: there, name: 'a.txt', source: '/elsewhere/a.txt' }],
    });
    expect(other.read('state/outgoing/copy')).toBe('to be posted');
  });

  it('I4: holds what waited then, for it may have been done since, and notes when that was', async () => {
    const place = furnished();
    const database = Database.open(place.paths.discord.database);
    const add = `INSERT INTO inbox (id, session, source, channel, author_name, text, state, received_at, moved_at)
      VALUES (?, 1, 'discord', '1', 'Olga', 'x', ?, 1, 1)`;
    for (const state of ['queued', 'sending', 'acknowledged']) database.run(add, state, state);
    database.close();
    const { file } = await place.backUp();
    await place.restore(file);
    const restored = Database.open(place.paths.discord.database);
    const states = restored.all('SELECT id, state FROM inbox ORDER BY seq').map(({ id, state }) => [id, state]);
    restored.close();
    expect(states).toEqual([
      ['queued', 'held'],
      ['sending', 'sending'],
      ['acknowledged', 'acknowledged'],
    ]);
    expect(place.facts()).toEqual({ kept: 'yes', 'restored-at': String(place.clock.now()) });
  });

  it('brings the working directories back when the backup has them, with their permissions', async () => {
    const place = furnished();
    const { file } = await place.backUp({ withWorkspace: true });
    place.write('workspace/session_1/run.sh', 'broken');
    await place.restore(file);
    expect(place.read('workspace/session_1/run.sh')).toBe('#!/bin/sh\n');
    expect(statSync(join(place.paths.workspace, 'session_1/run.sh')).mode & 0o777).toBe(0o755);
  });

  it('names the working directories that this machine lacks', async () => {
    const place = furnished();
    place.write('config/sessions.json', '{"4": {"channel": "123456789012345678", "workDir": "/nowhere/shop"}}');
    const { file } = await place.backUp();
    const { warnings } = await place.restore(file);
    expect(warnings).toEqual([expect.stringContaining('Session 4 works in /nowhere/shop')]);
  });

  it('is refused while a bridge runs, and changes nothing', async () => {
    const { place, file } = await changedSince();
    const before = place.contents(...roots);
    const release = takeDaemonLock(join(place.paths.state, 'daemon.lock'));
    await expect(place.restore(file)).rejects.toMatchObject({ code: 'bridge-running' });
    expect(place.contents(...roots)).toEqual(before);
    // To look disturbs nobody.
    const { manifest } = await place.restore(file, { dryRun: true });
    expect(manifest.version).toBe('1.2.3');
    expect(place.contents(...roots)).toEqual(before);
    release();
  });

  it('refuses the state of a newer bridge, and changes nothing', async () => {
    const { place, file } = await changedSince();
    const newer = furnished();
    const database = Database.open(newer.paths.discord.database);
    database.run(`PRAGMA user_version = ${stateVersion + 1}`);
    database.close();
    const { file: tooNew } = await newer.backUp({ version: '9.0.0' });
    const before = place.contents(...roots);
    const failure = { code: 'state-too-new', message: expect.stringContaining('9.0.0') as string };
    await expect(place.restore(tooNew)).rejects.toMatchObject(failure);
    await expect(place.restore(tooNew, { dryRun: true })).rejects.toMatchObject(failure);
    expect(place.contents(...roots)).toEqual(before);
    await place.restore(file);
  });

  it.each([
    ['what a killed migration would still do', 'state/migrations/journal.json', 'file'],
    ['the journal of a restore', 'state/restore.json', 'directory'],
    ['a lock', 'state/daemon.lock', 'directory'],
    ['a directory for a database', 'state/bridge.db', 'directory'],
    ['a file in a directory for a database', 'state/bridge.db/x', 'file'],
    ['a directory for a journal of one', 'state/bridge.db-wal', 'directory'],
  ] as const)('refuses %s, and changes nothing', async (_what, path, kind) => {
    const place = furnished();
    const before = place.contents(...roots);
    const code = 'backup-damaged';
    await expect(place.restore(await archiveWith(path, kind))).rejects.toMatchObject({ code });
    expect(place.contents(...roots)).toEqual(before);
    expect(readdirSync(place.paths.state).filter((name) => /^\.restore|restore\.json/.test(name))).toEqual([]);
  });

  it('I11: what was replaced is kept of the last three', async () => {
    const { place, file } = await changedSince();
    const kept: string[] = [];
    for (let day = 0; day < 4; day += 1) {
      kept.push(...(await place.restore(file)).replaced);
      await place.clock.advance(86_400_000);
    }
    const left = readdirSync(place.paths.replaced).map((name) => join(place.paths.replaced, name));
    expect(left.sort()).toEqual(kept.slice(1));
  });

  it('keeps apart what two restores within a second replaced', async () => {
    const { place, file } = await changedSince();
    const first = await place.restore(file);
    const second = await place.restore(file);
    expect(new Set([...first.replaced, ...second.replaced]).size).toBe(2);
  });

  it.skipIf(process.getuid?.() === 0)(
    'says what is the matter when it may not write, and changes nothing',
    async () => {
      const { place, file } = await changedSince();
      chmodSync(place.paths.attachments, 0o500);
      await expect(place.restore(file)).rejects.toMatchObject({ code: 'restore-failed', happened: 'not-done' });
      chmodSync(place.paths.attachments, 0o700);
      expect(place.facts()).toMatchObject({ later: 'yes' });
    },
  );
});

/** Restores in a process of its own that is killed at a fail point. */
function restoreUntil(point: string, place: Place, file: string): string | null {
  const script = `
    import { restoreBackup } from ${sourceModule('backup/restore.ts')};
    import { resolvePaths } from ${sourceModule('config/paths.ts')};
    import { systemClock } from ${sourceModule('base/clock.ts')};
    const environment = ${JSON.stringify({ PATH: process.env['PATH'], BRIDGE_HOME: place.paths.home, XDG_RUNTIME_DIR: join(place.paths.home, '..') })};
    const paths = resolvePaths({ environment });
    const options = { paths, environment, clock: systemClock, dryRun: false, endAgents: false, say: () => undefined };
    await restoreBackup({ ...options, file: ${JSON.stringify(file)} });
  `;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, BRIDGE_FAIL_POINT: point },
    stdio: ['ignore', 'ignore', 'inherit'],
  }).signal;
}

describe('MS-15: a restore that is killed', () => {
  // What is exchanged: three files and a new one of config, four entries of state and a journal, two of attachments.
  const passages = Array.from({ length: 8 }, (_, index) => index + 1);

  it.each(['restore:unpacked', 'restore:journal:before'])('at %s left the old state', async (point) => {
    const { place, file } = await changedSince();
    const before = place.contents(...roots);
    expect(restoreUntil(point, place, file)).toBe('SIGKILL');
    expect(finishInterruptedRestore(place.paths)).toBeUndefined();
    expect(place.contents(...roots)).toEqual(before);
    for (const root of roots) {
      expect(readdirSync(join(place.paths.home, root)).filter((name) => name.startsWith('.restore'))).toEqual([]);
    }
  });

  it.each([
    'restore:journal:after',
    ...passages.flatMap((passage) => [`restore:aside#${passage}`, `restore:in-place#${passage}`]),
    'restore:done:before',
    'restore:done:after',
  ])('at %s leaves the new state once it is finished', async (point) => {
    const { place, file } = await changedSince();
    const before = place.contents(...roots);
    expect(restoreUntil(point, place, file)).toBe('SIGKILL');
    const finished = finishInterruptedRestore(place.paths);
    expect(finished?.archive).toBe(point === 'restore:done:after' ? undefined : file);
    isRestored(place);
    expect(finishInterruptedRestore(place.paths)).toBeUndefined();
    // Nothing of the old is lost either.
    const [aside = ''] = readdirSync(place.paths.replaced);
    expect(Object.keys(place.contents(`replaced/${aside}`))).toHaveLength(Object.keys(before).length - 2);
  });

  it('is finished before the next one begins', async () => {
    const { place, file } = await changedSince();
    expect(restoreUntil('restore:in-place#2', place, file)).toBe('SIGKILL');
    await expect(place.backUp()).rejects.toMatchObject({ code: 'restore-unfinished' });
    await expect(place.restore(file, { dryRun: true })).rejects.toMatchObject({ code: 'restore-unfinished' });
    await place.restore(file);
    isRestored(place);
    expect(readdirSync(place.paths.replaced)).toHaveLength(2);
  });

  it('loses nothing that came in its place meanwhile', async () => {
    const { place, file } = await changedSince();
    expect(restoreUntil('restore:aside#2', place, file)).toBe('SIGKILL');
    const journal = join(place.paths.state, 'restore.json');
    const { steps } = JSON.parse(place.read('state/restore.json')) as {
      steps: { place: string; aside: string; fresh: string | null }[];
    };
    const waiting = steps.find((step) => step.fresh !== null && existsSync(step.fresh) && !existsSync(step.place));
    if (!waiting) throw new Error('nothing waits');
    if (statSync(waiting.fresh ?? '').isDirectory()) mkdirSync(waiting.place);
    else writeFileSync(waiting.place, 'written meanwhile');
    finishInterruptedRestore(place.paths);
    expect(existsSync(journal)).toBe(false);
    expect(existsSync(`${waiting.aside}.2`)).toBe(true);
    isRestored(place);
  });

  it('whose journal cannot be read is left to a person', async () => {
    const { place, file } = await changedSince();
    place.write('state/restore.json', '{"format": 7}');
    const before = place.contents(...roots);
    await expect(place.restore(file)).rejects.toMatchObject({ code: 'restore-unfinished', happened: 'unknown' });
    expect(() => finishInterruptedRestore(place.paths)).toThrow('restore.json');
    expect(place.contents(...roots)).toEqual(before);
  });
});

const otherDisk = '/dev/shm';
const hasOtherDisk = existsSync(otherDisk) && statSync(otherDisk).dev !== statSync(tmpdir()).dev;

describe('MS-15: roots on other disks', () => {
  it.skipIf(!hasOtherDisk)('keeps what was replaced within the root', async () => {
    const { place, file } = await changedSince();
    const disk = mkdtempSync(join(otherDisk, 'bridge-test-'));
    try {
      cpSync(place.paths.attachments, disk, { recursive: true });
      rmSync(place.paths.attachments, { recursive: true });
      symlinkSync(disk, place.paths.attachments);
      const { replaced } = await place.restore(file);
      expect(replaced).toContain(join(disk, '.replaced-2026-11-20T02-10-00Z'));
      expect(readdirSync(disk).sort()).toEqual(['.replaced-2026-11-20T02-10-00Z', 'session_1']);
      expect(readdirSync(join(disk, '.replaced-2026-11-20T02-10-00Z')).sort()).toEqual(['session_1', 'session_2']);
      // It is no part of the next one.
      const { manifest } = await place.backUp();
      expect(manifest.files.filter(({ path }) => path.includes('replaced'))).toEqual([]);
    } finally {
      rmSync(disk, { recursive: true, force: true });
    }
  });
});
