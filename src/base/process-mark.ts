import { readFileSync } from 'node:fs';

import type { ProcessEntry } from './process-table.ts';

/** What a process carries from whoever started it; undefined for one without, or whose own cannot be read. */
export type ReadMark = (entry: Pick<ProcessEntry, 'pid' | 'started'>) => string | undefined;

/** A mark that is looked for. */
export interface Mark {
  readonly value: string;
  readonly of: ReadMark;
}

/** How many processes are remembered before those that are gone are forgotten: a machine seldom has as many. */
const mostKnown = 4096;

/**
 * Reads marks of processes: the values of environment variables that they began with. These come down to whatever a
 * process starts, also when that leaves its session and loses its parent. Each process is read once. Where there is no
 * /proc, nobody has a mark.
 *
 * @param names a process has a mark only when it has all of them.
 */
export function createMarkReader(
  names: readonly string[],
  readEnvironment: (pid: number) => string | undefined = readProcEnvironment,
): ReadMark {
  const known = new Map<string, string | undefined>();
  return ({ pid, started }) => {
    const key = `${pid} ${started}`;
    if (known.has(key)) return known.get(key);
    if (known.size >= mostKnown) known.clear();
    const mark = markIn(readEnvironment(pid) ?? '', names);
    known.set(key, mark);
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
