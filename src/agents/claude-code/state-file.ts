import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { systemErrorCode } from '../../base/errors.ts';
import { isProcess } from '../../base/process-alive.ts';

/** What the agent says about itself in `<config>/sessions/<pid>.json`. Undocumented, so every use can do without. */
export interface StateFile {
  readonly path: string;
  readonly pid: number;
  readonly procStart: string | undefined;
  readonly sessionId: string;
  readonly status: 'idle' | 'busy' | 'waiting' | 'other';
  /** The agent's words for what it waits for: `permission prompt`, `input needed` … */
  readonly waitingFor: string | undefined;
  /** Epoch milliseconds of the last change. */
  readonly statusUpdatedAt: number;
}

const schema = z.looseObject({
  pid: z.int().positive(),
  sessionId: z.string(),
  procStart: z.coerce.string().optional(),
  status: z.string().optional(),
  waitingFor: z.string().nullish(),
  statusUpdatedAt: z.number().optional(),
  updatedAt: z.number().optional(),
});

/** The agent's words. `shell`: it is idle, and a command that it began runs on in the background. */
const statuses: Readonly<Record<string, StateFile['status']>> = {
  idle: 'idle',
  shell: 'idle',
  busy: 'busy',
  waiting: 'waiting',
};

/** The agent's words for what only a person can decide, and what that is. */
const questions: Readonly<Record<string, 'permission' | 'question'>> = {
  'permission prompt': 'permission',
  'input needed': 'question',
};

/** What the agent has asked a person by itself; undefined for anything else that it waits for. */
export function asksSomething({ waitingFor }: Pick<StateFile, 'waitingFor'>): 'permission' | 'question' | undefined {
  return waitingFor === undefined ? undefined : questions[waitingFor];
}

/** Where the agent keeps its own files, as it would work it out from its environment. */
export function configDirectory(environment: Readonly<Record<string, string>>): string {
  return environment.CLAUDE_CONFIG_DIR ?? join(environment.HOME ?? '/', '.claude');
}

/** Where the agents of a configuration directory keep their state files. */
export function stateFileDirectory(config: string): string {
  return join(config, 'sessions');
}

/** Reads one state file; undefined when it is gone or says something we do not understand. */
export function readStateFile(path: string): StateFile | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = schema.safeParse(parseJson(content));
  if (!parsed.success) return undefined;
  const { pid, procStart, sessionId, status, waitingFor, statusUpdatedAt, updatedAt } = parsed.data;
  return {
    path,
    pid,
    procStart,
    sessionId,
    status: statuses[status ?? ''] ?? 'other',
    waitingFor: waitingFor ?? undefined,
    statusUpdatedAt: statusUpdatedAt ?? updatedAt ?? 0,
  };
}

/** Whether the process that wrote the file still runs: the same pid, started at the same time. */
export function isLivingProcess(file: Pick<StateFile, 'pid' | 'procStart'>): boolean {
  if (!isProcess(file.pid)) return false;
  const started = processStart(file.pid);
  return started === undefined || file.procStart === undefined || started === file.procStart;
}

/** Field 22 of /proc/<pid>/stat; undefined where there is no such file. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain anything; the fields after it are counted from 3.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined; // caught while the agent writes it: the next look sees it whole
  }
}
