import { expect, it } from 'vitest';

import { findProcess, parseProcStat, parsePs, readProcessTable } from '../../src/base/process-table.ts';

const rest = '34816 -1 4194304 86 0 0 0 120 3 9 9 20 0 1 0 987654 2392064 25';

it('reads a line of /proc, whatever the program calls itself', () => {
  expect(parseProcStat(`77 (a) b) R (c) S 5 70 60 ${rest}`)).toEqual({
    pid: 77,
    parent: 5,
    session: 60,
    started: '987654',
    cpuMs: 1230,
    memory: 102_400,
  });
});

it('leaves out what has ended', () => {
  expect(parseProcStat(`77 (x) Z 5 70 60 ${rest}`)).toBeUndefined();
  expect(parseProcStat('77 (x)')).toBeUndefined();
});

it('reads what ps prints', () => {
  const output = [
    '    1     0     1 Ss    3000   1-02:03:04 Mon Nov 16 09:00:01 2026    ',
    '  501     1   500 Z 0 00:00:00    Mon Nov 16 09:00:02 2026',
    ' 1234   501  1200 S+   512   0:01.25 Sat Nov 21 10:11:12 2026',
    '',
  ].join('\n');
  expect(parsePs(output)).toEqual([
    { pid: 1, parent: 0, session: 1, started: 'Mon Nov 16 09:00:01 2026', cpuMs: 93_784_000, memory: 3_072_000 },
    { pid: 1234, parent: 501, session: 1200, started: 'Sat Nov 21 10:11:12 2026', cpuMs: 1250, memory: 524_288 },
  ]);
});

it('finds this very process, by list and by number', async () => {
  const self = (await readProcessTable()).find(({ pid }) => pid === process.pid);
  expect(self).toMatchObject({ parent: process.ppid });
  expect(self?.cpuMs).toBeGreaterThan(0);
  expect(self?.memory).toBeGreaterThan(1_000_000);
  expect(await findProcess(process.pid)).toMatchObject({ pid: process.pid, started: self?.started });
});

it('finds nothing where nothing is', async () => {
  expect(await findProcess(2 ** 30)).toBeUndefined();
});
