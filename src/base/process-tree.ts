import type { Clock } from './clock.ts';
import { BridgeError, systemErrorCode } from './errors.ts';
import { WatchedTime } from './watched-time.ts';
import type { ProcessEntry, ReadProcessTable } from './process-table.ts';

/** A process that is meant even if its number is given again. */
export type ProcessIdentity = Pick<ProcessEntry, 'pid' | 'started'>;

export interface EndTreeOptions {
  readonly root: ProcessIdentity;
  readonly clock: Clock;
  readonly readTable: ReadProcessTable;
  /** Milliseconds between asking (TERM, HUP) and forcing (KILL). */
  readonly graceMs: number;
  /** Default `process.kill`. */
  readonly signal?: (pid: number, signal: NodeJS.Signals) => void;
}

/** Milliseconds that killed processes get to disappear; one in an uninterruptible wait may take longer. */
const forceMs = 5000;
const pollMs = 20;

/**
 * The processes of a tree: the root, everything that descends from it, and everything in a session (`setsid`) that one
 * of them leads or is in, which also finds what its own parent has left behind. `never` and what descends from it are
 * spared. Gives nothing when the root is gone and left nothing in its session.
 */
export function processTree(
  table: readonly ProcessEntry[],
  root: ProcessIdentity,
  never: number = process.pid,
): readonly ProcessEntry[] {
  const rootEntry = table.find(({ pid }) => pid === root.pid);
  // The number belongs to somebody else by now.
  if (rootEntry && rootEntry.started !== root.started) return [];
  const pids = new Set([root.pid]);
  // The first process of a terminal leads its own session; anything else must not drag its own session along.
  const sessions = new Set(!rootEntry || rootEntry.session === root.pid ? [root.pid] : []);
  const tree = new Map<number, ProcessEntry>();
  for (let grown = true; grown;) {
    grown = false;
    for (const entry of table) {
      if (tree.has(entry.pid) || entry.pid === never) continue;
      if (!pids.has(entry.pid) && !pids.has(entry.parent) && !sessions.has(entry.session)) continue;
      tree.set(entry.pid, entry);
      pids.add(entry.pid);
      if (entry.session === entry.pid) sessions.add(entry.session);
      grown = true;
    }
  }
  return [...tree.values()];
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
  for (;;) {
    known = await survivors(known, options);
    if (known.length === 0) return;
    const waited = time.elapsed();
    if (waited >= graceMs + forceMs) {
      throw new BridgeError(
        'process-tree-alive',
        `Processes ${known.map(({ pid }) => pid).join(', ')} could not be ended.`,
        { happened: 'unknown', advice: 'They may belong to another user or wait for a device; look with ps.' },
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

/** Those of `known` that still live, and the trees that grew from them. */
async function survivors(
  known: readonly ProcessEntry[],
  { root, readTable }: EndTreeOptions,
): Promise<readonly ProcessEntry[]> {
  const table = await readTable();
  const alive = new Map(processTree(table, root).map((entry) => [entry.pid, entry]));
  for (const identity of known) {
    for (const entry of processTree(table, identity)) alive.set(entry.pid, entry);
  }
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
