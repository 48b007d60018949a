import { readFileSync, renameSync } from 'node:fs';

import { replaceFile } from '../base/atomic-file.ts';
import { parseTime } from '../base/clock.ts';
import { systemErrorCode } from '../base/errors.ts';
import type { MetricsBook, Sample, SessionSample } from '../contracts/metrics.ts';

/** Bytes of the file, unless somebody says otherwise: a week of four sessions takes about 2.5 MB. */
const usualMostBytes = 4 * 1024 * 1024;

export interface MetricsFileOptions {
  /** Its directory exists. */
  readonly path: string;
  /** Milliseconds that a sample is kept. */
  readonly keepMs: number;
  /** Default 4 MiB. */
  readonly mostBytes?: number;
}

/**
 * Samples in a file: a JSON list with a sample in each line, the oldest first. Owns the file. Samples that are too old go;
 * when there are too many bytes, every second one of the older half goes, so that the past gets coarser and not shorter.
 */
export class MetricsFile implements MetricsBook {
  readonly #options: MetricsFileOptions;

  constructor(options: MetricsFileOptions) {
    this.#options = options;
  }

  add(sample: Sample): void {
    const { path, keepMs, mostBytes = usualMostBytes } = this.#options;
    const now = parseTime(sample.timestamp) ?? 0;
    // Nor what a clock that was wrong once dated into the future: it would stay for ever.
    const isKept = (line: string): boolean => Math.abs(now - timeOf(line)) < keepMs;
    const lines = [...this.#read().filter(isKept), JSON.stringify(recordOf(sample))];
    replaceFile(path, `[\n${thinned(lines, mostBytes).join(',\n')}\n]\n`, 'content');
  }

  /** A line for each sample. A file that is something else is put beside, once: it may be somebody's. */
  #read(): readonly string[] {
    const { path } = this.#options;
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    }
    const [begin, ...lines] = text.trimEnd().split('\n');
    const samples = lines.slice(0, -1).map((line) => line.replace(/,$/, ''));
    if (begin === '[' && lines.at(-1) === ']' && samples.every((line) => line.endsWith('}') && timeOf(line) > 0)) {
      return samples;
    }
    renameSync(
      path,
      path.replace(/(\.[^.]+)?$/, (end: string) => `.damaged${end}`),
    );
    return [];
  }
}

/** Epoch milliseconds; 0 for a line that is no sample. */
function timeOf(line: string): number {
  const [, timestamp = ''] = /^\{"timestamp":"([^"]+)"/.exec(line) ?? [];
  return parseTime(timestamp) ?? 0;
}

/** The newest one stays, however large it is. */
function thinned(lines: readonly string[], mostBytes: number): readonly string[] {
  let kept = lines;
  while (kept.length > 1 && bytesOf(kept) > mostBytes) {
    const half = Math.ceil(kept.length / 2);
    const older = kept.slice(0, half).filter((_, index) => index % 2 === 0);
    kept = half === 1 ? kept.slice(1) : [...older, ...kept.slice(half)];
  }
  return kept;
}

function bytesOf(lines: readonly string[]): number {
  // A comma and a line's end each, and the brackets.
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 4);
}

/** As it stands in the file: bytes, per cent, milliseconds. */
function recordOf({ timestamp, sessions, system }: Sample): object {
  return {
    timestamp,
    sessions: Object.fromEntries(sessions.map((session) => [`session_${session.number}`, sessionRecord(session)])),
    system: {
      total_memory: system.totalMemory,
      used_memory: system.usedMemory,
      cpu_usage: rounded(system.cpu),
      total_disk: system.totalDisk,
      used_disk: system.usedDisk,
      bridge_memory: system.bridgeMemory,
      bridge_cpu: rounded(system.bridgeCpu),
    },
  };
}

function sessionRecord(session: SessionSample): object {
  const { status, memory, disk, response, processes, cpu, queued, throttled } = session;
  return {
    status,
    memory_usage: memory,
    disk_usage: disk,
    response_time: response?.mean ?? null,
    ...(response === undefined ? {} : { response_time_p95: response.p95, responses: response.count }),
    processes,
    cpu_usage: rounded(cpu),
    queued,
    throttled: throttled !== undefined,
  };
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
