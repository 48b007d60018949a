import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { systemErrorCode } from '../../../src/base/errors.ts';

/** Processes, other than this one, whose environment or command line names a directory. Linux only; none elsewhere. */
export function processesNaming(directory: string): readonly number[] {
  return listPids().filter((pid) => {
    if (pid === process.pid) return false;
    return ['environ', 'cmdline'].some((name) => readProcFile(pid, name).includes(directory));
  });
}

/** A process's command line; empty when it has ended. */
export function commandLineOf(pid: number): string {
  return readProcFile(pid, 'cmdline').replaceAll('\0', ' ');
}

/** Ends every process that names a directory and waits until they are gone. @returns how many there were. */
export async function endProcessesNaming(directory: string): Promise<number> {
  const met = new Set<number>();
  const end = performance.now() + 10_000;
  for (;;) {
    const left = processesNaming(directory);
    if (left.length === 0) return met.size;
    if (performance.now() > end) throw new Error(`processes ${left.join(', ')} do not end`);
    for (const pid of left) {
      met.add(pid);
      killHard(pid);
    }
    await sleep(20);
  }
}

/** Ends a process, unless it has ended. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error; // It ended while we looked.
  }
}

function listPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((value) => Number.isInteger(value) && value > 0);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // It ended while we looked, or belongs to somebody else.
  }
}
