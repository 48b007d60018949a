import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, expect, it, onTestFinished } from 'vitest';

import { RolledLog } from '../../src/cli/rolled-log.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-log-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  mkdirSync(join(directory, 'session_1'));
});

const path = (day: number, number: number): string =>
  join(directory, 'session_1', `session_1.2026-01-0${day}.${number}.log`);
const write = (day: number, number: number, text: string): void => {
  appendFileSync(path(day, number), text);
};

it('MS-09: reads back over files, and goes on over several that begin between two looks', () => {
  write(1, 1, 'a\nb\n');
  write(1, 2, 'c\n');
  write(2, 1, 'd\ne');
  const log = new RolledLog(directory, 'session_1', () => '2026-12-31');
  expect(log.last(3)).toEqual(['b', 'c', 'd']);
  expect(log.last(9)).toEqual(['a', 'b', 'c', 'd']);
  expect(log.last(0)).toEqual([]);
  write(2, 1, 'E\nf\n');
  write(2, 2, 'g\n');
  write(3, 1, 'h\ni');
  expect(log.news()).toEqual(['eE', 'f', 'g', 'h']);
  rmSync(path(1, 1));
  rmSync(path(2, 1));
  write(3, 1, 'I\n');
  expect(log.news()).toEqual(['iI']);
  rmSync(path(3, 1));
  write(3, 2, 'j\n');
  expect(log.news()).toEqual(['j']);
  expect(log.news()).toEqual([]);
});

it('is undefined without a file, and hears of it when it comes', () => {
  const log = new RolledLog(directory, 'session_1', () => '2026-12-31');
  expect(log.last(5)).toBeUndefined();
  expect(log.news()).toEqual([]);
  write(1, 1, 'a\n');
  expect(log.news()).toEqual(['a']);
  write(1, 1, 'b\n');
  expect(log.news()).toEqual(['b']);
});
