import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LogFile } from '../../src/cli/log-file.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-log-'));
  path = join(directory, 'bridge.log');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('LogFile', () => {
  it('is undefined without a file, and hears of it when it comes', () => {
    const file = new LogFile(path);
    expect(file.last(10)).toBeUndefined();
    expect(file.news()).toEqual([]);
    writeFileSync(path, 'one\n');
    expect(file.news()).toEqual(['one']);
  });

  it('gives the last lines of a file much larger than one read', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'é'.repeat(index % 50)}`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    const file = new LogFile(path);
    expect(file.last(5000)).toEqual(lines.slice(-5000));
    expect(file.last(50_000)).toEqual(lines);
    expect(file.last(0)).toEqual([]);
  });

  it('reads lines longer than one read', () => {
    const lines = ['a'.repeat(200_000), 'b', 'c'.repeat(70_000)];
    writeFileSync(path, `${lines.join('\n')}\n`);
    expect(new LogFile(path).last(10)).toEqual(lines);
  });

  it('leaves a half-written line for later', () => {
    writeFileSync(path, 'one\ntw');
    const file = new LogFile(path);
    expect(file.last(10)).toEqual(['one']);
    expect(file.news()).toEqual([]);
    appendFileSync(path, 'o\nthree\nfo');
    expect(file.news()).toEqual(['two', 'three']);
    appendFileSync(path, 'ur\n');
    expect(file.news()).toEqual(['four']);
  });

  it('leaves a half-written line for later when no line before it is asked for', () => {
    writeFileSync(path, 'one\ntw');
    const file = new LogFile(path);
    expect(file.last(0)).toEqual([]);
    appendFileSync(path, 'o\n');
    expect(file.news()).toEqual(['two']);
  });

  it('goes on after the file was replaced or emptied', () => {
    writeFileSync(path, 'old one\nold two\n');
    const file = new LogFile(path);
    file.last(10);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'new one\nnew two, and longer than before\n');
    expect(file.news()).toEqual(['new one', 'new two, and longer than before']);
    truncateSync(path, 0);
    expect(file.news()).toEqual([]);
    appendFileSync(path, 'again\n');
    expect(file.news()).toEqual(['again']);
  });
});
