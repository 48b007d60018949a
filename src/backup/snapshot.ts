import { realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { systemErrorCode } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import { copyDatabase } from '../storage/database-copy.ts';
import type { DatabaseFacts } from '../storage/database-copy.ts';
import { pathsWithin } from '../storage/state-paths.ts';
import { entriesOf } from './entries.ts';
import type { StoredFiles } from './stored-files.ts';

/** A database as it was at one moment. */
export interface Snapshot {
  readonly copy: string;
  readonly about: DatabaseFacts;
  /** Files that it says wait to be posted and that are not stored yet, held open. */
  readonly waiting: readonly { readonly handle: FileHandle; readonly path: string }[];
}

export interface SnapshotOptions {
  readonly paths: BridgePaths;
  /** Where the copy is made. */
  readonly scratch: string;
  readonly database: string;
  /** What is stored so far. */
  readonly files: StoredFiles;
}

/** How often a database is copied because a file went away that the last copy refers to. */
const mostCopies = 3;

/**
 * Copies a database so that each file that waits to be posted, as the copy says, is stored already or held open. A bridge
 * that runs posts files meanwhile, and removes them.
 *
 * @throws BridgeError `state-unreadable` and its kin; the system's error when a file cannot be read.
 */
export async function snapshot({ paths, scratch, database, files }: SnapshotOptions): Promise<Snapshot> {
  const server = [paths.discord, paths.local].find((one) => one.database === database);
  for (let attempt = 1; ; attempt += 1) {
    const copy = join(scratch, `${attempt}-${basename(database)}`);
    const about = copyDatabase(database, copy);
    if (!server || !entriesOf(server.outgoing)) return { copy, about, waiting: [] };
    const missing = pathsWithin(copy, realpathSync(server.outgoing))
      .map((at) => ({ at, path: `state/${basename(server.outgoing)}/${basename(at)}` }))
      .filter(({ path }) => !files.has(path));
    const waiting = await openThose(missing);
    // One that was lost long ago is no reason not to store the rest.
    if (waiting.length === missing.length || attempt === mostCopies) return { copy, about, waiting };
    for (const { handle } of waiting) await handle.close();
  }
}

async function openThose(
  files: readonly { readonly at: string; readonly path: string }[],
): Promise<Snapshot['waiting']> {
  const opened: { readonly handle: FileHandle; readonly path: string }[] = [];
  for (const { at, path } of files) {
    try {
      opened.push({ handle: await open(at, 'r'), path });
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  return opened;
}
