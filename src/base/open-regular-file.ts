import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { systemErrorCode } from './errors.ts';

/**
 * Opens a file for reading whose path was looked at before: what lies there now must be a regular file, and lie there
 * itself, not through a link made since.
 *
 * @param path absolute, without links.
 * @throws Error with the reason in words (`it is a link`), or the system's.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const handle = await openItself(path);
  try {
    const about = await handle.stat();
    if (!about.isFile()) throw new Error('it is not a regular file');
    if (!(await isAt(path, about))) throw new Error('it is reached through a link');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openItself(path: string): Promise<FileHandle> {
  try {
    // A pipe would be waited for, but for NONBLOCK.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ELOOP') throw new Error('it is a link', { cause });
    throw cause;
  }
}

/** Whether a path without any link leads to the very file that was opened. */
async function isAt(path: string, opened: Stats): Promise<boolean> {
  if ((await realpath(path)) !== path) return false;
  const there = await lstat(path);
  return there.dev === opened.dev && there.ino === opened.ino;
}
