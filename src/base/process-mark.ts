import { readFileSync } from 'node:fs';

import { isProcess } from './process-alive.ts';
import type { ProcessEntry } from './process-table.ts';

/** What a process carries from whoever started it; undefined for one without, or whose own cannot be read. */
export type ReadMark = (entry: Pick<ProcessEntry, 'pid' | 'started'>) => string | undefined;

/** A mark that is looked for. */
export interface Mark {
  readonly value: string;
  readonly of: ReadMark;
}

/** What is asked about the machine; by default /proc and the system. */
export interface MarkReaderOptions {
  /** `NAME=value`, each with a zero behind it; undefined for a process that is gone, or closed to us. */
  readonly readEnvironment?: (pid: number) => string | undefined;
  readonly isAlive?: (pid: number) => boolean;
}

/** How many processes are remembered before it is looked which of them are gone. */
const leastKnown = 256;

/**
 * Reads marks of processes: the values of environment variables that they began with. These come down to whatever a
 * process starts, also when that leaves its session and loses its parent. Each process is read once. Those that are gone
 * are forgotten when they may be as many as live. Where there is no /proc, nobody has a mark.
 *
 * @param names a process has a mark only when it has all of them.
 */
export function createMarkReader(
  names: readonly string[],
  { readEnvironment = readProcEnvironment, isAlive = isProcess }: MarkReaderOptions = {},
): ReadMark {
  const known = new Map<number, { readonly started: string; readonly mark: string | undefined }>();
  let mostKnown = leastKnown;
  const forgetGone = (): void => {
    for (const pid of known.keys()) if (!isAlive(pid)) known.delete(pid);
    mostKnown = Math.max(leastKnown, 2 * known.size);
  };
  return ({ pid, started }) => {
    const before = known.get(pid);
    if (before?.started === started) return before.mark;
    if (known.size >= mostKnown) forgetGone();
    const mark = markIn(readEnvironment(pid) ?? '', names);
    known.set(pid, { started, mark });
    return mark;
  };
}

/** The mark that a process with these variables carries; names and order as for its reader. */
export function markFrom(variables: readonly (readonly [name: string, value: string])[]): string {
  return variables.map(([name, value]) => `${name}=${value}`).join('\0');
}

function markIn(environment: string, names: readonly string[]): string | undefined {
  const variables = environment.split('\0');
  const found = names.map((name) => variables.find((variable) => variable.startsWith(`${name}=`)));
  return found.includes(undefined) ? undefined : found.join('\0');
}

/** As /proc has it: `NAME=value`, each with a zero behind it. Others' processes are closed to us, and ours may end. */
function readProcEnvironment(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return undefined; // Gone, or somebody else's: it carries no mark of ours that anybody could act on.
  }
}
