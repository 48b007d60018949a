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
    const markOf = createMarkReader(names, { readEnvironment: (pid) => environments.get(pid) });
    const mark = (pid: number): string | undefined => markOf({ pid, started: 't' });
    expect(mark(1)).toBe('HOME_OF=/x\0NUMBER=2');
    expect(mark(2)).toBe(mark(1));
    expect(mark(3)).not.toBe(mark(1));
    expect([mark(4), mark(5)]).toEqual([undefined, undefined]);
  });

  it('is read once of each process, and anew when its number is given again', () => {
    const read: number[] = [];
    const markOf = createMarkReader(['A'], { readEnvironment: (pid) => `A=${read.push(pid)}` });
    expect(markOf({ pid: 7, started: 't1' })).toBe('A=1');
    expect(markOf({ pid: 7, started: 't1' })).toBe('A=1');
    expect(markOf({ pid: 7, started: 't2' })).toBe('A=2');
  });

  it('is forgotten of who is gone, and not of who lives, however many come and go (I11)', () => {
    const read: number[] = [];
    const markOf = createMarkReader(['A'], {
      readEnvironment: (pid) => `A=${read.push(pid)}`,
      isAlive: (pid) => pid === 1,
    });
    for (let pid = 1; pid <= 1000; pid += 1) markOf({ pid, started: 't' });
    markOf({ pid: 1, started: 't' });
    expect(read).toHaveLength(1000);
    markOf({ pid: 2, started: 't' });
    expect(read).toHaveLength(1001);
  });

  it('is read once of each of thousands that live, and they are seldom asked whether they do', () => {
    let reads = 0;
    let asked = 0;
    const markOf = createMarkReader(['A'], {
      readEnvironment: () => `A=${(reads += 1)}`,
      isAlive: () => (asked += 1) > 0,
    });
    for (let round = 1; round <= 10; round += 1) {
      for (let pid = 1; pid <= 3000; pid += 1) markOf({ pid, started: 't' });
    }
    expect(reads).toBe(3000);
    expect(asked).toBeLessThan(2 * 3000);
  });

  it.runIf(process.platform === 'linux')('of a real process is in its environment', () => {
    const { PATH = '' } = process.env;
    expect(createMarkReader(['PATH'])({ pid: process.pid, started: 't' })).toBe(`PATH=${PATH}`);
    expect(createMarkReader(['PATH'])({ pid: 2 ** 30, started: 't' })).toBeUndefined();
  });
});
