import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { linesBackwards, linesForwards } from '../../src/base/file-lines.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-lines-'));
  file = join(directory, 'lines');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const texts = [
  '',
  '\n',
  '\n\n',
  'a',
  'a\n',
  'a\nb',
  'one\ntwo\nthree\n',
  '\nx\n',
  'Grüße 👋🏽\n漢字かな\nend',
  `${'long'.repeat(50)}\nb\n`,
];

describe.each([1, 2, 3, 7, 64, 65_536])('lines of a file, %i bytes at once', (chunkBytes) => {
  it.each(texts)('%j is what a split at the line breaks gives, both ways', (text) => {
    writeFileSync(file, text);
    const lines = text.split('\n');
    expect([...linesForwards(file, chunkBytes)]).toEqual(lines);
    expect([...linesBackwards(file, chunkBytes)]).toEqual(lines.toReversed());
  });
});

it('reads no further than somebody asks', () => {
  writeFileSync(file, 'first\n');
  const forwards = linesForwards(file, 8);
  appendFileSync(file, `${'x'.repeat(1000)}\nlast\n`);
  expect(forwards.next().value).toBe('first');
  const backwards = linesBackwards(file, 8);
  expect([backwards.next().value, backwards.next().value]).toEqual(['', 'last']);
  // What was not asked for is read when it is: by then it is another.
  const length = readFileSync(file).length;
  writeFileSync(file, 'y'.repeat(length));
  expect(forwards.next().value).toBe(`${'x'.repeat(2)}${'y'.repeat(length - 8)}`);
});

it('ends where a file has become shorter meanwhile', () => {
  writeFileSync(file, 'first\nsecond\nthird\n');
  const forwards = linesForwards(file, 8);
  expect(forwards.next().value).toBe('first');
  truncateSync(file, 10);
  expect([...forwards]).toEqual(['seco']);
});
