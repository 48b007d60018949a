import { existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { shellWord } from '../../base/shell-words.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** What a file system says about itself. */
export interface DiskSpace {
  readonly freeBytes: number;
  /** Undefined where files are not counted (btrfs and others). */
  readonly freeFiles: number | undefined;
}

const megabyte = 1024 * 1024;

/** Below this a log line or the database may fail any moment; below that it is time to look. */
const limits = {
  full: { bytes: 50 * megabyte, files: 1_000 },
  low: { bytes: 1024 * megabyte, files: 20_000 },
} as const;

/** Space and files left where state, logs and temporary files live, one finding for each disk. */
export function diskCheck(
  { paths, temporary }: Surroundings,
  ask: (path: string) => Promise<DiskSpace> = askSystem,
): Check {
  return {
    name: 'the disks',
    group: 'machine',
    run: async () => {
      const disks = new Map<number, string>();
      for (const wanted of [paths.state, paths.logs, paths.workspace, paths.attachments, paths.runtime, temporary]) {
        const path = nearestExisting(wanted);
        const device = statSync(path).dev;
        if (!disks.has(device)) disks.set(device, path);
      }
      return Promise.all([...disks.values()].map(async (path) => judge(path, await ask(path))));
    },
  };
}

function judge(path: string, { freeBytes, freeFiles }: DiskSpace): Finding {
  const is = (limit: { readonly bytes: number; readonly files: number }): boolean =>
    freeBytes < limit.bytes || (freeFiles !== undefined && freeFiles < limit.files);
  const room = `${size(freeBytes)}${freeFiles === undefined ? '' : ` and ${freeFiles} files`}`;
  const word = shellWord(path);
  const cure = `See what takes it: du -xh ${word} | sort -h | tail; df -h ${word}; df -i ${word}`;
  if (is(limits.full)) return fault('disk-full', `On the disk of ${path} only ${room} are free.`, cure);
  if (is(limits.low)) return fault('disk-low', `On the disk of ${path} only ${room} are free.`, cure);
  return good('machine', `On the disk of ${path} ${room} are free.`);
}

async function askSystem(path: string): Promise<DiskSpace> {
  const { bavail, bsize, files, ffree } = await statfs(path);
  return { freeBytes: bavail * bsize, freeFiles: files > 0 ? ffree : undefined };
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

function size(bytes: number): string {
  return bytes < 10 * 1024 * megabyte
    ? `${Math.floor(bytes / megabyte)} MB`
    : `${Math.floor(bytes / (1024 * megabyte))} GB`;
}
