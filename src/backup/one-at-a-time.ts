import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { BridgeError } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import { FileChanges } from '../storage/file-changes.ts';
import { takeFileLock } from '../storage/file-lock.ts';
import { entriesOf } from './entries.ts';
import { journalFile, lockFile } from './layout.ts';

/**
 * Makes sure that an installation is backed up or restored once at a time. `state/` must be there.
 *
 * @returns the release.
 * @throws BridgeError `backup-running`.
 */
export function takeBackupLock(paths: BridgePaths): () => void {
  return takeFileLock(
    lockFile(paths),
    (cause) =>
      new BridgeError('backup-running', 'Another backup or restore of this installation is under way.', {
        cause,
      }),
  );
}

/** Removes what a process left that was killed while it prepared something. Only whoever holds the lock may. */
export function removeLeftovers(directory: string, purpose: 'backup' | 'restore'): void {
  for (const name of entriesOf(directory) ?? []) {
    if (name.startsWith(`.${purpose}-`)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/**
 * Refuses while what is there is neither an old state nor a new one.
 *
 * @throws BridgeError `restore-unfinished`, `migration-unfinished`.
 */
export function refuseUnfinished(paths: BridgePaths): void {
  if (existsSync(journalFile(paths))) {
    throw new BridgeError('restore-unfinished', `A restore of ${paths.home} was interrupted and is not finished yet.`);
  }
  if (new FileChanges({ directory: paths.migrations }).isUnfinished) {
    throw new BridgeError('migration-unfinished', 'An earlier migration was killed before it had ended.');
  }
}
