import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { systemErrorCode } from '../../src/base/errors.ts';
import { openFiles, residentMegabytes } from '../bench/scale/process-figures.ts';
import type { Installation } from '../e2e/support/installation.ts';
import { until } from '../e2e/support/until.ts';
import type { Quantity } from './trend.ts';

const inside = z.object({
  heapUsed: z.number(),
  /** Of that, bytecode and machine code. */
  code: z.number(),
  external: z.number(),
  objects: z.number(),
  resources: z.number(),
});

const megabyte = 2 ** 20;

/** By how many MB the daemon's memory may grow in an hour. */
const mostPerHour = 1;

/** What must not grow, and below which rise it is noise. */
export const quantities = {
  resident: { name: 'resident memory', unit: 'MB', noise: 15, mostPerHour },
  heap: { name: 'heap after a collection', unit: 'MB', noise: 1.5, mostPerHour },
  data: { name: 'heap without compiled code', unit: 'MB', noise: 0.5, mostPerHour },
  objects: { name: 'objects, arrays and functions', unit: 'count', noise: 1000 },
  external: { name: 'external memory', unit: 'MB', noise: 1.5, mostPerHour },
  resources: { name: 'timers, sockets, watches', unit: 'count', noise: 4 },
  descriptors: { name: 'descriptors', unit: 'count', noise: 4 },
  processes: { name: 'processes of the installation', unit: 'count', noise: 2 },
  disk: { name: 'its directory without logs', unit: 'MB', noise: 3 },
  files: { name: 'files in its directory', unit: 'count', noise: 25 },
  database: { name: 'database with its journal', unit: 'MB', noise: 1.5 },
} as const satisfies Readonly<Record<string, Quantity>>;

export type Figures = Readonly<Record<keyof typeof quantities, number>>;

/** Looks at everything that must not grow. Linux only. */
export async function takeFigures(bridge: Installation, memoryFile: string): Promise<Figures> {
  const pid = bridge.daemonPid;
  if (pid === undefined) throw new Error('the daemon has ended');
  rmSync(memoryFile, { force: true });
  process.kill(pid, 'SIGUSR2');
  const memory = await until(() => readInside(memoryFile), { what: 'the daemon to tell its memory' });
  const { home, discord, logs } = bridge.paths;
  return {
    resident: residentMegabytes(pid),
    heap: memory.heapUsed / megabyte,
    data: (memory.heapUsed - memory.code) / megabyte,
    objects: memory.objects,
    external: memory.external / megabyte,
    resources: memory.resources,
    descriptors: openFiles(pid),
    processes: bridge.processes().length,
    disk: sizeIn(home, logs) / megabyte,
    files: countFiles(home),
    database: ['', '-wal', '-shm'].reduce((sum, end) => sum + sizeOf(`${discord.database}${end}`), 0) / megabyte,
  };
}

function readInside(path: string): z.infer<typeof inside> | undefined {
  try {
    return inside.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined; // Not there yet.
    throw error;
  }
}

function countFiles(directory: string): number {
  let files = 0;
  for (const entry of namesIn(directory)) {
    files += entry.isDirectory() ? countFiles(join(directory, entry.name)) : 1;
  }
  return files;
}

/** Logs are bounded by their own rule, which is larger than what a soak writes. */
function sizeIn(directory: string, without: string): number {
  let size = 0;
  for (const entry of namesIn(directory)) {
    const path = join(directory, entry.name);
    if (path !== without) size += entry.isDirectory() ? sizeIn(path, without) : sizeOf(path);
  }
  return size;
}

function namesIn(directory: string): ReturnType<typeof list> {
  try {
    return list(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []; // It was removed while we looked.
    throw error;
  }
}

function list(directory: string): readonly { readonly name: string; isDirectory(): boolean }[] {
  return readdirSync(directory, { withFileTypes: true });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
