import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';

import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';

const chunkBytes = 1 << 20;

/** What a file holds, in short. */
export interface Digest {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads a regular file to its end, never through a link.
 *
 * @param use is given each piece.
 * @throws BridgeError `file-irregular`; the system's error.
 */
export function digestOf(path: string, use: (piece: Uint8Array) => void = () => undefined): Digest {
  const file = openItself(path);
  try {
    if (!fstatSync(file).isFile()) throw irregular(path);
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(chunkBytes);
    let bytes = 0;
    for (;;) {
      const count = readSync(file, buffer, 0, chunkBytes, null);
      if (count === 0) return { sha256: hash.digest('hex'), bytes };
      const piece = buffer.subarray(0, count);
      hash.update(piece);
      use(piece);
      bytes += count;
    }
  } finally {
    closeSync(file);
  }
}

/** As `digestOf`; undefined when nothing is there. */
export function digestIfThere(path: string): Digest | undefined {
  return isThere(path) ? digestOf(path) : undefined;
}

/** Whether a path is that of a regular file with this content. */
export function isFileWith(path: string, sha256: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true && digestOf(path).sha256 === sha256;
}

/** Copies a regular file to a new one (0600), and flushes it. @returns what was copied. */
export function copyToNew(from: string, to: string): Digest {
  const file = openSync(to, 'wx', 0o600);
  try {
    const digest = digestOf(from, (piece) => {
      for (let offset = 0; offset < piece.length;) offset += writeSync(file, piece, offset);
    });
    failPoint('file-changes');
    fsyncSync(file);
    return digest;
  } finally {
    closeSync(file);
  }
}

/** A second name for a file where the file system has that, else a copy. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isWithoutLinks(error)) throw error;
    copyToNew(from, to);
  }
}

/** Gives a file another name, never that of one that is there. @throws BridgeError `file-in-the-way`. */
export function moveToFree(from: string, to: string): void {
  try {
    linkSync(from, to);
    failPoint('file-changes');
    rmSync(from);
    return;
  } catch (cause) {
    if (systemErrorCode(cause) === 'EEXIST') throw inTheWay(to, cause);
    if (!isWithoutLinks(cause)) throw cause;
  }
  if (isThere(to)) throw inTheWay(to);
  renameSync(from, to);
}

/** Whether there is anything of this name, also a link that leads nowhere. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTDIR') return false; // A file is in the place of its directory.
    throw error;
  }
}

function openItself(path: string): number {
  try {
    // A pipe would be waited for, but for NONBLOCK.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ELOOP') throw irregular(path, cause);
    throw cause;
  }
}

/** Some file systems know no second name for a file, and none does for one on another. */
function isWithoutLinks(error: unknown): boolean {
  return ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemErrorCode(error) ?? '');
}

function irregular(path: string, cause?: unknown): BridgeError {
  return new BridgeError('file-irregular', `${path} is no regular file.`, { cause });
}

function inTheWay(path: string, cause?: unknown): BridgeError {
  return new BridgeError('file-in-the-way', `${path} is there already.`, { cause });
}
