import { existsSync } from 'node:fs';
import { basename } from 'node:path';

import { BridgeError, describeError } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import { inspectDatabase } from '../storage/database-copy.ts';
import { SessionsFile } from '../storage/sessions-file.ts';
import { backupDamaged } from './archive-reader.ts';
import { hasPlace, isDatabase, knownVersion } from './layout.ts';
import type { Manifest } from './manifest.ts';

export interface UnpackedBackup {
  readonly paths: BridgePaths;
  /** The archive, for words. */
  readonly file: string;
  readonly manifest: Manifest;
  /** Where a path of the archive lies now. */
  readonly at: (path: string) => string;
}

/**
 * Looks whether this bridge can work with what a backup holds.
 *
 * @returns what a person should know all the same.
 * @throws BridgeError `backup-damaged`, `state-too-new`, `state-unreadable`.
 */
export async function checkUnpacked(backup: UnpackedBackup): Promise<readonly string[]> {
  for (const { path } of backup.manifest.files) refuseOutOfPlace(path, backup);
  for (const { path } of backup.manifest.directories) refuseDirectory(path, backup);
  for (const database of backup.manifest.databases) checkDatabase(database, backup);
  const maps = [backup.paths.discord.map, backup.paths.local.map].map((map) => `config/${basename(map)}`);
  const warnings: string[] = [];
  for (const map of maps) warnings.push(...(await mapWarnings(backup.at(map), map)));
  return warnings;
}

/** Locks and the like are never stored, so somebody put one in; and what is called a database must be known as one. */
function refuseOutOfPlace(path: string, { file, manifest }: UnpackedBackup): void {
  const isListed = manifest.databases.some((database) => database.path === path);
  if (!hasPlace(path) || isDatabase(path) !== isListed) throw backupDamaged(file, `${path} has no place in a backup`);
}

/** A directory in the place of such a file would stop the bridge, or this very restore half-way. */
function refuseDirectory(path: string, { file }: UnpackedBackup): void {
  if (!path.includes('/') || (hasPlace(path) && !isDatabase(path))) return;
  throw backupDamaged(file, `${path} has no place in a backup`);
}

function checkDatabase(
  { path, version, rows }: Manifest['databases'][number],
  { paths, file, manifest, at }: UnpackedBackup,
): void {
  if (!existsSync(at(path))) throw backupDamaged(file, `${path} is missing`);
  const known = knownVersion(paths, path);
  if (known !== undefined && version > known) {
    throw new BridgeError(
      'state-too-new',
      `${path} in ${file} has version ${version}, as bridge ${manifest.version} wrote it; this bridge knows versions up to ${known}.`,
      { advice: 'Nothing was changed. Install that version of the bridge, or a newer one, first.' },
    );
  }
  const found = inspectDatabase(at(path));
  if (found.version !== version || !sameRows(found.rows, rows)) {
    throw backupDamaged(file, `${path} does not hold what its list says`);
  }
}

function sameRows(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** The owner's file is put back as it was, also when it was broken then. */
async function mapWarnings(at: string, name: string): Promise<readonly string[]> {
  try {
    const entries = await new SessionsFile({ path: at }).read();
    return entries.flatMap(({ number, workDir }) =>
      workDir === undefined || existsSync(workDir)
        ? []
        : [`Session ${number} works in ${workDir}, which is not on this machine: make it, or change ${name}.`],
    );
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return [`${name} in the backup cannot be used: ${describeError(error).replace(at, name)}`];
  }
}
