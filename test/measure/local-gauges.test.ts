import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createMarkReader } from '../../src/base/process-mark.ts';
import { readProcessTable } from '../../src/base/process-table.ts';
import { LocalGauges } from '../../src/measure/local-gauges.ts';
import { eventually } from '../eventually.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

const gauges = new LocalGauges({
  readTable: readProcessTable,
  markOf: createMarkReader(['GAUGES_TEST']),
  home: import.meta.dirname,
});

describe('a directory', () => {
  it('holds what its files have, at any depth', async () => {
    const path = temporaryDirectory();
    mkdirSync(join(path, 'a', 'b'), { recursive: true });
    for (let number = 0; number < 600; number += 1) writeFileSync(join(path, `${number}`), 'x');
    writeFileSync(join(path, 'a', 'b', 'deep'), 'x'.repeat(5000));
    expect(await gauges.directory(path)).toBe(5600);
  });

  it('does not hold what links lead to', async () => {
    const path = temporaryDirectory();
    const other = temporaryDirectory();
    writeFileSync(join(other, 'large'), 'x'.repeat(5000));
    symlinkSync(join(other, 'large'), join(path, 'file'));
    symlinkSync(other, join(path, 'directory'));
    symlinkSync(path, join(path, 'round'));
    expect(await gauges.directory(path)).toBe(0);
  });

  it('that is not there holds nothing', async () => {
    expect(await gauges.directory(join(temporaryDirectory(), 'no'))).toBe(0);
  });
});

describe('the machine', () => {
  it('has what it has, in bytes and per cent', async () => {
    const { totalMemory, usedMemory, cpu, totalDisk, usedDisk } = await gauges.machine();
    expect(totalMemory).toBeGreaterThan(100_000_000);
    expect(usedMemory).toBeGreaterThan(10_000_000);
    expect(usedMemory).toBeLessThan(totalMemory);
    expect(totalDisk).toBeGreaterThan(100_000_000);
    expect(usedDisk).toBeLessThanOrEqual(totalDisk);
    expect(cpu).toBeGreaterThanOrEqual(0);
    expect(cpu).toBeLessThanOrEqual(100);
  });
});

describe('processes', () => {
  it('are the bridge itself', () => {
    const { memory, cpuMs } = gauges.bridge();
    expect(memory).toBeGreaterThan(10_000_000);
    expect(cpuMs).toBeGreaterThan(10);
  });

  it.runIf(process.platform === 'linux')('are a real tree, also what forked away from its parent (MS-08)', async () => {
    const script = 'sleep 631 & (setsid sleep 632 &) ; echo ready; read -r line';
    const child = execa('/bin/sh', ['-c', script], { env: { GAUGES_TEST: `of-${process.pid}` }, stdout: 'pipe' });
    onTestFinished(async () => {
      const left = (await readProcessTable()).filter((entry) => markOf(entry) === `GAUGES_TEST=of-${process.pid}`);
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      await child.catch(() => undefined);
    });
    const markOf = createMarkReader(['GAUGES_TEST']);
    const pid = child.pid!;
    await eventually(async () => expect((await gauges.trees([pid])).get(pid)?.processes).toBe(3));
    const taken = (await gauges.trees([pid])).get(pid);
    expect(taken?.memory).toBeGreaterThan(1_000_000);
  });
});
