import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { systemErrorCode } from '../../base/errors.ts';

/** The files in which the agent writes what it is granted, by its own names for them. */
export interface SettingsPlaces {
  readonly userSettings: string;
  readonly projectSettings: string;
  /** Undefined: it cannot be told from here. */
  readonly localSettings: string | undefined;
}

/**
 * Where an agent writes that was started in `workDir`. Its local settings are those of the whole repository: in the main
 * tree's root, also from a directory below it or from another work tree (measured with 2.1.329).
 *
 * @param config its configuration directory, e.g. `~/.claude`.
 */
export function settingsPlaces(workDir: string, config: string): SettingsPlaces {
  const root = repositoryRoot(workDir);
  return {
    userSettings: join(config, 'settings.json'),
    projectSettings: join(workDir, '.claude', 'settings.json'),
    localSettings: root === undefined ? undefined : join(root, '.claude', 'settings.local.json'),
  };
}

/** The root of the main tree; the directory itself outside a repository; undefined when it cannot be told. */
function repositoryRoot(workDir: string): string | undefined {
  for (let directory = resolve(workDir); ; directory = dirname(directory)) {
    const git = join(directory, '.git');
    const kind = statSync(git, { throwIfNoEntry: false });
    if (kind?.isDirectory()) return directory;
    if (kind) return mainTree(directory, git);
    if (directory === dirname(directory)) return resolve(workDir);
  }
}

/** Of a work tree, whose `.git` is a file. */
function mainTree(directory: string, file: string): string | undefined {
  const own = /^gitdir: (.+)$/m.exec(readIfThere(file) ?? '')?.[1];
  if (own === undefined) return undefined;
  const ownDirectory = resolve(directory, own);
  const common = readIfThere(join(ownDirectory, 'commondir'))?.trim();
  if (common === undefined) return undefined;
  const shared = resolve(ownDirectory, common);
  return basename(shared) === '.git' ? dirname(shared) : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined; // Not there, or not ours to read: then nothing is promised.
  }
}
