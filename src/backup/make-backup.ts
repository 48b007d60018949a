import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { flushDirectory, makePrivateDirectory, removeUnfinished } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import { isoTime } from '../base/clock.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import { newHex, newSecret } from '../base/ids.ts';
import type { BridgePaths } from '../config/paths.ts';
import { writeArchive } from './archive-writer.ts';
import { automaticName, removeOldBackups } from './backup-names.ts';
import { checkArchive } from './check-archive.ts';
import { contentsOf } from './contents.ts';
import { entriesOf } from './entries.ts';
import { isUnfinished, stagingName } from './layout.ts';
import { manifestFormat, product } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { refuseUnfinished, removeLeftovers, takeBackupLock } from './one-at-a-time.ts';

export interface BackupOptions {
  readonly paths: BridgePaths;
  readonly clock: Clock;
  /** Of the program. */
  readonly version: string;
  /** A file that is not there yet, or a directory in which it gets a name. Default: one in `backups/`. Absolute. */
  readonly to?: string;
  readonly withWorkspace: boolean;
  /** How many of those in `backups/` that the bridge named stay. */
  readonly keep: number;
  readonly say: (what: string) => void;
}

export interface Backup {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Of the archive: SHA-256, in hexadecimal digits. */
  readonly sha256: string;
  readonly manifest: Manifest;
  /** Older ones that were removed. */
  readonly removed: readonly string[];
}

/**
 * Stores an installation in one file, also while its bridge runs, and reads it again before it counts as made.
 *
 * @throws BridgeError `backup-exists`, `backup-nothing`, `backup-running`, `restore-unfinished`, `backup-unwritable`,
 *   and those of `contentsOf`. No file is there then that looks like a backup.
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { paths, clock, keep } = options;
  if (entriesOf(paths.state) === undefined && entriesOf(paths.config) === undefined) {
    throw new BridgeError('backup-nothing', `There is nothing to back up at ${paths.home}.`);
  }
  const file = targetOf(options);
  refuseExisting(file);
  makePrivateDirectory(paths.state);
  const release = takeBackupLock(paths);
  try {
    refuseUnfinished(paths);
    removeLeftovers(paths.state, 'backup');
    const made = await make(file, options);
    const removed = options.to === undefined ? removeOldBackups(paths.backups, keep, file) : [];
    return { file, ...made, removed };
  } catch (error) {
    throw asTrouble(error, file);
  } finally {
    release();
  }

  function targetOf({ to }: BackupOptions): string {
    if (to === undefined) makePrivateDirectory(paths.backups);
    const directory = to ?? paths.backups;
    const isDirectory = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
    return isDirectory ? join(directory, automaticName(clock.now())) : directory;
  }
}

async function make(
  file: string,
  { paths, clock, version, withWorkspace, say }: BackupOptions,
): Promise<Pick<Backup, 'size' | 'sha256' | 'manifest'>> {
  const scratch = join(paths.state, stagingName('backup', newHex(8)));
  const unfinished = `${file}.${newSecret(6)}.tmp`;
  removeUnfinishedOf(file, paths.backups);
  try {
    mkdirSync(scratch, { mode: 0o700 });
    let manifest: Manifest | undefined;
    const head = { product, format: manifestFormat, version, createdAt: isoTime(clock.now()) } as const;
    say('storing the databases and the files');
    const { bytes, sha256 } = await writeArchive(
      unfinished,
      contentsOf({ paths, scratch, withWorkspace, head, onManifest: (told) => (manifest = told) }),
    );
    failPoint('backup:written');
    say('reading it again');
    await checkArchive(unfinished);
    putInPlace(unfinished, file);
    failPoint('backup:in-place');
    if (!manifest) throw new Error('an archive without a manifest was written');
    return { size: bytes, sha256, manifest };
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** As one step, and never over a file that is there. */
function putInPlace(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw existing(to);
    // A file system without links.
    refuseExisting(to);
    renameSync(from, to);
  }
  rmSync(from, { force: true });
  flushDirectory(dirname(to));
}

/** What an earlier one left when it was killed. Where others keep theirs too, only what was to become this very file. */
function removeUnfinishedOf(file: string, own: string): void {
  if (dirname(file) === own) removeUnfinished(own, Infinity);
  const isOf = (name: string): boolean => name.startsWith(`${basename(file)}.`) && isUnfinished(name);
  for (const name of readdirSync(dirname(file)).filter(isOf)) rmSync(join(dirname(file), name), { force: true });
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw existing(file);
}

function existing(file: string): BridgeError {
  return new BridgeError('backup-exists', `${file} is there already; nothing is written over it.`);
}

function asTrouble(error: unknown, file: string): unknown {
  const code = error instanceof BridgeError ? undefined : systemErrorCode(error);
  if (code === undefined) return error;
  return new BridgeError('backup-unwritable', `The backup ${file} cannot be written (${code}).`, { cause: error });
}
