import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Alert } from '../../contracts/metrics.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** Where Linux tells about processes, and about groups of them (cgroup v2). */
export interface SystemPlaces {
  readonly processes: string;
  readonly groups: string;
}

const system: SystemPlaces = { processes: '/proc', groups: '/sys/fs/cgroup' };

const megabyte = 1024 * 1024;

/** What the sessions take, against what they may; and whether the system itself holds them to it. */
export function limitsCheck({ daemon, vai }: Surroundings, places: SystemPlaces = system): Check {
  return {
    name: 'what the sessions take',
    group: 'daemon',
    run: async () => {
      const view = await daemon();
      if (view.kind !== 'running') return [];
      const { status, metrics } = view;
      return [...alertFindings(metrics?.alerts, vai), enforcement(status.pid, places)];
    },
  };
}

function alertFindings(alerts: readonly Alert[] | undefined, vai: string): readonly Finding[] {
  if (alerts === undefined) {
    return [
      fault('measuring-failed', 'What the sessions take cannot be measured.', `The reason: ${vai} top, ${vai} logs`),
    ];
  }
  if (alerts.length === 0) return [good('daemon', 'Nothing is over its threshold.')];
  return alerts.flatMap(({ session, kind }) => {
    // That its messages wait says it already.
    if (kind === 'memory' && session !== undefined && isThrottled(session, alerts)) return [];
    const who =
      session === undefined ? (kind === 'total-memory' ? 'All sessions' : 'The machine') : `Session ${session}`;
    if (kind === 'throttled') {
      const says = `${who} takes more memory than it may: new messages wait.`;
      return fault('session-throttled', says, `${vai} top; to begin anew: ${vai} restart ${session ?? 'N'}`);
    }
    return fault('over-threshold', `${who}: ${overs[kind].says}.`, overs[kind].advice(vai));
  });
}

function isThrottled(session: number, alerts: readonly Alert[]): boolean {
  return alerts.some((alert) => alert.kind === 'throttled' && alert.session === session);
}

interface Over {
  readonly says: string;
  readonly advice: (vai: string) => string;
}

const largest = (vai: string): string => `See what takes it: ${vai} top --sort memory`;

const overs: Readonly<Record<Exclude<Alert['kind'], 'throttled'>, Over>> = {
  memory: { says: 'nearly all the memory there may be is in use', advice: largest },
  'total-memory': { says: 'together they take nearly all the memory that they may', advice: largest },
  disk: {
    says: 'nearly all the disk there may be is in use',
    advice: (vai) =>
      `See the files of each session: ${vai} top; those of all, in the bridge's directory: du -sh attachments backups logs workspace`,
  },
  response: {
    says: 'answers take long',
    advice: (vai) => `See whose: ${vai} top --sort response; what is slow for you: ALERTS_RESPONSE`,
  },
};

/** The bridge lets messages wait when a limit is crossed. Only the system can end what takes too much. */
function enforcement(pid: number, places: SystemPlaces): Finding {
  const limit = memoryLimit(pid, places);
  if (limit !== undefined && 'bytes' in limit) {
    const megabytes = Math.floor(limit.bytes / megabyte);
    return good('daemon', `The system holds the bridge and its agents to ${megabytes} MB together (${limit.file}).`);
  }
  const why = limit?.why ?? 'this system has no cgroup v2';
  return fault(
    'limits-not-enforced',
    `Limits of memory are watched by the bridge and not enforced by the system (${why}): an agent can take more.`,
    'As a service with systemd: MemoryMax= in its unit holds the bridge and its agents to it together.',
  );
}

/** The lowest `memory.max` on the way from a process's group to the root; undefined without cgroup v2. */
function memoryLimit(
  pid: number,
  { processes, groups }: SystemPlaces,
): { readonly bytes: number; readonly file: string } | { readonly why: string } | undefined {
  const path = /^0::(\/.*)$/m.exec(read(join(processes, String(pid), 'cgroup')) ?? '')?.[1];
  if (path === undefined || !existsSync(join(groups, 'cgroup.controllers'))) return undefined;
  let lowest: { readonly bytes: number; readonly file: string } | undefined;
  for (let group = path; ; group = dirname(group)) {
    const file = join(groups, group, 'memory.max');
    const text = read(file)?.trim();
    if (text !== undefined && /^\d+$/.test(text) && Number(text) < (lowest?.bytes ?? Infinity)) {
      lowest = { bytes: Number(text), file };
    }
    if (group === '/' || group === '.') break;
  }
  return lowest ?? { why: `no memory.max is set for ${path} or above it` };
}

/** Undefined where there is no such file, or it may not be read. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // Another system, or the process has ended: nothing can be said then.
  }
}
