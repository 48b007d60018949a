import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { expandHome, isDirectory } from '../../src/config/directories.ts';

it('knows the home of a person, and no ~ elsewhere', () => {
  expect(expandHome('~')).toBe(homedir());
  expect(expandHome('~/x')).toBe(join(homedir(), 'x'));
  expect(expandHome('~/x', '/somebody')).toBe('/somebody/x');
  expect(expandHome('/~/x')).toBe('/~/x');
  expect(expandHome('~other')).toBe('~other');
});

it('knows a directory, and throws at nothing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-directories-'));
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(isDirectory(directory)).toBe(true);
  const others = [file, join(file, 'below'), join(directory, 'missing'), `/${'x'.repeat(300)}`, '/a\u0000b', ''];
  expect(others.filter(isDirectory)).toEqual([]);
  rmSync(directory, { recursive: true });
});
