import { readFileSync, rmSync } from 'node:fs';

import { writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { isProcess } from '../base/process-alive.ts';

/**
 * Who the running daemon is: `state/daemon.json`. The daemon writes it when it begins and removes it when it ends;
 * others use it to find the socket whatever their own environment says, and to wait until the process is gone.
 */
export interface DaemonRecord {
  readonly pid: number;
  /** The control socket. */
  readonly socket: string;
  /** Tells the process from a later one with the same pid; undefined where the system does not say. */
  readonly started: string | undefined;
}

/** The record of this very process, for `writeDaemonRecord`. */
export function ownDaemonRecord(socket: string): DaemonRecord {
  return { pid: process.pid, socket, started: processStart(process.pid) };
}

/** Writes the record. The directory must exist. */
export function writeDaemonRecord(file: string, record: DaemonRecord): void {
  writeFileAtomic(file, `${JSON.stringify(record)}\n`);
}

/** Removes the record if it is still the one of `pid`. */
export function removeDaemonRecord(file: string, pid: number): void {
  if (readDaemonRecord(file)?.pid === pid) rmSync(file, { force: true });
}

/**
 * Reads the record; undefined when there is none or it makes no sense (it is replaced at the next start).
 *
 * @throws BridgeError `daemon-record-unreadable` when the file is there and may not be read.
 */
export function readDaemonRecord(file: string): DaemonRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new BridgeError('daemon-record-unreadable', `${file} cannot be read (${code ?? 'unknown error'}).`, {
      advice: 'Use the same user that started the bridge.',
      cause,
    });
  }
  return parseRecord(text);
}

/** Whether the process of a record lives. A zombie that nobody has waited for yet does not. */
export function isDaemonAlive(record: Pick<DaemonRecord, 'pid' | 'started'>): boolean {
  if (!isProcess(record.pid)) return false;
  const status = readProcessStatus(record.pid);
  if (status === undefined) return true;
  if (status.state === 'Z' || status.state === 'X') return false;
  return record.started === undefined || status.start === record.started;
}

/** Parsed by hand: the record is on the way of `dp`, which must not load a schema library. */
function parseRecord(text: string): DaemonRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Half a file of another program's making: as good as none.
  }
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('socket' in value)) return undefined;
  const { pid, socket } = value;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || typeof socket !== 'string') return undefined;
  const started = 'started' in value && typeof value.started === 'string' ? value.started : undefined;
  return { pid, socket, started };
}

function processStart(pid: number): string | undefined {
  return readProcessStatus(pid)?.start;
}

/** State letter and start time (clock ticks since boot) from Linux's /proc; undefined elsewhere. */
function readProcessStatus(pid: number): { readonly state: string; readonly start: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // No /proc, or the process ended just now; the signal has told what can be told.
  }
  // The second field is the program's name in parentheses and may hold anything; the third is the state.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const start = fields[19];
  return state === undefined || start === undefined ? undefined : { state, start };
}
