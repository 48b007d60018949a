import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { writeFileAtomic } from '../base/atomic-file.ts';
import { systemErrorCode } from '../base/errors.ts';

/** In the directory of a session that is in no map: since when, in epoch milliseconds. */
const markName = 'removed-since';

/**
 * Removes the private directory of a session that is not in the map any more, once that has been so for `keepMs`. Until
 * then the line of a session may be put back by hand, and the session goes on where it was. Notices the time by itself,
 * in the directory. Attachments and working directories are the owner's, and are never touched.
 *
 * @param now epoch milliseconds.
 * @returns whether it was removed.
 */
export function removeAbandoned(directory: string, now: number, keepMs: number): boolean {
  const mark = join(directory, markName);
  const since = readMark(mark);
  // A clock that was set back must not keep it for years.
  if (since === undefined || since > now) writeFileAtomic(mark, `${now}\n`);
  else if (now - since >= keepMs) {
    rmSync(directory, { recursive: true, force: true });
    return true;
  }
  return false;
}

/** The session is in the map (again): nothing is counted. */
export function keepDirectory(directory: string): void {
  rmSync(join(directory, markName), { force: true });
}

function readMark(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
