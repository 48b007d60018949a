import { lstatSync, readdirSync } from 'node:fs';
import { lstat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { currentLoad, mem } from 'systeminformation';

import { systemErrorCode } from '../base/errors.ts';
import type { ReadMark } from '../base/process-mark.ts';
import type { ReadProcessTable } from '../base/process-table.ts';
import type { Gauges, MachineUsage, ProcessUsage, TreeUsage } from '../contracts/gauges.ts';
import { measureTrees } from './measure-trees.ts';

export interface LocalGaugesOptions {
  readonly readTable: ReadProcessTable;
  /** What the processes of one tree have in common. */
  readonly markOf: ReadMark;
  /** A directory on the file system that counts as the machine's disk. */
  readonly home: string;
}

/** Entries that are looked at in one go, which costs a tenth of each by itself; in between everybody else has a turn. */
const entriesAtOnce = 256;

/**
 * Looks at this machine: its processes, its disk, its memory and processors. Owns nothing; knows nothing about sessions.
 */
export class LocalGauges implements Gauges {
  readonly #options: LocalGaugesOptions;

  constructor(options: LocalGaugesOptions) {
    this.#options = options;
  }

  async trees(roots: readonly number[]): Promise<ReadonlyMap<number, TreeUsage>> {
    const { readTable, markOf } = this.#options;
    return roots.length === 0 ? new Map() : measureTrees(await readTable(), roots, markOf);
  }

  async directory(path: string): Promise<number> {
    let bytes = 0;
    let looked = 0;
    const waiting = [path];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      try {
        for (const entry of readdirSync(next, { withFileTypes: true })) {
          looked += 1;
          const inside = join(next, entry.name);
          if (entry.isDirectory()) waiting.push(inside);
          else if (entry.isFile()) bytes += looked % entriesAtOnce === 0 ? await size(inside) : sizeNow(inside);
        }
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    return bytes;
  }

  async machine(): Promise<MachineUsage> {
    const [memory, load, disk] = await Promise.all([mem(), currentLoad(), statfs(this.#options.home)]);
    return {
      totalMemory: memory.total,
      // What the system keeps in memory only because nobody else wants it is free.
      usedMemory: memory.total - memory.available,
      cpu: load.currentLoad,
      totalDisk: disk.blocks * disk.bsize,
      // What is kept for root is not to be had.
      usedDisk: (disk.blocks - disk.bavail) * disk.bsize,
    };
  }

  bridge(): ProcessUsage {
    const { user, system } = process.cpuUsage();
    return { memory: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
  }
}

/** Files come and go while they are counted. */
function sizeNow(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function size(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
