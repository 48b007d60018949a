import { accessSync, constants, lstatSync, realpathSync } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';

import { systemErrorCode } from '../base/errors.ts';
import { mayBeOffered } from '../model/offerable.ts';
import type { FileToPost } from '../contracts/workspace.ts';
import { isWithin } from './file-to-post.ts';

/** Bytes: what every chat takes. A larger one has to be posted by somebody who wants that. */
const largest = 10 * 1024 * 1024;

/** What a path fails with that leads to nothing, or to nothing of ours. */
const nothingThere: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EPERM'];

/**
 * Looks whether a file may be offered to people, though nobody asked for it: a regular file, not empty and not large, that
 * lies in the directory after all links are followed, under a name that does not look like a secret, neither its own nor
 * the one that was said. One that has a second name (a hard link) is left out: it may be somebody else's.
 *
 * @param path as it was said: absolute, or relative to the directory.
 * @param closed directories of the bridge itself.
 * @returns undefined for anything else.
 */
export function fileToOffer(path: string, directory: string, closed: readonly string[]): FileToPost | undefined {
  if (path.includes('\0')) return undefined;
  try {
    const home = realpathSync(directory);
    const said = resolve(home, path);
    const real = realpathSync(said);
    const inside = relative(home, real);
    // The directory may be reached through a link, and be called so.
    const saidInside = relative(said.startsWith(`${directory}${sep}`) ? directory : home, said);
    if (!isInside(inside) || !isInside(saidInside)) return undefined;
    if (!mayBeOffered(inside) || !mayBeOffered(saidInside)) return undefined;
    if (!isWithin(real, { within: [home], outside: closed })) return undefined;
    const about = lstatSync(real);
    if (!about.isFile() || about.nlink > 1 || about.size === 0 || about.size > largest) return undefined;
    accessSync(real, constants.R_OK);
    return { path: real, name: basename(said), size: about.size };
  } catch (error) {
    if (nothingThere.includes(systemErrorCode(error))) return undefined;
    throw error;
  }
}

function isInside(path: string): boolean {
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !path.startsWith(sep);
}
