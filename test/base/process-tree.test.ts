import { describe, expect, it } from 'vitest';

import type { ProcessEntry } from '../../src/base/process-table.ts';
import { endProcessTree, indexProcesses, processTree as treeIn, strays } from '../../src/base/process-tree.ts';
import type { ProcessIdentity } from '../../src/base/process-tree.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function entry(pid: number, parent: number, session: number, started = `t${pid}`): ProcessEntry {
  return { pid, parent, session, started, cpuMs: 0, memory: 0 };
}

const processTree = (table: readonly ProcessEntry[], from: ProcessIdentity, never: number) =>
  treeIn(indexProcesses(table), from, never);

function pids(entries: readonly ProcessEntry[]): readonly number[] {
  return entries.map(({ pid }) => pid).sort((a, b) => a - b);
}

const root = { pid: 10, started: 't10' };

describe('processTree', () => {
  it('finds descendants, and in their sessions what has lost its parent', () => {
    const table = [
      entry(1, 0, 1),
      entry(10, 1, 10),
      entry(11, 10, 10),
      entry(12, 11, 12), // a child that made a session of its own
      entry(13, 1, 12), // its child, whose parent is gone
      entry(14, 1, 10), // an orphan of the pane's session
      entry(20, 1, 20), // somebody else
      entry(21, 20, 20),
    ];
    expect(pids(processTree(table, root, 999))).toEqual([10, 11, 12, 13, 14]);
  });

  it('finds what a dead root left in its session', () => {
    expect(pids(processTree([entry(14, 1, 10), entry(20, 1, 20)], root, 999))).toEqual([14]);
  });

  it('finds nothing when the number belongs to somebody else by now', () => {
    expect(processTree([entry(10, 1, 10, 'later'), entry(11, 10, 10)], root, 999)).toEqual([]);
  });

  it('does not take the session along that a root only belongs to', () => {
    const table = [entry(5, 1, 5), entry(10, 5, 5), entry(11, 10, 5), entry(12, 5, 5)];
    expect(pids(processTree(table, root, 999))).toEqual([10, 11]);
  });

  it('spares the process that asks, and what descends from it', () => {
    const table = [entry(10, 1, 10), entry(11, 10, 11), entry(12, 11, 12)];
    expect(pids(processTree(table, root, 11))).toEqual([10]);
  });
});

describe('endProcessTree', () => {
  interface Machine {
    readonly table: ProcessEntry[];
    readonly signals: string[];
  }

  function end(machine: Machine, endsOn: (pid: number, signal: string) => boolean): [Promise<void>, ManualClock] {
    const clock = new ManualClock();
    const ended = endProcessTree({
      root,
      clock,
      graceMs: 3000,
      readIndex: async () => indexProcesses([...machine.table]),
      signal: (pid, signal) => {
        machine.signals.push(`${pid} ${signal} ${clock.monotonic()}`);
        const index = machine.table.findIndex((each) => each.pid === pid);
        if (index < 0) throw Object.assign(new Error('gone'), { code: 'ESRCH' });
        if (endsOn(pid, signal)) machine.table.splice(index, 1);
      },
    });
    return [ended, clock];
  }

  it('asks first, and does not force what goes by itself', async () => {
    const machine: Machine = { table: [entry(10, 1, 10), entry(11, 10, 10)], signals: [] };
    const [ended, clock] = end(machine, (_pid, signal) => signal === 'SIGTERM');
    await clock.advance(20);
    await ended;
    expect(machine.signals.filter((each) => !each.includes('SIGCONT'))).toEqual(['10 SIGTERM 0', '11 SIGTERM 0']);
  });

  it('hangs up on who ignores TERM, and forces who ignores both, at the end of the grace', async () => {
    const machine: Machine = { table: [entry(10, 1, 10), entry(11, 10, 10)], signals: [] };
    const [ended, clock] = end(machine, (pid, signal) => signal === 'SIGKILL' || (pid === 10 && signal === 'SIGHUP'));
    await clock.advance(1100);
    expect(pids(machine.table)).toEqual([11]);
    await clock.advance(1800);
    expect(machine.signals.some((each) => each.includes('SIGKILL'))).toBe(false);
    await clock.advance(200);
    await ended;
    expect(machine.signals.at(-1)).toMatch(/^11 SIGKILL 30\d\d$/);
    expect(clock.pending).toBe(0);
  });

  it('forces nobody because the machine was suspended in between', async () => {
    const machine: Machine = { table: [entry(10, 1, 10)], signals: [] };
    const [ended, clock] = end(machine, (_pid, signal) => signal === 'SIGHUP');
    await clock.advance(100);
    clock.suspend(600_000);
    await clock.advance(2000);
    await ended;
    expect(machine.signals.filter((each) => each.includes('SIGKILL'))).toEqual([]);
  });

  it('also ends what was started meanwhile', async () => {
    const machine: Machine = { table: [entry(10, 1, 10)], signals: [] };
    const [ended, clock] = end(machine, (_pid, signal) => signal === 'SIGKILL');
    await clock.advance(2000);
    machine.table.push(entry(15, 10, 15));
    await clock.advance(2000);
    await ended;
    expect(machine.table).toEqual([]);
  });

  it('asks who was started meanwhile as kindly as the others, and nobody twice', async () => {
    const machine: Machine = { table: [entry(10, 1, 10)], signals: [] };
    const [ended, clock] = end(machine, (pid, signal) => signal === 'SIGTERM' && (pid === 11 || !machine.table[1]));
    machine.table.push(entry(11, 10, 10));
    await clock.advance(100);
    expect(pids(machine.table)).toEqual([10]);
    machine.table.splice(0);
    await clock.advance(100);
    await ended;
    expect(machine.signals.filter((each) => each.includes('SIGTERM')).map((each) => each.split(' ')[0])).toEqual([
      '10',
      '11',
    ]);
  });

  it('names what cannot be ended', async () => {
    const machine: Machine = { table: [entry(10, 1, 10), entry(11, 10, 10)], signals: [] };
    const [ended, clock] = end(machine, (pid, signal) => pid === 10 && signal === 'SIGTERM');
    const refused = expect(ended).rejects.toMatchObject({
      code: 'process-tree-alive',
      happened: 'unknown',
      message: expect.stringContaining('11') as string,
    });
    await clock.advance(9000);
    await refused;
  });
});

describe('marks', () => {
  const marks: Readonly<Record<number, string>> = { 11: 'one', 30: 'one', 5: 'one', 12: 'two', 40: 'two' };
  const markOf = ({ pid }: Pick<ProcessEntry, 'pid'>): string | undefined => marks[pid];
  /** The terminal server 5, the pane 10, its program 11, something that this started and marked 12. */
  const table = [
    entry(5, 1, 5),
    entry(10, 5, 10),
    entry(11, 10, 10),
    entry(12, 11, 10),
    entry(30, 1, 30), // left the session and lost its parent
    entry(31, 30, 30),
    entry(40, 1, 40), // somebody else's
  ];

  /** Ends what is marked in a machine; gives who is left. @param onEnd something ends. */
  async function endMarked(
    left: ProcessEntry[],
    from: { readonly pid: number; readonly started: string } | undefined,
    onEnd: (pid: number) => void = () => undefined,
  ): Promise<readonly number[]> {
    const clock = new ManualClock();
    const ended = endProcessTree({
      root: from,
      clock,
      graceMs: 3000,
      mark: { value: 'one', of: markOf },
      readIndex: async () => indexProcesses([...left]),
      signal: (pid, signal) => {
        const index = left.findIndex((each) => each.pid === pid);
        if (signal !== 'SIGTERM' || index < 0) return;
        left.splice(index, 1);
        onEnd(pid);
      },
    });
    await clock.advance(100);
    await ended;
    return pids(left);
  }

  it('tell what strayed, with what that started; not who is above, nor what only one further down is marked with', async () => {
    expect(await endMarked([...table], root)).toEqual([5, 40]);
  });

  it('are enough where there is no root', async () => {
    const left = table.filter(({ pid }) => pid >= 30);
    expect(await endMarked(left, undefined)).toEqual([40]);
  });

  it('count also when who carried them has ended first', async () => {
    const left = table.filter(({ pid }) => pid < 30);
    const strayed = (pid: number): void => {
      if (pid === 11) left.push(entry(30, 1, 30));
    };
    expect(await endMarked(left, root, strayed)).toEqual([5]);
  });

  it('of a process that we descend from or that descends from us end nobody', () => {
    const all = [...table.filter(({ pid }) => pid !== 30), entry(999, 1, 999), entry(30, 999, 999)];
    const mark = { value: 'one', of: ({ pid }: { readonly pid: number }) => (pid >= 30 ? 'one' : undefined) };
    expect(pids(strays(indexProcesses(all), new Set([5, 10, 11, 12]), mark, 999))).toEqual([40]);
  });
});
