import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { checkArchive } from '../../src/backup/check-archive.ts';
import { takeBackupLock } from '../../src/backup/one-at-a-time.ts';
import { killHard, sourceModule, startChild } from '../storage/child-process.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { furnished, Place } from './place.ts';

describe('MS-15: a backup', () => {
  it('has configuration, maps, state and attachments, and nothing of this moment or this machine', async () => {
    const place = furnished();
    const { file, manifest } = await place.backUp();
    expect(file).toBe(join(place.paths.backups, 'claude-discord-bridge-2026-11-20T02-10-00Z.tar.gz'));
    expect(manifest.files.map(({ path }) => path).sort()).toEqual([
      'attachments/session_1/IMG_1.png',
      'config/.env',
      'config/bridge.json',
      'config/sessions.json',
      'state/bridge.db',
      'state/server',
      'state/sessions/1/mailbox/events/a.json',
    ]);
    expect(manifest).toMatchObject({ version: '1.2.3', createdAt: '2026-11-20T02:10:00.000Z', left: [] });
    expect(manifest.databases).toMatchObject([{ path: 'state/bridge.db', rows: { facts: 1, inbox: 0 } }]);
    expect(await checkArchive(file)).toEqual(manifest);
  });

  it('is refused while a migration is neither done nor undone', async () => {
    const place = furnished();
    place.write('state/migrations/journal.json', '{}');
    await expect(place.backUp()).rejects.toMatchObject({ code: 'migration-unfinished' });
    expect(existsSync(place.paths.backups) ? readdirSync(place.paths.backups) : []).toEqual([]);
  });

  it('is readable for its owner alone, and by any tar; nothing else is left', async () => {
    const place = furnished();
    const { file, sha256, size } = await place.backUp();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(file).size).toBe(size);
    expect(spawnSync('sha256sum', [file], { encoding: 'utf8' }).stdout).toMatch(new RegExp(`^${sha256} `));
    const listed = spawnSync('tar', ['tzf', file], { encoding: 'utf8' });
    expect(listed.stderr).toBe('');
    expect(listed.stdout.split('\n')).toContain('attachments/session_1/IMG_1.png');
    expect(readdirSync(place.paths.backups)).toHaveLength(1);
    expect(readdirSync(place.paths.state).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('has the working directories when it is asked to', async () => {
    const place = furnished();
    const { manifest } = await place.backUp({ withWorkspace: true });
    expect(manifest.files).toContainEqual(expect.objectContaining({ path: 'workspace/session_1/run.sh', mode: 0o755 }));
  });

  it('is never written over a file that is there', async () => {
    const place = furnished();
    const to = join(temporaryDirectory(), 'mine.tar.gz');
    writeFileSync(to, 'mine');
    await expect(place.backUp({ to })).rejects.toMatchObject({ code: 'backup-exists' });
    expect(readFileSync(to, 'utf8')).toBe('mine');
    await place.backUp();
    await expect(place.backUp()).rejects.toMatchObject({ code: 'backup-exists' });
  });

  it('gets a name of its own in a directory that is named, and none there is ever removed', async () => {
    const place = furnished();
    const to = temporaryDirectory();
    for (let day = 0; day < 3; day += 1) {
      await place.backUp({ to, keep: 1 });
      await place.clock.advance(86_400_000);
    }
    expect(readdirSync(to)).toHaveLength(3);
  });

  it('I11: only the newest stay in backups/, whatever a person put there beside', async () => {
    const place = furnished();
    place.write('backups/mine.tar.gz', 'mine');
    for (let day = 0; day < 3; day += 1) {
      await place.backUp({ keep: 2 });
      await place.clock.advance(86_400_000);
    }
    expect(readdirSync(place.paths.backups).sort()).toEqual([
      'claude-discord-bridge-2026-11-21T02-10-00Z.tar.gz',
      'claude-discord-bridge-2026-11-22T02-10-00Z.tar.gz',
      'mine.tar.gz',
    ]);
  });

  it('keeps the one just made, also when the clock was set back', async () => {
    const place = furnished();
    place.write('backups/claude-discord-bridge-2030-01-01T00-00-00Z.tar.gz', 'of a clock that was wrong');
    const { file, removed } = await place.backUp({ keep: 1 });
    expect(existsSync(file)).toBe(true);
    expect(removed).toHaveLength(1);
  });

  it('follows no link, and says what it left', async () => {
    const place = furnished();
    symlinkSync('/etc/passwd', join(place.paths.attachments, 'session_1', 'passwd'));
    const { manifest } = await place.backUp();
    expect(manifest.left).toEqual([{ path: 'attachments/session_1/passwd', why: 'it is a link' }]);
    expect(manifest.files.map(({ path }) => path)).not.toContain('attachments/session_1/passwd');
  });

  it('takes a broken sessions.json as it is', async () => {
    const place = furnished();
    place.write('config/sessions.json', '{"1": ');
    const { file } = await place.backUp();
    expect(place.read('config/sessions.json')).toBe('{"1": ');
    const other = new Place();
    const { warnings } = await other.restore(file);
    expect(warnings).toEqual([
      expect.stringMatching(/^config\/sessions\.json in the backup cannot be used: .*is not JSON/),
    ]);
    expect(other.read('config/sessions.json')).toBe('{"1": ');
  });

  it('of a damaged database is refused: nothing is written, nothing changed, the older ones stay', async () => {
    const place = furnished();
    const { file } = await place.backUp();
    const damaged = `not a database ${'x'.repeat(5000)}`;
    place.write('state/bridge.db', damaged);
    await place.clock.advance(60_000);
    await expect(place.backUp({ keep: 1 })).rejects.toMatchObject({
      code: 'state-unreadable',
      message: expect.stringContaining(place.paths.discord.database) as string,
    });
    expect(place.read('state/bridge.db')).toBe(damaged);
    expect(readdirSync(place.paths.backups).map((name) => join(place.paths.backups, name))).toEqual([file]);
  });

  it('of nothing is refused', async () => {
    await expect(new Place().backUp()).rejects.toMatchObject({ code: 'backup-nothing' });
  });

  it('is made once at a time', async () => {
    const place = furnished();
    const release = takeBackupLock(place.paths);
    await expect(place.backUp()).rejects.toMatchObject({ code: 'backup-running' });
    release();
    await place.backUp();
  });

  it('says what is the matter when its disk does not take it', async () => {
    const place = furnished();
    await expect(place.backUp({ to: '/proc/backup.tar.gz' })).rejects.toMatchObject({ code: 'backup-unwritable' });
  });
});

describe('MS-15: a backup beside a bridge that writes', () => {
  it('holds whole transactions only, each time', async () => {
    const place = furnished();
    place.facts({ left: '0', right: '0' });
    const writer = await startChild(`
      import { Database } from ${sourceModule('storage/database.ts')};
      const database = Database.open(${JSON.stringify(place.paths.discord.database)});
      console.log('ready');
      for (let count = 1; ; count += 1) {
        for (const name of ['left', 'right']) {
          if (name === 'left') database.run('BEGIN IMMEDIATE');
          database.run('UPDATE facts SET value = ? WHERE name = ?', String(count), name);
          if (name === 'right') database.run('COMMIT');
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    `);
    const reader = new DatabaseSync(place.paths.discord.database, { readOnly: true });
    const left = (): unknown => reader.prepare(`SELECT value FROM facts WHERE name = 'left'`).get()?.['value'];
    const files: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const before = left();
      files.push((await place.backUp()).file);
      // However slow it is: it writes on before the next one.
      await expect.poll(left).not.toBe(before);
      await place.clock.advance(1000);
    }
    reader.close();
    await killHard(writer);
    const counts: number[] = [];
    for (const file of files) {
      const other = new Place();
      await other.restore(file);
      const { left, right } = other.facts();
      expect(left).toBe(right);
      counts.push(Number(left));
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0);
  });

  it.each(['backup:written', 'backup:in-place'])(
    'killed at %s leaves no half of one, and nothing of it later',
    async (point) => {
      const place = furnished();
      const script = `
      import { makeBackup } from ${sourceModule('backup/make-backup.ts')};
      import { resolvePaths } from ${sourceModule('config/paths.ts')};
      import { systemClock } from ${sourceModule('base/clock.ts')};
      const paths = resolvePaths({ environment: ${JSON.stringify({ BRIDGE_HOME: place.paths.home })} });
      await makeBackup({ paths, clock: systemClock, version: '1', withWorkspace: false, keep: 9, say: () => undefined });
    `;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        env: { ...process.env, BRIDGE_FAIL_POINT: point },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      const whole = readdirSync(place.paths.backups).filter((name) => name.endsWith('.tar.gz'));
      for (const name of whole) await checkArchive(join(place.paths.backups, name));
      expect(whole).toHaveLength(point === 'backup:written' ? 0 : 1);

      await place.backUp();
      expect(readdirSync(place.paths.backups).filter((name) => !name.endsWith('.tar.gz'))).toEqual([]);
      expect(readdirSync(place.paths.state).filter((name) => name.startsWith('.'))).toEqual([]);
    },
  );

  it('has the files that wait to be posted, wherever the databases say they are', async () => {
    const place = furnished();
    const outgoing = place.paths.discord.outgoing;
    mkdirSync(outgoing, { mode: 0o700 });
    writeFileSync(join(outgoing, 'copy'), 'to be posted');
    const { manifest } = await place.backUp();
    expect(manifest.files.map(({ path }) => path)).toContain('state/outgoing/copy');
  });
});
