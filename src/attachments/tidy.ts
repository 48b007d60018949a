import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { parseSessionNumber } from '../model/session.ts';
import { kindOfName } from './file-name.ts';

/**
 * Removes what was half-written when the daemon was killed. Only before anything is fetched.
 *
 * @param directory `attachments/` under BRIDGE_HOME.
 * @returns how many.
 */
export function removeUnfinishedFiles(directory: string): number {
  const left = foldersIn(directory).flatMap((folder) =>
    namesIn(folder)
      .filter((name) => kindOfName(name) === 'unfinished')
      .map((name) => join(folder, name)),
  );
  for (const path of left) rmSync(path, { force: true });
  return left.length;
}

/**
 * Removes stored files that are old and that nobody needs, a folder at each step. What somebody else put there stays.
 *
 * @param before epoch milliseconds of their last change.
 * @param needed paths that stay however old they are; asked anew for each folder.
 */
export function* removeOldFiles(
  directory: string,
  before: number,
  needed: () => ReadonlySet<string>,
): Generator<number, void> {
  for (const folder of foldersIn(directory)) {
    const kept = needed();
    let removed = 0;
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      if (kindOfName(name) !== 'stored' || kept.has(path)) continue;
      const about = lstatSync(path, { throwIfNoEntry: false });
      if (about?.isFile() !== true || about.mtimeMs >= before) continue;
      rmSync(path, { force: true });
      removed += 1;
    }
    yield removed;
  }
}

function foldersIn(directory: string): readonly string[] {
  return namesIn(directory)
    .filter((name) => parseSessionNumber(/^session_(\d+)$/.exec(name)?.[1] ?? '') !== undefined)
    .map((name) => join(directory, name));
}

function namesIn(directory: string): readonly string[] {
  const about = existsSync(directory) ? lstatSync(directory) : undefined;
  return about?.isDirectory() === true ? readdirSync(directory) : [];
}
