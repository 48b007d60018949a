import type { ReadMark } from '../base/process-mark.ts';
import type { ProcessEntry } from '../base/process-table.ts';
import { ancestors, indexProcesses, markOfTree, processTree, strays } from '../base/process-tree.ts';
import type { ProcessIndex } from '../base/process-tree.ts';
import type { TreeUsage } from '../contracts/gauges.ts';

/**
 * What the trees of some processes take. A process counts once, in the first tree that it is found in. Those of one
 * table at once: the cost grows with the processes, not with the trees.
 *
 * @param never is spared, with what descends from it.
 */
export function measureTrees(
  table: readonly ProcessEntry[],
  roots: readonly number[],
  markOf: ReadMark,
  never: number = process.pid,
): ReadonlyMap<number, TreeUsage> {
  const index = indexProcesses(table);
  const found = new Set<number>();
  const trees = new Map<number, ProcessEntry[]>();
  const take = (tree: ProcessEntry[], from: ProcessEntry): void => {
    for (const entry of processTree(index, from, never)) {
      if (found.has(entry.pid)) continue;
      found.add(entry.pid);
      tree.push(entry);
    }
  };
  const marks = new Map<string, ProcessEntry[]>();
  for (const pid of new Set(roots)) {
    const root = index.byPid.get(pid);
    if (!root || pid === never) continue;
    const tree: ProcessEntry[] = [];
    trees.set(pid, tree);
    // The agent's own mark: above it is the terminal, which has none.
    const mark = markOfTree([root, ...processTree(index, root, never)], markOf);
    if (mark !== undefined && !marks.has(mark)) marks.set(mark, tree);
    take(tree, leaderOf(index, root, never));
  }
  const above = roots.flatMap((pid) => [...ancestors(index, pid)]);
  const others = new Set([...found, ...above]);
  for (const [value, tree] of marks) {
    for (const entry of strays(index, others, { value, of: markOf }, never)) take(tree, entry);
  }
  return new Map([...trees].map(([pid, tree]) => [pid, usageOf(tree)]));
}

/** Who leads the session (`setsid`) that a process is in, if that is above it: the first process of its terminal. */
function leaderOf(index: ProcessIndex, root: ProcessEntry, never: number): ProcessEntry {
  const leader = index.byPid.get(root.session);
  const isAbove = leader !== undefined && ancestors(index, root.pid).has(leader.pid);
  // A terminal that we ourselves run in is not the agent's.
  const isOurs = leader?.pid === never || index.byPid.get(never)?.session === root.session;
  return isAbove && !isOurs ? leader : root;
}

function usageOf(tree: readonly ProcessEntry[]): TreeUsage {
  const sum = (of: (entry: ProcessEntry) => number): number => tree.reduce((total, entry) => total + of(entry), 0);
  return { processes: tree.length, memory: sum(({ memory }) => memory), cpuMs: sum(({ cpuMs }) => cpuMs) };
}
