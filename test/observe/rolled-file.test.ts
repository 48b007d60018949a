import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { localDay } from '../../src/base/clock.ts';
import { piecesOf } from '../../src/base/rolled-files.ts';
import { RolledFile } from '../../src/observe/rolled-file.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { eventually } from '../eventually.ts';

const day = 24 * 3_600_000;

let directory: string;
let clock: ManualClock;
let told: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-rolled-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
  told = [];
});

async function open(options: { keep?: number; bytesPerPiece?: number } = {}): Promise<RolledFile> {
  const file = new RolledFile({
    ...{ directory, name: 'bridge', keep: 10, clock },
    onTrouble: ({ error }) => told.push(error),
    onHealed: ({ lost }) => told.push(`healed, ${lost} lost`),
    ...options,
  });
  await file.open();
  onTestFinished(() => file.close());
  return file;
}

const pieces = (): readonly string[] =>
  piecesOf(directory, 'bridge', localDay(clock.now())).map(({ path }) => basename(path));
const everything = (): string =>
  piecesOf(directory, 'bridge', localDay(clock.now()))
    .map(({ path }) => readFileSync(path, 'utf8'))
    .join('');
const linked = (): string => readFileSync(join(directory, 'bridge.log'), 'utf8');
const fullDisk = (): void => {
  mkdirSync(join(directory, 'bridge'));
  symlinkSync('/dev/full', join(directory, 'bridge', `bridge.${localDay(clock.now())}.1.log`));
};

describe('MS-09: a rolled file', () => {
  it('begins a piece every day, and people find the newest under the old name', async () => {
    const file = await open();
    file.write('first\n');
    await clock.advance(day);
    file.write('second\n'); // Opening the next piece takes a moment; no line waits for it.
    await eventually(() => {
      expect(pieces()).toHaveLength(2);
    });
    file.write('third\n');
    expect(pieces()).toEqual(['bridge.2026-01-01.1.log', 'bridge.2026-01-02.1.log']);
    expect(linked()).toBe('third\n');
    expect(readlinkSync(join(directory, 'bridge.log'))).toBe('bridge/bridge.2026-01-02.1.log');
    expect(everything()).toBe('first\nsecond\nthird\n');
    expect(clock.pending).toBe(0);
  });

  it('begins a piece at a size, loses no line on the way, and keeps as many as it shall', async () => {
    const file = await open({ keep: 3, bytesPerPiece: 100 });
    for (let number = 0; number < 61; number += 1) {
      file.write(`line ${String(number).padStart(4, '0')}\n`); // 10 bytes
      await clock.advance(0);
    }
    expect(pieces()).toHaveLength(3);
    expect(
      Math.max(...piecesOf(directory, 'bridge', localDay(clock.now())).map(({ path }) => statSync(path).size)),
    ).toBeLessThanOrEqual(110);
    // The last piece has just begun.
    const numbers = [...everything().matchAll(/line (\d+)/g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from(numbers, (_, index) => 61 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(20);
    expect(told).toEqual([]);
  });

  it('counts what earlier runs left: restarts do not keep more', async () => {
    for (let run = 0; run < 5; run += 1) {
      const file = await open({ keep: 2 });
      file.write(`run ${run}\n`);
      await file.close();
      await clock.advance(day);
    }
    expect(pieces()).toEqual(['bridge.2026-01-04.1.log', 'bridge.2026-01-05.1.log']);
    expect(everything()).toBe('run 3\nrun 4\n');
  });

  it('takes in the one file that an older version wrote', async () => {
    writeFileSync(join(directory, 'bridge.log'), 'old\n', { mode: 0o644 });
    const file = await open();
    file.write('new\n');
    expect(lstatSync(join(directory, 'bridge.log')).isSymbolicLink()).toBe(true);
    expect([...pieces()].filter((name) => name.endsWith('.0.log'))).toHaveLength(1);
    expect(linked()).toBe('new\n');
    expect(everything()).toContain('old\n');
  });

  it('a full disk is told once; what fits into memory comes later, the rest is counted', async () => {
    fullDisk();
    const file = await open();
    const line = `${'x'.repeat(999)}\n`;
    for (let number = 0; number < 100; number += 1) file.write(line);
    await clock.advance(1_000);
    file.write(line);
    await file.open();
    expect(told).toEqual([expect.stringContaining('ENOSPC')]);
    expect(file.trouble).toMatchObject({ file: join(directory, 'bridge.log'), since: '2026-01-01T12:00:00.000Z' });
    rmSync(join(directory, 'bridge'), { recursive: true });
    await clock.advance(2_000);
    file.write('again\n');
    await file.open();
    const kept = linked().split(line).length - 1;
    expect(kept).toBeGreaterThan(50);
    expect(linked().endsWith('again\n')).toBe(true);
    expect(told).toEqual([expect.anything(), `healed, ${101 - kept} lost`]);
    expect(file.trouble).toBeUndefined();
  });

  it('what was left of a line is not the beginning of the next one', async () => {
    mkdirSync(join(directory, 'bridge'));
    writeFileSync(join(directory, 'bridge', 'bridge.2026-01-01.1.log'), 'whole\nto');
    const file = await open();
    file.write('next\n');
    expect(linked()).toBe('whole\nto\nnext\n');
  });

  it('a folder that cannot be made again is tried now and then, not with every line', async () => {
    const file = await open();
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    file.write('1\n');
    await file.open();
    rmSync(directory);
    file.write('2\n');
    expect(existsSync(directory)).toBe(false);
    await clock.advance(1_000);
    file.write('3\n');
    await file.open();
    expect(linked()).toBe('1\n2\n3\n');
    expect(told).toEqual([expect.anything(), 'healed, 0 lost']);
  });

  it('a clock that was set back costs no line, and not the piece that is written', async () => {
    const file = await open({ keep: 3 });
    for (let line = 1; line <= 3; line += 1) {
      if (line > 1) await clock.advance(day);
      file.write(`${line}\n`);
      await file.open();
    }
    for (let line = 4; line <= 7; line += 1) {
      clock.jump(-30 * day);
      file.write(`${line}\n`);
      await file.open();
    }
    file.write('last\n');
    expect(pieces()).toHaveLength(3);
    expect(linked()).toBe('last\n');
    expect(everything().split('\n').slice(-2)).toEqual(['last', '']);
    expect(told).toEqual([]);
  });

  it('somebody’s own file under the name stays', async () => {
    const file = await open();
    file.write('1\n');
    rmSync(join(directory, 'bridge.log'));
    mkdirSync(join(directory, 'bridge.log'));
    await clock.advance(day);
    file.write('2\n');
    await file.close();
    expect(lstatSync(join(directory, 'bridge.log')).isDirectory()).toBe(true);
    expect(everything()).toBe('1\n2\n');
  });
});
