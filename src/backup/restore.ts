import { existsSync, lstatSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import { isoTime } from '../base/clock.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import { newHex } from '../base/ids.ts';
import type { BridgePaths } from '../config/paths.ts';
import { FileChanges } from '../storage/file-changes.ts';
import { markRestored } from '../storage/restored-state.ts';
import { movePaths } from '../storage/state-paths.ts';
import { checkArchive } from './check-archive.ts';
import { checkUnpacked } from './check-unpacked.ts';
import { entriesOf } from './entries.ts';
import { exchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { finishUnderLock, takeWholeInstallation } from './idle-installation.ts';
import { isState, journalFile, kindOf, rootsOf, stagingName } from './layout.ts';
import type { RootName } from './layout.ts';
import type { Manifest } from './manifest.ts';
import { refuseUnfinished, removeLeftovers, takeBackupLock } from './one-at-a-time.ts';
import { endAgents, refuseAgents } from './orphaned-agents.ts';
import { removeOldReplaced } from './replaced.ts';
import { Unpacked } from './unpacked.ts';

export interface RestoreOptions {
  readonly paths: BridgePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The archive. Absolute. */
  readonly file: string;
  /** Everything is checked, and nothing exchanged. */
  readonly dryRun: boolean;
  /** Agents that run on without their bridge are ended, once the backup is found good. */
  readonly endAgents: boolean;
  readonly say: (what: string) => void;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Directories that hold what was there before; none when nothing was, or nothing was exchanged. */
  readonly replaced: readonly string[];
  /** What a person should know. */
  readonly warnings: readonly string[];
}

/** A root that is exchanged: its real directory, and where its new content is prepared, on the same file system. */
interface PreparedRoot {
  readonly name: RootName;
  readonly directory: string;
  readonly staging: string;
}

/**
 * Puts an installation back to what a backup holds: everything is unpacked beside and checked, then exchanged by renaming.
 * Whenever this is interrupted there is the old state or the new one, at the latest when the bridge starts next.
 *
 * @throws BridgeError `bridge-running`, `agents-running`, `backup-running`, `backup-damaged`, `backup-too-new`,
 *   `state-too-new`, `state-unreadable`, `backup-unreadable`, `restore-failed`; nothing is exchanged then.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { paths, environment, file, dryRun, say } = options;
  refuseMissing(file);
  makePrivateDirectory(paths.home);
  makePrivateDirectory(paths.state);
  // To look whether a backup is good disturbs nobody.
  const release = dryRun ? takeBackupLock(paths) : takeWholeInstallation(paths);
  try {
    if (dryRun) refuseUnfinished(paths);
    else {
      if (!options.endAgents) await refuseAgents(paths, environment);
      finishUnderLock(paths);
      new FileChanges({ directory: paths.migrations }).heal();
    }
    const roots = prepare(paths);
    try {
      say('checking the backup');
      const { manifest, warnings } = await unpack(options, roots);
      failPoint('restore:unpacked');
      if (dryRun) return { manifest, replaced: [], warnings };
      const plan = planOf(options, manifest, roots);
      if (options.endAgents) await endAgents(paths, environment, options.clock);
      say('exchanging the files');
      exchange(journalFile(paths), plan);
      removeOldReplaced(paths, plan.replaced);
      return { manifest, replaced: plan.replaced, warnings };
    } finally {
      // Not what an exchange still needs that broke off.
      if (!existsSync(journalFile(paths))) for (const { staging } of roots) removeTree(staging);
    }
  } catch (error) {
    throw asTrouble(error, paths);
  } finally {
    release();
  }
}

function prepare(paths: BridgePaths): readonly PreparedRoot[] {
  const id = newHex(8);
  return rootsOf(paths).map(({ name, directory }) => {
    makePrivateDirectory(directory);
    const real = realpathSync(directory);
    removeLeftovers(real, 'restore');
    return { name, directory: real, staging: join(real, stagingName('restore', id)) };
  });
}

async function unpack(
  { paths, clock, file }: RestoreOptions,
  roots: readonly PreparedRoot[],
): Promise<Pick<Restored, 'manifest' | 'warnings'>> {
  const unpacked = new Unpacked({ staging: new Map(roots.map(({ name, staging }) => [name, staging])) });
  const manifest = await checkArchive(file, unpacked);
  const warnings = await checkUnpacked({ paths, file, manifest, at: (path) => unpacked.at(path) });
  const moves = roots.flatMap(({ name, directory }) => {
    const before = manifest.roots[name];
    return before === undefined || before === directory ? [] : [{ from: before, to: directory }];
  });
  for (const { path } of manifest.databases) if (moves.length > 0) movePaths(unpacked.at(path), moves);
  for (const { path } of manifest.databases) if (isState(paths, path)) markRestored(unpacked.at(path), clock.now());
  unpacked.close();
  return { manifest, warnings };
}

/** What goes where: all that a restore answers for, of the roots that the backup has. */
function planOf({ paths, clock, file }: RestoreOptions, manifest: Manifest, roots: readonly PreparedRoot[]): Exchange {
  const stamp = freeStamp(paths, `${isoTime(clock.now()).slice(0, 19).replaceAll(':', '-')}Z`);
  const home = realpathSync(paths.home);
  const replaced = new Set<string>();
  const steps = roots
    .filter(({ name }) => manifest.roots[name] !== undefined)
    .flatMap(({ name: root, directory, staging }) => {
      const isBeside = statSync(directory).dev === statSync(home).dev;
      const asideRoot = isBeside ? join(paths.replaced, stamp) : join(directory, `.replaced-${stamp}`);
      const old = (entriesOf(directory) ?? []).filter((name) => kindOf(root, name) !== 'own');
      for (const name of old) refuseMount(join(directory, name), directory);
      if (old.length > 0) replaced.add(asideRoot);
      const fresh = entriesOf(staging) ?? [];
      return [...new Set([...old, ...fresh])].map((name) => ({
        place: join(directory, name),
        fresh: fresh.includes(name) ? join(staging, name) : null,
        aside: join(asideRoot, ...(isBeside ? [root] : []), name),
      }));
    });
  return { format: 1, archive: file, replaced: [...replaced], staging: roots.map(({ staging }) => staging), steps };
}

/** Two restores within a second keep what they replaced apart. */
function freeStamp({ replaced }: BridgePaths, stamp: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? stamp : `${stamp}-${number}`;
    if (!existsSync(join(replaced, candidate))) return candidate;
  }
}

/** What is mounted there cannot be moved aside. */
function refuseMount(path: string, root: string): void {
  const found = lstatSync(path);
  if (!found.isDirectory() || found.dev === statSync(root).dev) return;
  throw new BridgeError('restore-failed', `${path} is a file system of its own and cannot be put aside.`, {
    advice: 'Unmount it for the restore. Nothing was changed.',
  });
}

function refuseMissing(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return;
  throw new BridgeError('backup-unreadable', `There is no backup ${file}.`, {
    advice: 'Those in backups/: vai backup --list',
  });
}

function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function asTrouble(error: unknown, paths: BridgePaths): unknown {
  const code = error instanceof BridgeError ? undefined : systemErrorCode(error);
  if (code === undefined) return error;
  const begun = existsSync(journalFile(paths));
  return new BridgeError(
    'restore-failed',
    begun
      ? `The restore broke off while files were exchanged (${code}).`
      : `The backup cannot be unpacked in ${paths.home} (${code}).`,
    {
      advice: begun
        ? 'Remove the cause (room on the disk, permissions), then finish it: vai restore'
        : 'Nothing was changed. Make room, or see "vai doctor" for permissions.',
      happened: begun ? 'unknown' : 'not-done',
      cause: error,
    },
  );
}
