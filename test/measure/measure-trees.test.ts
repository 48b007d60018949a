import { describe, expect, it } from 'vitest';

import type { ProcessEntry } from '../../src/base/process-table.ts';
import { measureTrees } from '../../src/measure/measure-trees.ts';
import { processorMs } from '../processor-time.ts';

const never = 999;

function entry(pid: number, parent: number, session: number, memory = 1): ProcessEntry {
  return { pid, parent, session, started: `t${pid}`, cpuMs: 10 * memory, memory };
}

/** The terminal server 5, with the panes 10 and 20, their agents 11 and 21; we are 999. */
const machine = [
  entry(1, 0, 1, 1000),
  entry(5, 1, 5, 1000),
  entry(10, 5, 10),
  entry(11, 10, 10, 2),
  entry(20, 5, 20),
  entry(21, 20, 20, 4),
  entry(never, 1, never, 1000),
];

function marks(of: Readonly<Record<number, string>>) {
  return ({ pid }: { readonly pid: number }): string | undefined => of[pid];
}

describe('what trees take (MS-08)', () => {
  it('is that of each agent, and of the terminal that it is in', () => {
    const taken = measureTrees(machine, [11, 21], marks({}), never);
    expect([...taken]).toEqual([
      [11, { processes: 2, memory: 3, cpuMs: 30 }],
      [21, { processes: 2, memory: 5, cpuMs: 50 }],
    ]);
  });

  it('counts children that lost their parent, and those that left the session', () => {
    const table = [
      ...machine,
      entry(12, 11, 12), // made a session of its own
      entry(13, 1, 12), // and its child lost its parent
      entry(14, 1, 10), // lost its parent in the terminal's session
    ];
    expect(measureTrees(table, [11], marks({}), never).get(11)).toMatchObject({ processes: 5, memory: 6 });
  });

  it('counts what left the session and lost its parent by its mark, with what that started', () => {
    const table = [...machine, entry(30, 1, 30), entry(31, 30, 30), entry(40, 1, 40)];
    const taken = measureTrees(table, [11, 21], marks({ 11: 'one', 21: 'two', 30: 'two', 40: 'three' }), never);
    expect(taken.get(11)).toMatchObject({ processes: 2 });
    expect(taken.get(21)).toMatchObject({ processes: 4, memory: 7 });
  });

  it('counts neither us nor the terminal server, whoever started us', () => {
    const table = [...machine, entry(1000, never, never)];
    const everybody = marks({ 5: 'one', 11: 'one', [never]: 'one', 1000: 'one' });
    expect(measureTrees(table, [11], everybody, never).get(11)).toMatchObject({ processes: 2, memory: 3 });
  });

  it('does not take the terminal along that we run in ourselves', () => {
    const table = [entry(50, 1, 50), entry(never, 50, 50), entry(51, 50, 50, 7), entry(52, 50, 50)];
    expect(measureTrees(table, [51], marks({}), never).get(51)).toEqual({ processes: 1, memory: 7, cpuMs: 70 });
  });

  it('has nothing of a process that does not live', () => {
    expect([...measureTrees(machine, [77], marks({}), never)]).toEqual([]);
  });

  it('counts a process once, although it is below two roots', () => {
    const taken = measureTrees(machine, [11, 10], marks({}), never);
    expect([...taken.values()].reduce((sum, { processes }) => sum + processes, 0)).toBe(2);
  });

  it('costs no more per tree when there are many', () => {
    const table = [entry(5, 1, 5)];
    const roots: number[] = [];
    for (let pane = 100; pane < 100 + 3 * 2000; pane += 3) {
      table.push(entry(pane, 5, pane), entry(pane + 1, pane, pane), entry(pane + 2, pane + 1, pane));
      roots.push(pane + 1);
    }
    let read = 0;
    // Looking through the whole table for each tree would be 12 million steps, some of them twice.
    const taken = processorMs(() => {
      const trees = measureTrees(table, roots, () => void (read += 1), 99_999);
      expect([...trees.values()].every(({ processes }) => processes === 3)).toBe(true);
    });
    expect(taken).toBeLessThan(1000);
    expect(read).toBeLessThan(3 * table.length);
  });
});
