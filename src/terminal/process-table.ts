import { readFileSync, readdirSync } from 'node:fs';

import { systemErrorCode } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';

/** One live process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** The session (`setsid`) it belongs to; where the system does not tell, its process group. */
  readonly session: number;
  /** When it began, in the system's own notation: with the pid it is never given twice. */
  readonly started: string;
}

/** Every live process of the machine. Zombies are left out: they have ended. */
export type ReadProcessTable = () => Promise<readonly ProcessEntry[]>;

/** Reads the table from /proc where there is one (about 3 ms for 140 processes), else from `ps`. */
export const readProcessTable: ReadProcessTable = async () =>
  process.platform === 'linux' ? readProc() : parsePs(await runPs());

/** One live process, or undefined when there is none of that number. */
export async function findProcess(pid: number): Promise<ProcessEntry | undefined> {
  if (process.platform === 'linux') return readProcEntry(pid);
  return (await readProcessTable()).find((entry) => entry.pid === pid);
}

/** One line of /proc/PID/stat; undefined for a zombie. The name in parentheses may contain anything. */
export function parseProcStat(stat: string): ProcessEntry | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, , session] = afterName;
  // Field 22 of proc(5), counted from 1; the name is field 2.
  const started = afterName[19];
  if (state === undefined || session === undefined || started === undefined || state === 'Z' || state === 'X') {
    return undefined;
  }
  return { pid: Number.parseInt(stat, 10), parent: Number(parent), session: Number(session), started };
}

/** What `ps -A -o pid=,ppid=,pgid=,stat=,lstart=` prints. */
export function parsePs(output: string): readonly ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, session, state, started] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (started === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), session: Number(session), started }];
  });
}

function readProc(): readonly ProcessEntry[] {
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (readProcEntry(Number(entry)) ?? []) : []));
}

function readProcEntry(pid: number): ProcessEntry | undefined {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

async function runPs(): Promise<string> {
  const { stdout } = await runCommand('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], { timeoutMs: 10_000 });
  return stdout;
}
