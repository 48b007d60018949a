import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openUploads } from '../../src/discord/uploads.ts';
import { fileToPost } from '../../src/storage/file-to-post.ts';
import { OutgoingDirectory } from '../../src/storage/outgoing-files.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function world(mostBytes?: number) {
  const home = temporaryDirectory();
  const directory = join(home, 'state', 'outgoing');
  const outgoing = new OutgoingDirectory({ directory, ...(mostBytes === undefined ? {} : { mostBytes }) });
  const path = join(home, 'report.txt');
  writeFileSync(path, 'as it was');
  const left = (): readonly string[] => (existsSync(directory) ? readdirSync(directory) : []);
  return { home, directory, outgoing, path, left };
}

describe('MS-05: a file that is to be posted', () => {
  it('I1: goes out as it was, whatever becomes of it', async () => {
    const { outgoing, path, directory } = world();
    const copy = await outgoing.copy(fileToPost(path, undefined));
    expect(copy).toEqual({ path: expect.stringContaining(directory), name: 'report.txt', size: 9, source: path });
    expect([statSync(copy.path).mode & 0o777, statSync(directory).mode & 0o777]).toEqual([0o600, 0o700]);
    writeFileSync(path, 'something else');
    rmSync(path);
    expect(readFileSync(copy.path, 'utf8')).toBe('as it was');
  });

  it('is copied in pieces, byte for byte, and may be empty', async () => {
    const { outgoing, path } = world();
    const bytes = Buffer.from(Array.from({ length: 700_001 }, (_, index) => index % 251));
    writeFileSync(path, bytes);
    const copy = await outgoing.copy(fileToPost(path, undefined));
    expect(readFileSync(copy.path).equals(bytes)).toBe(true);
    writeFileSync(path, '');
    expect((await outgoing.copy(fileToPost(path, undefined))).size).toBe(0);
  });

  it('can be sent from a home that is reached through a link', async () => {
    const { home, path } = world();
    symlinkSync(home, `${home}/link`);
    const outgoing = new OutgoingDirectory({ directory: join(home, 'link', 'outgoing') });
    const copy = await outgoing.copy(fileToPost(path, undefined));
    const uploads = await openUploads([copy]);
    expect(uploads.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([['report.txt', 'as it was']]);
  });

  it('that grows is copied up to where it was', async () => {
    const { outgoing, path } = world();
    const found = fileToPost(path, undefined);
    const copying = outgoing.copy(found);
    appendFileSync(path, ' and more');
    expect(readFileSync((await copying).path, 'utf8')).toMatch(/^as it was/);
  });

  it('that became something else since it was looked at is refused; nothing is left', async () => {
    const { home, outgoing, path, left } = world();
    writeFileSync(join(home, 'secret'), 'secret');
    const changes: Readonly<Record<string, () => void>> = {
      'a link': () => symlinkSync(join(home, 'secret'), path),
      gone: () => undefined,
      'a directory': () => mkdirSync(path),
      'a pipe': () => execFileSync('mkfifo', [path]),
    };
    for (const [what, change] of Object.entries(changes)) {
      rmSync(path, { recursive: true, force: true });
      writeFileSync(path, 'as it was');
      const found = fileToPost(path, undefined);
      rmSync(path);
      change();
      await expect(outgoing.copy(found), what).rejects.toThrow(refusal('file-unreadable', path));
    }
    expect(left()).toEqual([]);
  });

  it('MS-10: whose directory became a link since is refused', async () => {
    const { home, outgoing, left } = world();
    mkdirSync(join(home, 'work'));
    mkdirSync(join(home, 'private'));
    for (const directory of ['work', 'private']) writeFileSync(join(home, directory, 'a'), directory);
    const found = fileToPost(join(home, 'work', 'a'), { within: [join(home, 'work')] });
    renameSync(join(home, 'work'), join(home, 'old'));
    symlinkSync(join(home, 'private'), join(home, 'work'));
    await expect(outgoing.copy(found)).rejects.toThrow(refusal('file-unreadable', 'through a link'));
    expect(left()).toEqual([]);
  });

  it('I11: is refused when too much waits already, also while it is being copied', async () => {
    const { outgoing, path, left } = world(1_000);
    truncateSync(path, 600);
    const found = fileToPost(path, undefined);
    const both = await Promise.allSettled([outgoing.copy(found), outgoing.copy(found)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(outgoing.copy(found)).rejects.toThrow(refusal('outgoing-full', path));
    expect(left()).toHaveLength(1);
  });
});

describe('I11: copies', () => {
  it('are removed when they are out; what is no copy is never touched', async () => {
    const { outgoing, path, left, home } = world();
    outgoing.remove([path]);
    const copy = await outgoing.copy(fileToPost(path, undefined));
    outgoing.remove([path, join(home, 'nothing'), copy.path, copy.path]);
    expect(left()).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  it('that nobody needs any more are removed by their age', async () => {
    const { outgoing, path, left } = world();
    const steps = (needed: readonly string[], before: number): number => {
      let removed = 0;
      const sweep = outgoing.sweep(() => new Set(needed), before);
      for (let step = sweep.next(); step.done !== true; step = sweep.next()) removed += step.value;
      return removed;
    };
    expect(steps([], 1_000)).toBe(0);
    const copies = await Promise.all(Array.from({ length: 3 }, () => outgoing.copy(fileToPost(path, undefined))));
    const [old = '', needed = '', young = ''] = copies.map((copy) => copy.path);
    for (const one of [old, needed]) utimesSync(one, 100, 100);
    expect(steps([needed], 200_000)).toBe(1);
    expect([...left()].sort()).toEqual([needed, young].map((one) => basename(one)).sort());
  });
});
