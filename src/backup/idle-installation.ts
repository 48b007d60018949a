import { BridgeError } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import { takeDaemonLock } from '../storage/daemon-lock.ts';
import { finishExchange, interruptedExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { entriesOf } from './entries.ts';
import { isPrepared, journalFile, rootsOf } from './layout.ts';
import { removeLeftovers, takeBackupLock } from './one-at-a-time.ts';

/**
 * Finishes a restore that was interrupted, and removes what one left that never came so far; does nothing when there is
 * neither. To be called before anything of the installation is read.
 *
 * @returns what was finished.
 * @throws BridgeError `restore-unfinished`, `bridge-running`, `backup-running`; the system's error when a file cannot be
 *   moved still.
 */
export function finishInterruptedRestore(paths: BridgePaths): Exchange | undefined {
  if (interruptedExchange(journalFile(paths)) === undefined) {
    removeWhatWasLeft(paths);
    return undefined;
  }
  const release = takeWholeInstallation(paths);
  try {
    return finishUnderLock(paths);
  } finally {
    release();
  }
}

/** The same, for whoever holds the locks. */
export function finishUnderLock(paths: BridgePaths): Exchange | undefined {
  const journal = journalFile(paths);
  const plan = interruptedExchange(journal);
  if (plan) finishExchange(journal, plan);
  return plan;
}

/**
 * Makes sure that neither a bridge nor another backup works on an installation. `state/` must be there.
 *
 * @returns the release.
 * @throws BridgeError `bridge-running`, `backup-running`.
 */
export function takeWholeInstallation(paths: BridgePaths): () => void {
  const releaseBackup = takeBackupLock(paths);
  try {
    const releaseDaemon = takeDaemonLock(paths.daemonLock);
    return () => {
      releaseDaemon();
      releaseBackup();
    };
  } catch (cause) {
    releaseBackup();
    if (!(cause instanceof BridgeError) || cause.code !== 'already-running') throw cause;
    throw new BridgeError('bridge-running', `The bridge of ${paths.home} runs; its files cannot be exchanged.`, {
      cause,
    });
  }
}

/** Unless a backup or a restore is at work with it. */
function removeWhatWasLeft(paths: BridgePaths): void {
  const roots = rootsOf(paths).map(({ directory }) => directory);
  if (!roots.some((root) => entriesOf(root)?.some(isPrepared))) return;
  let release: () => void;
  try {
    release = takeBackupLock(paths);
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'backup-running') return;
    throw error;
  }
  try {
    for (const root of roots) for (const purpose of ['backup', 'restore'] as const) removeLeftovers(root, purpose);
  } finally {
    release();
  }
}
