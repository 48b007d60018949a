import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makePrivateDirectory, replaceFile, writeFileAtomic, writeFileUnlessSame } from '../../src/base/atomic-file.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'atomic-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('writeFileAtomic', () => {
  it('makes a file that only its owner reads', () => {
    const path = join(directory, 'file');
    writeFileAtomic(path, 'gräte');
    expect(readFileSync(path, 'utf8')).toBe('gräte');
    expect(mode(path)).toBe(0o600);
  });

  it('replaces a file, its mode too, and leaves nothing beside it', () => {
    const path = join(directory, 'file');
    writeFileSync(path, 'old and much longer');
    chmodSync(path, 0o644);
    writeFileAtomic(path, new Uint8Array([110, 101, 119]), 0o640);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(mode(path)).toBe(0o640);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  it('leaves a reader who has the old file open with all of it', () => {
    const path = join(directory, 'file');
    writeFileSync(path, 'old');
    const inode = statSync(path).ino;
    writeFileAtomic(path, 'new');
    expect(statSync(path).ino).not.toBe(inode);
  });

  it('writes large content whole', () => {
    const path = join(directory, 'file');
    const content = 'ä'.repeat(3_000_000);
    writeFileAtomic(path, content);
    expect(readFileSync(path, 'utf8') === content).toBe(true);
  });

  it('throws and leaves everything as it was when the file cannot be replaced', () => {
    const path = join(directory, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'x');
    expect(() => writeFileAtomic(path, 'new')).toThrow();
    expect(readdirSync(directory)).toEqual(['taken']);
    expect(existsSync(join(path, 'inside'))).toBe(true);
  });

  it('throws when there is no such directory', () => {
    expect(() => writeFileAtomic(join(directory, 'none', 'file'), 'x')).toThrow('ENOENT');
  });
});

describe('replaceFile', () => {
  it('replaces a file as one step, and leaves nothing beside it', () => {
    const path = join(directory, 'file');
    replaceFile(path, 'old', 'nothing');
    const inode = statSync(path).ino;
    replaceFile(path, 'new', 'content');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).ino).not.toBe(inode);
    expect(mode(path)).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['file']);
  });
});

describe('writeFileUnlessSame', () => {
  it('writes what is new, and leaves alone what is there already', () => {
    const path = join(directory, 'file');
    writeFileUnlessSame(path, 'one', 0o700);
    const inode = statSync(path).ino;
    writeFileUnlessSame(path, 'one', 0o700);
    expect(statSync(path).ino).toBe(inode);
    writeFileUnlessSame(path, 'two', 0o700);
    expect(readFileSync(path, 'utf8')).toBe('two');
  });

  it('gives the right content the right mode', () => {
    const path = join(directory, 'file');
    writeFileSync(path, 'one', { mode: 0o644 });
    writeFileUnlessSame(path, 'one', 0o600);
    expect(mode(path)).toBe(0o600);
  });
});

describe('makePrivateDirectory', () => {
  it('names the directory that cannot be made', () => {
    expect(() => makePrivateDirectory('/dev/null/x')).toThrow(
      expect.objectContaining({
        code: 'directory-unusable',
        message: 'The directory /dev/null/x cannot be made: a file is in its place.',
      }),
    );
  });

  it('makes it and its parents for the owner alone, and may be called again', () => {
    const path = join(directory, 'a', 'b');
    makePrivateDirectory(path);
    makePrivateDirectory(path);
    expect(mode(path)).toBe(0o700);
    expect(mode(join(directory, 'a'))).toBe(0o700);
  });
});
