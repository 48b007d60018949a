import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { Header } from 'tar';
import { describe, expect, it } from 'vitest';

import type { ArchiveEntry } from '../../src/backup/archive-writer.ts';
import { writeArchive } from '../../src/backup/archive-writer.ts';
import { checkArchive } from '../../src/backup/check-archive.ts';
import type { Manifest } from '../../src/backup/manifest.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { furnished } from './place.ts';

interface Forged {
  readonly path: string;
  readonly content?: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  readonly linkpath?: string;
}

/** What a manifest says when nothing else is wrong. */
function manifestOf(files: readonly Forged[], change: Partial<Manifest> = {}): string {
  const listed = files.flatMap(({ path, content = '' }) => [
    { path, size: content.length, mode: 0o600, sha256: createHash('sha256').update(content).digest('hex') },
  ]);
  const about = { product: 'claude-discord-bridge', format: 1, version: '1', createdAt: '2026-01-01T00:00:00Z' };
  return JSON.stringify({ ...about, roots: {}, files: listed, directories: [], databases: [], left: [], ...change });
}

/** An archive with whatever an attacker puts in; its path. */
function forge(entries: readonly Forged[]): string {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const body = Buffer.from(content);
    const header = new Header({
      path,
      mode: 0o600,
      size: body.length,
      type,
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    header.encode();
    return [header.block ?? Buffer.alloc(0), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  const file = join(temporaryDirectory(), 'forged.tar.gz');
  writeFileSync(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

function listing(entries: readonly Forged[]): readonly Forged[] {
  return [...entries, { path: 'manifest.json', content: manifestOf(entries) }];
}

const good: Forged = { path: 'config/bridge.json', content: '{}' };

describe('MS-15: an archive that was tampered with is refused when', () => {
  it('(one that was not is taken)', async () => {
    expect((await checkArchive(forge(listing([good])))).files).toHaveLength(1);
  });

  it.each<[string, readonly Forged[]]>([
    ['a path leads up', listing([good, { path: 'config/../../.bashrc', content: 'x' }])],
    ['a path is absolute', listing([good, { path: '/etc/cron.d/x', content: 'x' }])],
    ['a path has nothing between strokes', listing([good, { path: 'config//x', content: 'x' }])],
    ['a path has a stroke of another system', listing([good, { path: 'config\\..\\x', content: 'x' }])],
    ['it has a symbolic link', listing([good, { path: 'config/x', type: 'SymbolicLink', linkpath: '/etc' }])],
    ['it has a hard link', listing([good, { path: 'config/x', type: 'Link', linkpath: 'config/bridge.json' }])],
    ['it has a device', listing([good, { path: 'config/x', type: 'CharacterDevice' }])],
    ['it has a pipe', listing([good, { path: 'config/x', type: 'FIFO' }])],
    ['it has a file twice', listing([good, good])],
    ['it has something of another place', listing([good, { path: 'bin/vai', content: 'x' }])],
    [
      'a file is not on the list',
      [good, { path: 'config/x', content: 'x' }, { path: 'manifest.json', content: manifestOf([good]) }],
    ],
    ['a directory is not on the list', [{ path: 'config/x', type: 'Directory' }, ...listing([good])]],
    ['a file is missing', [{ path: 'manifest.json', content: manifestOf([good]) }]],
    [
      'a file has other bytes',
      [
        { ...good, content: '[]' },
        { path: 'manifest.json', content: manifestOf([good]) },
      ],
    ],
    ['there is no list', [good]],
    ['the list is not at the end', [...listing([good])].reverse()],
    ['the list is no JSON', [good, { path: 'manifest.json', content: '{' }]],
    [
      'the list is of another program',
      [good, { path: 'manifest.json', content: '{"product":"x","format":1,"version":"1"}' }],
    ],
    [
      'the list has a wrong value',
      [good, { path: 'manifest.json', content: manifestOf([good], { left: [{ path: 'x' }] as never }) }],
    ],
  ])('%s', async (_what, entries) => {
    const taken: string[] = [];
    const target = {
      directory: (path: string) => void taken.push(path),
      file: (path: string) => (taken.push(path), { write: () => undefined, end: () => undefined }),
    };
    await expect(checkArchive(forge(entries), target)).rejects.toMatchObject({ code: 'backup-damaged' });
    expect(taken.filter((path) => /\.\.|^\/|\\|^bin/.test(path))).toEqual([]);
    expect(existsSync('/etc/cron.d/x')).toBe(false);
  });

  it('its form is one of a newer bridge', async () => {
    const manifest = JSON.stringify({ product: 'claude-discord-bridge', format: 2, version: '7.0.0', wholly: 'new' });
    await expect(checkArchive(forge([good, { path: 'manifest.json', content: manifest }]))).rejects.toMatchObject({
      code: 'backup-too-new',
      message: expect.stringContaining('7.0.0') as string,
    });
  });

  it('any byte of a real one is another', async () => {
    const { file } = await furnished().backUp();
    const bytes = readFileSync(file);
    const other = join(temporaryDirectory(), 'changed.tar.gz');
    const raw = gunzipSync(bytes);
    // Within the archive, where only the checksums of the list can tell: a byte of each file.
    const { files } = await checkArchive(file);
    for (const { path, size } of files) {
      const at = raw.indexOf(path);
      const changed = Buffer.from(raw);
      const place = at + 512 + Math.floor(size / 2);
      changed[place] = (changed[place] ?? 0) ^ 1;
      writeFileSync(other, gzipSync(changed));
      await expect(checkArchive(other), path).rejects.toMatchObject({ code: 'backup-damaged' });
    }
    // And of what is on the disk, wherever it is cut off or changed; the ten bytes at the beginning say nothing of it.
    for (let index = 10; index < bytes.length; index += Math.ceil(bytes.length / 40)) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0x10;
      writeFileSync(other, changed);
      // A bit between the end of what is packed and its checksum says nothing either.
      if (!unpacked(changed)?.equals(raw)) {
        await expect(checkArchive(other), `byte ${index}`).rejects.toMatchObject({ code: 'backup-damaged' });
      }
      writeFileSync(other, bytes.subarray(0, index));
      await expect(checkArchive(other), `cut at ${index}`).rejects.toMatchObject({ code: 'backup-damaged' });
    }
  });
});

/** What an archive holds; undefined when it cannot be unpacked. */
function unpacked(archive: Buffer): Buffer | undefined {
  try {
    return gunzipSync(archive);
  } catch {
    return undefined;
  }
}

describe('an archive', () => {
  async function* entries(...all: readonly ArchiveEntry[]): AsyncGenerator<ArchiveEntry> {
    await Promise.resolve();
    yield* all;
  }

  it('is refused when a file is not as long as it was said to be', async () => {
    const file = join(temporaryDirectory(), 'a.tar.gz');
    const entry = { kind: 'file', path: 'config/a', mode: 0o600, size: 3, body: [Buffer.from('ab')] } as const;
    await expect(writeArchive(file, entries(entry))).rejects.toThrow('2 bytes where 3');
  });

  it('has names of any length and script', async () => {
    const file = join(temporaryDirectory(), 'a.tar.gz');
    const path = `attachments/session_1/${'写真'.repeat(35)}.png`;
    const manifest = Buffer.from(manifestOf([{ path, content: 'ab' }]));
    await writeArchive(
      file,
      entries(
        { kind: 'file', path, mode: 0o600, size: 2, body: [Buffer.from('ab')] },
        { kind: 'file', path: 'manifest.json', mode: 0o600, size: manifest.length, body: [manifest] },
      ),
    );
    expect((await checkArchive(file)).files[0]?.path).toBe(path);
  });
});
