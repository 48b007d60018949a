import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { forgetSilent } from '../../src/observe/rolled-retention.ts';

const day = 24 * 3_600_000;

it('I11: the log of a session about which nothing was written for 90 days goes, with its link; nothing else does', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-rolled-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const now = Date.UTC(2026, 6, 1);
  const write = (name: string, age: number): void => {
    mkdirSync(join(directory, name));
    const piece = join(directory, name, `${name}.2026-01-01.1.log`);
    writeFileSync(piece, 'x');
    utimesSync(piece, (now - age * day) / 1000, (now - age * day) / 1000);
    symlinkSync(`${name}/${name}.2026-01-01.1.log`, join(directory, `${name}.log`));
  };
  write('bridge', 200);
  write('session_1', 91);
  write('session_2', 89);
  write('mine', 200);
  mkdirSync(join(directory, 'session_3'));
  forgetSilent(directory, now);
  expect(readdirSync(directory).sort()).toEqual([
    ...['bridge', 'bridge.log', 'mine', 'mine.log', 'session_2', 'session_2.log', 'session_3'],
  ]);
  forgetSilent(join(directory, 'none'), now);
  expect(existsSync(join(directory, 'none'))).toBe(false);
});
