import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { getuid } from 'node:process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fileToPost } from '../../src/storage/file-to-post.ts';
import { refusal } from './refusal.ts';

let base: string;
let inside: string;
let outside: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'file-to-post-'));
  inside = join(base, 'work');
  outside = join(base, 'work-of-others');
  for (const directory of [inside, outside]) mkdirSync(directory);
  writeFileSync(join(inside, 'shot.png'), 'picture');
  writeFileSync(join(outside, 'secret'), 'secret');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const codeOf = (path: string, within?: readonly string[]): string => {
  try {
    fileToPost(path, within && { within });
    return 'fine';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a file to post', () => {
  it('is a regular file that can be read, with its name and size', () => {
    const path = join(inside, 'shot.png');
    expect(fileToPost(path, undefined)).toEqual({ path, name: 'shot.png', size: 7 });
    expect(fileToPost(path, { within: [join(base, 'nowhere'), inside] })).toMatchObject({ path });
  });

  it('a link is what it points at, under its own name', () => {
    symlinkSync(join(inside, 'shot.png'), join(inside, 'latest'));
    expect(fileToPost(join(inside, 'latest'), { within: [inside] })).toEqual({
      path: join(inside, 'shot.png'),
      name: 'latest',
      size: 7,
    });
  });

  it('MS-10: a session posts only what lies in its own directories, whatever the path looks like', () => {
    symlinkSync(join(outside, 'secret'), join(inside, 'innocent'));
    symlinkSync(outside, join(inside, 'directory'));
    for (const path of [
      join(outside, 'secret'),
      `${inside}/../work-of-others/secret`,
      join(inside, 'innocent'),
      join(inside, 'directory', 'secret'),
    ]) {
      expect([path, codeOf(path, [inside])]).toEqual([path, 'file-forbidden']);
    }
    expect(() => fileToPost(inside, { within: [inside] })).toThrow('is a directory');
    expect(codeOf(join(outside, 'secret'))).toBe('fine');
  });

  it('MS-10: a session that works around the bridge has no business in its directories', () => {
    const own = join(base, 'attachments', 'session_1');
    const foreign = join(base, 'attachments', 'session_2');
    for (const directory of [own, foreign]) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'a.png'), 'x');
    }
    const confines = { within: [base, own], outside: [join(base, 'attachments'), join(base, 'nowhere')] };
    expect(fileToPost(join(own, 'a.png'), confines)).toMatchObject({ name: 'a.png' });
    expect(fileToPost(join(inside, 'shot.png'), confines)).toMatchObject({ name: 'shot.png' });
    expect(() => fileToPost(join(foreign, 'a.png'), confines)).toThrow(refusal('file-forbidden'));
  });

  it('a working directory that is reached through a link is still its own', () => {
    symlinkSync(inside, join(base, 'link'));
    expect(codeOf(join(base, 'link', 'shot.png'), [join(base, 'link')])).toBe('fine');
    expect(codeOf(join(inside, 'shot.png'), [join(base, 'link')])).toBe('fine');
  });

  it('what is not there, no file, or too large is refused', () => {
    writeFileSync(join(inside, 'huge'), '');
    truncateSync(join(inside, 'huge'), 100 * 1024 * 1024 + 1);
    for (const [path, code] of [
      [join(inside, 'nothing'), 'file-missing'],
      [join(inside, 'shot.png', 'x'), 'file-missing'],
      ['shot.png', 'file-missing'],
      [inside, 'file-unreadable'],
      ['/dev/null', 'file-unreadable'],
      [join(inside, 'huge'), 'file-too-large'],
    ] as const) {
      expect([path, codeOf(path)]).toEqual([path, code]);
    }
  });

  it.skipIf(getuid?.() === 0)('what the bridge may not read is refused', () => {
    chmodSync(join(outside, 'secret'), 0);
    expect(codeOf(join(outside, 'secret'))).toBe('file-unreadable');
  });
});
