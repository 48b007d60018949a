import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks of /proc in one second: what every Linux tells to programs, whatever it counts with itself. */
const ticksPerSecond = 100;

/** Seconds of processor time (utime + stime, all threads) that a process has used. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may contain anything; the fields after it are counted from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process in MB (2^20 bytes). */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** How many file descriptors a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Processor time that processes use from now on, in per cent of one core. */
export class ProcessorMeter {
  readonly #began = performance.now();
  readonly #before: ReadonlyMap<number, number>;

  constructor(pids: readonly number[]) {
    this.#before = new Map(pids.map((pid) => [pid, processorSeconds(pid)]));
  }

  percent(pid: number): number {
    const seconds = (performance.now() - this.#began) / 1000;
    return ((processorSeconds(pid) - (this.#before.get(pid) ?? 0)) / seconds) * 100;
  }
}
