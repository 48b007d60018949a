import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { FileChange } from '../src/storage/file-change.ts';
import type { StepPlan } from './step.ts';
import type { FreeNames } from './free-names.ts';

export interface FilesPlan extends Pick<StepPlan, 'files' | 'notes'> {
  readonly changes: readonly FileChange[];
}

export interface PlanFilesOptions {
  readonly from: string;
  readonly to: string;
  readonly names: FreeNames;
  /** They are moved, and not copied. */
  readonly move: boolean;
  /** Those for which this is true are left out. */
  readonly isTaken?: (path: string) => boolean;
}

/**
 * What is to be done so that the files that lie in a directory itself lie in another one. Hidden ones and directories
 * stay; what is neither a file nor a directory is named. A name that is taken gets a suffix.
 */
export function planFiles({ from, to, names, move, isTaken = () => false }: PlanFilesOptions): FilesPlan {
  const files: FilesPlan['files'][number][] = [];
  const notes: string[] = [];
  const changes: FileChange[] = [];
  for (const name of namesOfFiles(from)) {
    const source = join(from, name);
    const about = lstatSync(source);
    if (!about.isFile()) {
      notes.push(`${source} is no regular file, and stays where it is.`);
      continue;
    }
    if (isTaken(source)) continue;
    const place = names.find(to, name, source);
    if ('there' in place) {
      if (move) notes.push(`${source} stays: ${place.there} holds the same. Remove one of them.`);
      continue;
    }
    if (place.isRenamed) notes.push(`${source} becomes ${place.target}: its name is taken there.`);
    files.push({ from: source, to: place.target, bytes: about.size });
    changes.push({ source: { file: source }, target: place.target, ...(move ? { removesSource: true } : {}) });
  }
  return { files, notes, changes };
}

/** Names of what lies in a directory itself, but what is hidden, and other directories. Empty when it is not there. */
export function namesOfFiles(directory: string): readonly string[] {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const isDirectory = (name: string): boolean => lstatSync(join(directory, name)).isDirectory();
  return readdirSync(directory).filter((name) => !name.startsWith('.') && !isDirectory(name));
}
