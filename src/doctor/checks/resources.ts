import { readFileSync, readdirSync, watch } from 'node:fs';

import { systemErrorCode } from '../../base/errors.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** What Claude Code takes when it is idle, in MB, measured: 202; the daemon takes about 100. */
const agentMegabytes = 230;
const leastFreeMegabytes = 300;

/** Descriptors: a few for each session's watches and files, some dozens for the daemon. */
const leastOpenFiles = 1024;

/** Where Linux tells about the machine and its processes. */
const system = '/proc';

/** Memory, open files and file watches: what many agents use up first. */
export function resourcesCheck({ daemon, temporary, vai }: Surroundings, proc: string = system): Check {
  return {
    name: 'memory and limits',
    group: 'machine',
    run: async () => {
      const view = await daemon();
      const pid = view.kind === 'running' ? view.status.pid : undefined;
      return [...memoryFindings(proc, vai), ...openFilesFindings(proc, pid, vai), ...watchFindings(temporary)];
    },
  };
}

function memoryFindings(proc: string, vai: string): readonly Finding[] {
  const meminfo = read(`${proc}/meminfo`);
  const kilobytes = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(meminfo ?? '')?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const available = kilobytes('MemAvailable');
  const total = kilobytes('MemTotal');
  if (available === undefined || total === undefined) return [];
  const free = Math.floor(available / 1024);
  const words = `${free} MB of ${Math.floor(total / 1024)} MB memory are free`;
  if (free >= leastFreeMegabytes) {
    return [good('machine', `${words}: room for about ${Math.floor(free / agentMegabytes)} more agents.`)];
  }
  return [
    fault(
      'memory-low',
      `${words}; one agent takes about ${agentMegabytes} MB.`,
      `End what is not needed, or remove sessions: ${vai} remove-session N`,
    ),
  ];
}

function openFilesFindings(proc: string, daemon: number | undefined, vai: string): readonly Finding[] {
  const who = daemon === undefined ? 'self' : String(daemon);
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(read(`${proc}/${who}/limits`) ?? '')?.[1];
  if (limit === undefined) return [];
  const most = limit === 'unlimited' ? Infinity : Number(limit);
  const used = daemon === undefined ? undefined : countFiles(`${proc}/${who}/fd`);
  const isNearlySpent = used !== undefined && used > most * 0.8;
  const words =
    used === undefined ? `${limit} files may be open at once` : `The bridge has ${used} of ${limit} files open`;
  if (most >= leastOpenFiles && !isNearlySpent) return [good('machine', `${words}.`)];
  return [fault('open-files-low', `${words}; a session takes several.`, `ulimit -n 4096, then: ${vai} restart`)];
}

/** The bridge watches a directory for each session; the system gives each user so many. */
export function watchFindings(
  directory: string,
  open: (path: string) => { close(): void } = watch,
): readonly Finding[] {
  try {
    open(directory).close();
    return [good('machine', 'The system gives file watches.')];
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return []; // Another check tells of the directory.
    if (code !== 'EMFILE' && code !== 'ENOSPC') throw error;
    return [
      fault(
        'watches-spent',
        `The system gives no more file watches (${code}).`,
        'sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288',
      ),
    ];
  }
}

function countFiles(directory: string): number | undefined {
  try {
    return readdirSync(directory).length;
  } catch {
    return undefined; // The daemon of another user does not show its files.
  }
}

/** Undefined where there is no such file: on another system, or since its process has ended. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}
