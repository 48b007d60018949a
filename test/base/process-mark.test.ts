import { describe, expect, it } from 'vitest';

import { createMarkReader } from '../../src/base/process-mark.ts';

const names = ['HOME_OF', 'NUMBER'];

describe('a mark', () => {
  it('is made of all the variables that are asked for', () => {
    const environments = new Map([
      [1, 'A=b\0NUMBER=2\0HOME_OF=/x\0'],
      [2, 'HOME_OF=/x\0NUMBER=2\0'],
      [3, 'HOME_OF=/x\0NUMBER=3\0'],
      [4, 'HOME_OF=/x\0THE_NUMBER=2\0'],
    ]);
    const markOf = createMarkReader(names, (pid) => environments.get(pid));
    const mark = (pid: number): string | undefined => markOf({ pid, started: 't' });
    expect(mark(1)).toBe('HOME_OF=/x\0NUMBER=2');
    expect(mark(2)).toBe(mark(1));
    expect(mark(3)).not.toBe(mark(1));
    expect([mark(4), mark(5)]).toEqual([undefined, undefined]);
  });

  it('is read once of each process, and anew when its number is given again', () => {
    const read: number[] = [];
    const markOf = createMarkReader(['A'], (pid) => `A=${read.push(pid)}`);
    expect(markOf({ pid: 7, started: 't1' })).toBe('A=1');
    expect(markOf({ pid: 7, started: 't1' })).toBe('A=1');
    expect(markOf({ pid: 7, started: 't2' })).toBe('A=2');
  });

  it('is not remembered for ever (I11)', () => {
    let reads = 0;
    const markOf = createMarkReader(['A'], () => `A=${(reads += 1)}`);
    for (let pid = 1; pid <= 5000; pid += 1) markOf({ pid, started: 't' });
    markOf({ pid: 1, started: 't' });
    expect(reads).toBe(5001);
  });

  it.runIf(process.platform === 'linux')('of a real process is in its environment', () => {
    const { PATH = '' } = process.env;
    expect(createMarkReader(['PATH'])({ pid: process.pid, started: 't' })).toBe(`PATH=${PATH}`);
    expect(createMarkReader(['PATH'])({ pid: 2 ** 30, started: 't' })).toBeUndefined();
  });
});
