import { readFileSync, readdirSync } from 'node:fs';

import { systemErrorCode } from './errors.ts';
import { runCommand } from './run-command.ts';

/** One live process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** The session (`setsid`) it belongs to; where the system does not tell, its process group. */
  readonly session: number;
  /** When it began, in the system's own notation: with the pid it is never given twice. */
  readonly started: string;
  /** Processor time that it has used since it began, in milliseconds; 0 where the system does not tell. */
  readonly cpuMs: number;
  /** Memory that it occupies (resident), in bytes; 0 where the system does not tell. */
  readonly memory: number;
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

/** Clock ticks of /proc are hundredths of a second on every Linux (`USER_HZ`, proc(5)). */
const msPerTick = 10;

/** Bytes of a page on the machines that Node runs on; some ARM systems have larger ones. */
const bytesPerPage = 4096;

/** One line of /proc/PID/stat; undefined for a zombie. The name in parentheses may contain anything. */
export function parseProcStat(stat: string): ProcessEntry | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, , session] = afterName;
  // Field 22 of proc(5), counted from 1; the name is field 2.
  const started = afterName[19];
  if (state === undefined || session === undefined || started === undefined || state === 'Z' || state === 'X') {
    return undefined;
  }
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    session: Number(session),
    started,
    // Fields 14, 15 and 24: ticks in user and in kernel mode, resident pages.
    cpuMs: (Number(afterName[11]) + Number(afterName[12])) * msPerTick,
    memory: Number(afterName[21]) * bytesPerPage,
  };
}

/** What `ps -A -o pid=,ppid=,pgid=,stat=,rss=,time=,lstart=` prints. */
export function parsePs(output: string): readonly ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, session, state, rss, time = '', started] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+([\d:.-]+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (started === undefined || state?.startsWith('Z')) return [];
    const numbers = { pid: Number(pid), parent: Number(parent), session: Number(session) };
    return [{ ...numbers, started, cpuMs: psTime(time), memory: Number(rss) * 1024 }];
  });
}

/** `[[dd-]hh:]mm:ss[.cc]` in milliseconds. */
function psTime(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
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
  const { stdout } = await runCommand('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,rss=,time=,lstart='], {
    timeoutMs: 10_000,
  });
  return stdout;
}
