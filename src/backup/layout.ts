import { join } from 'node:path';

import type { BridgePaths } from '../config/paths.ts';
import { localDataVersion } from '../local-discord/store/database.ts';
import { stateVersion } from '../storage/database.ts';

/** The directories of an installation that a backup has, by their names in it. */
export const rootNames = ['config', 'state', 'attachments', 'workspace'] as const;

export type RootName = (typeof rootNames)[number];

/** A root of the home, and where it is. */
export interface Root {
  readonly name: RootName;
  readonly directory: string;
}

/** What each part of an installation is for a backup. */
export type Kind =
  /** Stored as it is. */
  | 'file'
  /** Copied as it is at one moment. */
  | 'database'
  /** Of a database: goes with it, and is not stored. */
  | 'journal'
  /** Of this installation at this time: never stored, never replaced. */
  | 'own';

/** In `state/`: who runs, locks, what is unfinished, and the end of the audit, which no backup turns back. */
const ownState = ['daemon.json', 'daemon.lock', 'backup.lock', 'restore.json', 'audit-head.json'];

/** What is being changed by a migration: whoever starts next would do what it says. */
const unfinishedMigration = 'state/migrations/journal.json';

/** A file in the making, as `base/atomic-file` names it. */
const unfinished = /\.[\w-]{8}\.tmp$/;

export function rootsOf(paths: BridgePaths): readonly Root[] {
  return rootNames.map((name) => ({ name, directory: paths[name] }));
}

/** What an entry is that lies directly in a root. */
export function kindOf(root: RootName, name: string): Kind {
  if (name === '.gitkeep' || isPrepared(name) || name.startsWith('.replaced-') || unfinished.test(name)) return 'own';
  if (root === 'config') return /\.(?:example|lock)$/.test(name) ? 'own' : 'file';
  if (root !== 'state') return 'file';
  if (ownState.some((one) => name === one || name === `${one}-journal`)) return 'own';
  if (/\.db-(?:wal|shm|journal)$/.test(name)) return 'journal';
  return name.endsWith('.db') ? 'database' : 'file';
}

/** Whether a backup may have something at a path of it. */
export function hasPlace(path: string): boolean {
  return (kindAt(path) === 'file' || isDatabase(path)) && path !== unfinishedMigration;
}

/** Whether a path of a backup is that of a database. */
export function isDatabase(path: string): boolean {
  return kindAt(path) === 'database' && path.split('/').length === 2;
}

function kindAt(path: string): Kind {
  const [root = '', name = ''] = path.split('/');
  return name !== '' && rootNames.some((one) => one === root) ? kindOf(root as RootName, name) : 'own';
}

/** Whether a file further down is one that is still being made. */
export function isUnfinished(name: string): boolean {
  return unfinished.test(name);
}

/** The name of a directory in which something is prepared. */
export function stagingName(purpose: 'backup' | 'restore', id: string): string {
  return `.${purpose}-${id}`;
}

/** Whether a name is one of `stagingName`. */
export function isPrepared(name: string): boolean {
  return /^\.(?:backup|restore)-/.test(name);
}

/** Whether a database is one of the stores, by its path from the home on. */
export function isState({ home, discord, local }: BridgePaths, database: string): boolean {
  return [discord.database, local.database].includes(join(home, database));
}

/** The highest schema version of a database that this bridge understands; undefined for one it does not know. */
export function knownVersion(paths: BridgePaths, database: string): number | undefined {
  const path = join(paths.home, database);
  if (path === join(paths.state, 'local-discord.db')) return localDataVersion;
  return isState(paths, database) ? stateVersion : undefined;
}

export function lockFile({ state }: BridgePaths): string {
  return join(state, 'backup.lock');
}

/** There while a restore is exchanging files, and after one that was interrupted. */
export function journalFile({ state }: BridgePaths): string {
  return join(state, 'restore.json');
}
