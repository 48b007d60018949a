import { lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { claimPrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError, describeError, systemErrorCode } from '../base/errors.ts';
import { newUuid } from '../base/ids.ts';
import { openRegularFile } from '../base/open-regular-file.ts';
import type { CopiedFile, OutgoingFiles } from '../contracts/outgoing-files.ts';
import type { FileToPost } from '../contracts/workspace.ts';

/** Bytes that are in memory at a time. */
const chunkBytes = 256 * 1024;
/** The most that may wait in all, in bytes: a channel that takes nothing shall not fill the disk. */
const mostBytes = 1024 * 1024 * 1024;
/** Files that one step looks at. */
const filesPerStep = 200;

export interface OutgoingDirectoryOptions {
  /** Made when it is first needed, 0700. */
  readonly directory: string;
  /** Default: 1 GiB. */
  readonly mostBytes?: number;
}

/**
 * Copies of files that are to be posted, each under a random name in one private directory. Owns that directory. Knows
 * nothing about who wants them posted, and whether they may.
 */
export class OutgoingDirectory implements OutgoingFiles {
  readonly #options: OutgoingDirectoryOptions;
  /** Bytes of the copies that are being made. */
  #underWay = 0;

  constructor(options: OutgoingDirectoryOptions) {
    this.#options = options;
  }

  async copy(file: FileToPost): Promise<CopiedFile> {
    const directory = this.#claim();
    const path = join(directory, newUuid());
    let source: FileHandle | undefined;
    let reserved = 0;
    try {
      source = await openRegularFile(file.path);
      const { size } = await source.stat();
      this.#refuseWhenFull(file, directory, size);
      reserved = size;
      this.#underWay += reserved;
      await copyBytes(file, source, path, size);
      await flush(directory);
      return { path, name: file.name, size, source: file.path };
    } catch (cause) {
      await rm(path, { force: true });
      throw cause instanceof BridgeError ? cause : trouble(file, cause);
    } finally {
      this.#underWay -= reserved;
      await source?.close();
    }
  }

  remove(paths: readonly string[]): void {
    const directory = realPath(this.#options.directory);
    for (const path of paths) if (dirname(path) === directory) rmSync(path, { force: true });
  }

  *sweep(needed: () => ReadonlySet<string>, before: number): Iterator<number, void> {
    const directory = realPath(this.#options.directory);
    if (directory === undefined) return;
    const names = readdirSync(directory);
    for (let start = 0; start < names.length; start += filesPerStep) {
      const wanted = needed();
      const old = names
        .slice(start, start + filesPerStep)
        .map((name) => join(directory, name))
        .filter(
          (path) => !wanted.has(path) && (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? before) < before,
        );
      for (const path of old) rmSync(path, { force: true });
      yield old.length;
    }
  }

  /** Its real path: whoever reads a copy refuses one that is reached through a link. */
  #claim(): string {
    claimPrivateDirectory(this.#options.directory);
    return realpathSync(this.#options.directory);
  }

  #refuseWhenFull({ path }: FileToPost, directory: string, size: number): void {
    const most = this.#options.mostBytes ?? mostBytes;
    const sizes = readdirSync(directory).map(
      (name) => lstatSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0,
    );
    const waiting = sizes.reduce((sum, one) => sum + one, this.#underWay);
    if (waiting + size <= most) return;
    throw new BridgeError(
      'outgoing-full',
      `There is no room for a copy of ${path} (${size} bytes): ${waiting} bytes of files wait to be posted already.`,
      { advice: 'Nothing was posted. See "vai outbox" for what they wait for.' },
    );
  }
}

/** As many bytes as there were at the beginning: a log that grows is copied up to there. */
async function copyBytes(file: FileToPost, source: FileHandle, path: string, size: number): Promise<void> {
  const copy = await open(path, 'wx', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(size, 1)));
    for (let done = 0; done < size;) {
      const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, size - done), done);
      if (bytesRead === 0) throw unreadable(file, 'it became shorter while it was read');
      await copy.writeFile(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
    await copy.sync();
  } finally {
    await copy.close();
  }
}

async function flush(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function trouble(file: FileToPost, cause: unknown): BridgeError {
  const code = systemErrorCode(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new BridgeError('outgoing-full', `The disk has no room for a copy of ${file.path} (${file.size} bytes).`, {
      advice: 'Nothing was posted. Make room on the disk of the bridge.',
      cause,
    });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') return unreadable(file, 'it is not there any more', cause);
  return unreadable(file, describeError(cause), cause);
}

function unreadable({ path }: FileToPost, why: string, cause?: unknown): BridgeError {
  return new BridgeError('file-unreadable', `The file ${path} cannot be read: ${why}.`, {
    advice: 'Nothing was posted. Try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Undefined when there is no such directory. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
