import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, sep } from 'node:path';

import { BridgeError, systemErrorCode } from '../base/errors.ts';
import type { FileToPost } from '../contracts/workspace.ts';

/** The most that a bot can send anywhere on Discord (a server with every boost), in bytes. Files are sent from memory. */
const largest = 100 * 1024 * 1024;

/** Where a file must lie. */
export interface Confines {
  /** In one of these directories … */
  readonly within: readonly string[];
  /** … and in none of these, unless a directory of `within` lies there itself. */
  readonly outside?: readonly string[];
}

/**
 * Looks whether a file can be posted. Links are followed, here and for good: the path that is kept has none, and whoever
 * reads it must refuse one that is there by then.
 *
 * @param confines undefined when it may lie anywhere.
 * @throws BridgeError `file-missing`, `file-unreadable`, `file-forbidden`, `file-too-large`, naming the path.
 */
export function fileToPost(path: string, confines: Confines | undefined): FileToPost {
  const real = isAbsolute(path) ? realPath(path) : undefined;
  if (real === undefined) {
    throw new BridgeError('file-missing', `There is no file ${path}.`, {
      advice: 'Nothing was posted. Look at the path.',
    });
  }
  if (confines !== undefined && !isWithin(real, confines)) {
    const { within } = confines;
    throw new BridgeError('file-forbidden', `${path} lies outside of this session's directories.`, {
      advice: `Nothing was posted. Inside a session, dp posts files from ${within.join(' and ')} only: copy it there.`,
    });
  }
  const about = statSync(real);
  if (about.isDirectory()) {
    throw new BridgeError('file-unreadable', `${path} is a directory.`, {
      advice: 'Nothing was posted. Name its files.',
    });
  }
  if (!about.isFile()) {
    throw new BridgeError('file-unreadable', `${path} is not a regular file.`, { advice: 'Nothing was posted.' });
  }
  try {
    accessSync(real, constants.R_OK);
  } catch (cause) {
    throw new BridgeError('file-unreadable', `The bridge may not read ${path}.`, {
      advice: 'Nothing was posted. Let the user that runs the bridge read it.',
      cause,
    });
  }
  if (about.size > largest) {
    throw new BridgeError('file-too-large', `${path} is too large to be posted (${about.size} bytes).`, {
      advice: `Nothing was posted. At most ${largest} bytes can be; most chats take 10 MB.`,
    });
  }
  return { path: real, name: basename(path), size: about.size };
}

/** Whether a path without links lies where it must. The innermost directory that is named decides. */
export function isWithin(real: string, { within, outside = [] }: Confines): boolean {
  const depth = (directories: readonly string[]): number =>
    Math.max(
      -1,
      ...directories.map((directory) => {
        const place = realPath(directory);
        return liesIn(real, place) ? (place?.length ?? -1) : -1;
      }),
    );
  return depth(within) > depth(outside);
}

function liesIn(path: string, directory: string | undefined): boolean {
  if (directory === undefined) return false;
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`);
}

/** Undefined when there is no such thing. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new BridgeError('file-unreadable', `${path} cannot be looked at (${code ?? 'unknown error'}).`, {
      advice: 'Nothing was posted.',
      cause: error,
    });
  }
}
