import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { isoTime } from '../base/clock.ts';
import { systemErrorCode } from '../base/errors.ts';

/** A backup that the bridge named itself. */
export interface NamedBackup {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** As its name says: UTC. */
  readonly createdAt: string;
}

const automatic = /^claude-discord-bridge-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z\.tar\.gz$/;

/** What a backup is called for which nobody chose a name: sorted by name they are sorted by age. */
export function automaticName(now: number): string {
  return `claude-discord-bridge-${isoTime(now).slice(0, 19).replaceAll(':', '-')}Z.tar.gz`;
}

/** Those in a directory that the bridge named, newest first. */
export function namedBackups(directory: string): readonly NamedBackup[] {
  return namesIn(directory)
    .flatMap((name) => {
      const [, day, hour, minute, second] = automatic.exec(name) ?? [];
      const file = join(directory, name);
      const found = statSync(file, { throwIfNoEntry: false });
      if (day === undefined || !found?.isFile()) return [];
      return [{ file, size: found.size, createdAt: `${day}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z` }];
    })
    .sort((a, b) => (a.file < b.file ? 1 : -1));
}

/**
 * Retention: removes the oldest of those that the bridge named. What a person named is never touched.
 *
 * @param keep how many stay at least.
 * @param made the newest, whatever the clock says.
 * @returns the files that were removed.
 */
export function removeOldBackups(directory: string, keep: number, made: string): readonly string[] {
  const old = namedBackups(directory)
    .map(({ file }) => file)
    .filter((file) => file !== made)
    .slice(Math.max(keep - 1, 0));
  for (const file of old) rmSync(file, { force: true });
  return old;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
