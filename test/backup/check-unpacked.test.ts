import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { writeArchive } from '../../src/backup/archive-writer.ts';
import type { ArchiveEntry } from '../../src/backup/archive-writer.ts';
import type { Manifest } from '../../src/backup/manifest.ts';
import { copyDatabase } from '../../src/storage/database-copy.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { furnished } from './place.ts';

const roots = ['config', 'state', 'attachments'];

/** The database of a bridge, as a backup holds it, and what the list says of it. */
let database: Buffer;
let listed: Manifest['databases'][number];

/** An archive with these files; its list has the right sums of them, whatever else it says. */
async function forge(
  files: Readonly<Record<string, Buffer | string>>,
  change: Partial<Manifest> = {},
): Promise<string> {
  const all = Object.entries({ 'config/bridge.json': '{}', 'state/bridge.db': database, ...files }).map(
    ([path, content]) => ({ path, content: Buffer.from(content) }),
  );
  const directories = change.directories ?? [];
  const manifest: Manifest = {
    ...{ product: 'claude-discord-bridge', format: 1, version: '1.2.3', createdAt: '2026-01-01T00:00:00Z' },
    roots: { config: '/a/config', state: '/a/state' },
    files: all.map(({ path, content }) => ({
      ...{ path, size: content.length, mode: 0o600 },
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    ...{ directories, databases: [listed], left: [] },
    ...change,
  };
  const entryOf = (path: string, content: Buffer): ArchiveEntry => ({
    ...{ kind: 'file', path, mode: 0o600, size: content.length, body: [content] },
  });
  async function* entries(): AsyncGenerator<ArchiveEntry> {
    await Promise.resolve();
    for (const { path, mode } of directories) yield { kind: 'directory', path, mode };
    for (const { path, content } of all) yield entryOf(path, content);
    yield entryOf('manifest.json', Buffer.from(JSON.stringify(manifest)));
  }
  const file = join(temporaryDirectory(), 'forged.tar.gz');
  await writeArchive(file, entries());
  return file;
}

/** What is refused, in dry runs too, and changes nothing. */
async function expectRefused(file: string): Promise<void> {
  const place = furnished();
  const before = place.contents(...roots);
  for (const dryRun of [true, false]) {
    await expect(place.restore(file, { dryRun })).rejects.toMatchObject({ code: 'backup-damaged' });
  }
  expect(place.contents(...roots)).toEqual(before);
}

beforeEach(() => {
  const copy = join(temporaryDirectory(), 'bridge.db');
  listed = { path: 'state/bridge.db', ...copyDatabase(furnished().paths.discord.database, copy) };
  database = readFileSync(copy);
});

describe('MS-15: an archive whose list is right and which no bridge has made is refused', () => {
  it('(one that a bridge could have made is taken)', async () => {
    const place = furnished();
    await place.restore(await forge({}, { directories: [{ path: 'state/sessions', mode: 0o700 }] }));
    expect(place.facts()).toMatchObject({ kept: 'yes' });
    expect(place.read('config/bridge.json')).toBe('{}');
  });

  it.each([
    'state/daemon.lock',
    'state/daemon.json',
    'state/backup.lock',
    'state/restore.json',
    'state/audit-head.json',
    'state/bridge.db-wal',
    'state/other.db',
    'config/.env.lock',
    'attachments/.replaced-1/x',
    'workspace',
  ])('with the file %s', async (path) => {
    await expectRefused(await forge({ [path]: '1' }));
  });

  it.each(['state/other.db', 'config/.env.lock', 'attachments/.replaced-1/x'])(
    'with the directory %s',
    async (path) => {
      await expectRefused(await forge({}, { directories: [{ path, mode: 0o700 }] }));
    },
  );

  it('with a database that has other rows than it says, or another version', async () => {
    await expectRefused(await forge({}, { databases: [{ ...listed, rows: { ...listed.rows, facts: 7 } }] }));
    await expectRefused(await forge({}, { databases: [{ ...listed, rows: { ...listed.rows, more: 0 } }] }));
    await expectRefused(await forge({}, { databases: [{ ...listed, version: listed.version - 1 }] }));
  });

  it('with a database that is listed and not there', async () => {
    await expectRefused(await forge({}, { databases: [listed, { ...listed, path: 'state/other.db' }] }));
  });
});
