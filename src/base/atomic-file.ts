import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { BridgeError, systemErrorCode } from './errors.ts';
import { newSecret } from './ids.ts';
import { isProcess } from './process-alive.ts';

/**
 * Replaces a file as one step: a reader sees the old content or the new, never a part, also after a power cut.
 * The new content and the directory entry are flushed before it returns (I1).
 *
 * @param mode permission bits of the new file; default 0600.
 * @throws the system error, with the old file untouched.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
  replace(path, content, mode, true);
  flushDirectory(dirname(path));
}

/**
 * Replaces a file as one step for every reader, whatever becomes of this process, at less cost than `writeFileAtomic`.
 * After a power cut there may be the old file; with the content not flushed, perhaps an empty one.
 *
 * @throws the system error, with the old file untouched.
 */
export function replaceFile(path: string, content: string, flush: 'content' | 'nothing'): void {
  replace(path, content, 0o600, flush === 'content');
}

/** As `writeFileAtomic`, but nothing when the file has this content and these permission bits already. */
export function writeFileUnlessSame(path: string, content: string, mode: number): void {
  try {
    if (readFileSync(path, 'utf8') === content && (statSync(path).mode & 0o777) === mode) return;
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
  writeFileAtomic(path, content, mode);
}

/**
 * Removes what a process left of files in a directory that it was replacing when it was killed. What another process is
 * writing stays, whatever the clock says: it is named after its writer.
 *
 * @param before epoch milliseconds: younger ones may be in the making.
 * @returns how many; 0 also when there is no such directory.
 */
export function removeUnfinished(directory: string, before: number): number {
  const isLeft = (name: string): boolean => {
    const [isUnfinished, writer] = /(?:\.(\d+))?\.[\w-]{8}\.tmp$/.exec(name) ?? [];
    if (isUnfinished === undefined) return false;
    const pid = Number(writer ?? 0);
    if (pid > 0 && pid !== process.pid && isProcess(pid)) return false;
    const stat = statSync(join(directory, name), { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.mtimeMs < before;
  };
  const left = existsSync(directory) ? readdirSync(directory).filter(isLeft) : [];
  for (const name of left) rmSync(join(directory, name), { force: true });
  return left.length;
}

/**
 * Makes a private directory (0700) with its parents. Does nothing if it is there.
 *
 * @throws BridgeError `directory-unusable` when it cannot be made.
 */
export function makePrivateDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const isFile = ['EEXIST', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '');
    const reason = isFile ? 'a file is in its place' : (systemErrorCode(cause) ?? String(cause));
    throw new BridgeError('directory-unusable', `The directory ${path} cannot be made: ${reason}.`, {
      advice: 'It must be a directory that this user may write.',
      cause,
    });
  }
}

/** Makes a private directory, or closes one of ours that is there to everybody else. */
export function claimPrivateDirectory(path: string): void {
  makePrivateDirectory(path);
  if ((statSync(path).mode & 0o777) !== 0o700) chmodSync(path, 0o700);
}

function replace(path: string, content: string | Uint8Array, mode: number, flush: boolean): void {
  const temporary = `${path}.${process.pid}.${newSecret(6)}.tmp`;
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
      if (flush) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Flushes which names a directory holds: a rename or a removal in it survives a power cut then. */
export function flushDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
