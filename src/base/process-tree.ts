import type { Clock } from './clock.ts';
import { BridgeError, systemErrorCode } from './errors.ts';
import { WatchedTime } from './watched-time.ts';
import type { Mark, ReadMark } from './process-mark.ts';
import type { ProcessEntry } from './process-table.ts';

/** A process that is meant even if its number is given again. */
export type ProcessIdentity = Pick<ProcessEntry, 'pid' | 'started'>;

export interface EndTreeOptions {
  /** None: only what carries the mark. */
  readonly root: ProcessIdentity | undefined;
  readonly clock: Clock;
  /** Every live process, as of now. */
  readonly readIndex: () => Promise<ProcessIndex>;
  /** Milliseconds between asking (TERM, HUP) and forcing (KILL). */
  readonly graceMs: number;
  /** What else is ended, wherever it went: what carries this. */
  readonly mark?: Mark;
  /** Default `process.kill`. */
  readonly signal?: (pid: number, signal: NodeJS.Signals) => void;
}

/** Milliseconds that killed processes get to disappear; one in an uninterruptible wait may take longer. */
const forceMs = 5000;
const pollMs = 20;

/** A table of processes by what leads from one to others: many trees are found in it at little cost. */
export interface ProcessIndex {
  readonly byPid: ReadonlyMap<number, ProcessEntry>;
  readonly byParent: ReadonlyMap<number, readonly ProcessEntry[]>;
  readonly bySession: ReadonlyMap<number, readonly ProcessEntry[]>;
  /** Each process is asked once, however many ask. */
  byMark(markOf: ReadMark): ReadonlyMap<string, readonly ProcessEntry[]>;
}

export function indexProcesses(entries: readonly ProcessEntry[]): ProcessIndex {
  const marked = new Map<ReadMark, ReadonlyMap<string, readonly ProcessEntry[]>>();
  return {
    byPid: new Map(entries.map((entry) => [entry.pid, entry])),
    byParent: Map.groupBy(entries, ({ parent }) => parent),
    bySession: Map.groupBy(entries, ({ session }) => session),
    byMark: (markOf) => {
      const known = marked.get(markOf) ?? groupByMark(entries, markOf);
      marked.set(markOf, known);
      return known;
    },
  };
}

/**
 * The processes of a tree: the root, everything that descends from it, and everything in a session (`setsid`) that one
 * of them leads or is in, which also finds what its own parent has left behind. `never` and what descends from it are
 * spared. Gives nothing when the root is gone and left nothing in its session.
 */
export function processTree(
  index: ProcessIndex,
  root: ProcessIdentity,
  never: number = process.pid,
): readonly ProcessEntry[] {
  const rootEntry = index.byPid.get(root.pid);
  // The number belongs to somebody else by now.
  if (rootEntry && rootEntry.started !== root.started) return [];
  const tree = new Map<number, ProcessEntry>();
  const take = (entries: readonly ProcessEntry[] = []): void => {
    for (const entry of entries) if (entry.pid !== never) tree.set(entry.pid, entry);
  };
  if (rootEntry) take([rootEntry]);
  else {
    take(index.byParent.get(root.pid));
    take(index.bySession.get(root.pid));
  }
  // What is added meanwhile is met as well.
  for (const { pid, session } of tree.values()) {
    take(index.byParent.get(pid));
    // The first process of a terminal leads its own session; anything else must not drag its own session along.
    if (session === pid) take(index.bySession.get(pid));
  }
  return [...tree.values()];
}

/** Those above a process, from its parent on. */
export function ancestors(index: ProcessIndex, pid: number): ReadonlySet<number> {
  const above = new Set<number>();
  for (let entry = index.byPid.get(pid); entry && !above.has(entry.parent); entry = index.byPid.get(entry.parent)) {
    above.add(entry.parent);
  }
  return above;
}

/**
 * The mark of a tree: that of whoever is nearest to the root. Those further down may have begun something of their own, or
 * borrowed somebody else's mark for a moment.
 */
export function markOfTree(tree: readonly ProcessEntry[], markOf: ReadMark): string | undefined {
  for (const entry of tree) {
    const mark = markOf(entry);
    if (mark !== undefined) return mark;
  }
  return undefined;
}

/**
 * Processes outside of some trees that carry a mark: whoever makes a session (`setsid`) and loses its parent is found by
 * nothing else. Not `never`, nor what descends from it.
 *
 * @param others what is in a tree, or above one: that holds more than the tree.
 */
export function strays(
  index: ProcessIndex,
  others: { has(pid: number): boolean },
  mark: Mark,
  never: number = process.pid,
): readonly ProcessEntry[] {
  const carriers = index.byMark(mark.of).get(mark.value) ?? [];
  return carriers.filter(({ pid }) => !others.has(pid) && pid !== never && !ancestors(index, pid).has(never));
}

function groupByMark(entries: readonly ProcessEntry[], markOf: ReadMark): ReadonlyMap<string, readonly ProcessEntry[]> {
  const carriers = entries.flatMap((entry) => {
    const mark = markOf(entry);
    return mark === undefined ? [] : [{ mark, entry }];
  });
  const groups = Map.groupBy(carriers, ({ mark }) => mark);
  return new Map([...groups].map(([mark, group]) => [mark, group.map(({ entry }) => entry)]));
}

/**
 * Ends a whole process tree: TERM; after a third of the grace HUP for who ignores that, as interactive shells do; after
 * the grace KILL, also for what was started meanwhile. Returns when all are gone.
 *
 * @throws BridgeError `process-tree-alive` when some cannot be ended, naming them.
 */
export async function endProcessTree(options: EndTreeOptions): Promise<void> {
  const { clock, graceMs } = options;
  const time = new WatchedTime(clock);
  const asked = new Map<NodeJS.Signals, Set<string>>();
  /** Sends a signal once to each process: a second one can make a program skip its own clean-up. */
  const ask = (signal: NodeJS.Signals, entries: readonly ProcessEntry[]): void => {
    const before = asked.get(signal) ?? new Set();
    asked.set(signal, before);
    const keyOf = ({ pid, started }: ProcessEntry): string => `${pid} ${started}`;
    sendAll(
      entries.filter((entry) => !before.has(keyOf(entry))),
      signal,
      options,
    );
    for (const entry of entries) before.add(keyOf(entry));
  };
  let known: readonly ProcessEntry[] = [];
  // Who is above the root is spared also when the root is gone.
  const above = new Set<number>();
  for (;;) {
    known = await survivors(known, above, options);
    if (known.length === 0) return;
    const waited = time.elapsed();
    if (waited >= graceMs + forceMs) {
      throw new BridgeError(
        'process-tree-alive',
        `Processes ${known.map(({ pid }) => pid).join(', ')} could not be ended.`,
        { advice: 'They may belong to another user or wait for a device; look with ps.' },
      );
    }
    // Also who was started meanwhile: a wrapper that was just about to start its program goes on to do so.
    ask('SIGTERM', known);
    ask('SIGCONT', known);
    if (waited >= graceMs / 3) ask('SIGHUP', known);
    if (waited >= graceMs) sendAll(known, 'SIGKILL', options);
    await clock.sleep(pollMs);
  }
}

/** Those of `known` that still live, the trees that grew from them, and what strayed from those. */
async function survivors(
  known: readonly ProcessEntry[],
  above: Set<number>,
  { root, readIndex, mark }: EndTreeOptions,
): Promise<readonly ProcessEntry[]> {
  const index = await readIndex();
  const alive = new Map<number, ProcessEntry>();
  const take = (identity: ProcessIdentity): void => {
    for (const entry of processTree(index, identity)) alive.set(entry.pid, entry);
  };
  if (root) take(root);
  for (const identity of known) take(identity);
  if (!mark) return [...alive.values()];
  if (root) for (const pid of ancestors(index, root.pid)) above.add(pid);
  for (const entry of strays(index, new Set([...above, ...alive.keys()]), mark)) take(entry);
  return [...alive.values()];
}

function sendAll(
  entries: readonly ProcessEntry[],
  name: NodeJS.Signals,
  { signal = (pid, which) => process.kill(pid, which) }: EndTreeOptions,
): void {
  for (const { pid } of entries) {
    try {
      signal(pid, name);
    } catch (error) {
      // Gone already, or not ours: then it shows up as a survivor.
      const code = systemErrorCode(error);
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  }
}
