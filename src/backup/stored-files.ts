import { createHash } from 'node:crypto';
import { constants, lstatSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { BridgeError, systemErrorCode } from '../base/errors.ts';
import type { ArchiveEntry } from './archive-writer.ts';
import { isUnfinished } from './layout.ts';
import type { Manifest } from './manifest.ts';

type Book = Pick<Manifest, 'files' | 'directories' | 'left'>;

/** Bytes that are in memory at a time. */
const chunkBytes = 256 * 1024;

/**
 * Whose the files are. Of the `bridge`: none may be missing, and what it is just writing is no file yet. Of `people` and
 * agents: what cannot be read is left out and told.
 */
type Owner = 'bridge' | 'people';

/**
 * Reads files and directories as the entries of an archive, and keeps the book of what was read: exactly the bytes that
 * went into the archive. Owns that book. Knows nothing about what the files mean, and where the archive goes.
 */
export class StoredFiles {
  readonly book: Book = { files: [], directories: [], left: [] };
  readonly #stored = new Set<string>();
  readonly #owner: Owner;

  constructor(options: { readonly owner: Owner }) {
    this.#owner = options.owner;
  }

  has(path: string): boolean {
    return this.#stored.has(path);
  }

  /**
   * What lies at a path, with everything below it. What goes away meanwhile is no part of it; links and what is no file
   * are left out and told.
   *
   * @param at on the disk. @param path in the archive.
   * @throws BridgeError `backup-unreadable` for a file of the bridge.
   */
  async *tree(at: string, path: string): AsyncGenerator<ArchiveEntry> {
    const found = this.#look(at, path);
    if (!found) return;
    if (found.isFile()) yield* this.file(at, path);
    else if (found.isDirectory()) yield* this.#below(at, path, found);
    else if (found.isSymbolicLink()) this.#leave(path, 'it is a link');
    // A socket or a pipe is of a process, and nobody's data.
    else if (!found.isSocket() && !found.isFIFO()) this.#leave(path, 'it is no file');
  }

  async *#below(at: string, path: string, found: Stats): AsyncGenerator<ArchiveEntry> {
    const names = this.#names(at, path);
    if (!names) return;
    yield this.#directory(path, found.mode & 0o777, found.mtime);
    for (const name of names) {
      if (this.#owner === 'bridge' && isUnfinished(name)) continue;
      if (name.includes('\u{fffd}')) this.#leave(`${path}/${name}`, 'its name is no UTF-8');
      else yield* this.tree(join(at, name), `${path}/${name}`);
    }
  }

  /** One file, once. As many bytes as it has when it is opened: what grows is stored up to there. */
  async *file(at: string, path: string): AsyncGenerator<ArchiveEntry> {
    if (this.#stored.has(path)) return;
    const handle = await this.#open(at, path);
    if (handle) yield* this.opened(handle, path);
  }

  /** The same of a file that is open; it is closed. */
  async *opened(handle: FileHandle, path: string): AsyncGenerator<ArchiveEntry> {
    try {
      const { mode, mtime, size } = await handle.stat();
      const bits = mode & 0o777;
      this.#stored.add(path);
      const hash = createHash('sha256');
      yield { kind: 'file', path, mode: bits, modified: mtime, size, body: this.#body(handle, path, size, hash) };
      this.book.files.push({ path, size, mode: bits, sha256: hash.digest('hex') });
    } finally {
      await handle.close();
    }
  }

  /** A directory by itself. */
  directory(path: string, mode: number): ArchiveEntry {
    return this.#directory(path, mode);
  }

  async *#body(
    handle: FileHandle,
    path: string,
    size: number,
    hash: ReturnType<typeof createHash>,
  ): AsyncGenerator<Uint8Array> {
    for (let done = 0; done < size;) {
      const wanted = Math.min(chunkBytes, size - done);
      // A buffer of its own for each: they wait behind one another.
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(wanted), 0, wanted, done);
      if (bytesRead === 0) this.#leave(path, 'its end was cut off while it was read; zeros are in its place');
      // Its length was announced.
      const chunk = buffer.subarray(0, bytesRead === 0 ? wanted : bytesRead);
      hash.update(chunk);
      done += chunk.length;
      yield chunk;
    }
  }

  #directory(path: string, mode: number, modified?: Date): ArchiveEntry {
    this.book.directories.push({ path, mode });
    return { kind: 'directory', path, mode, ...(modified === undefined ? {} : { modified }) };
  }

  #look(at: string, path: string): Stats | undefined {
    return this.#tolerant(path, () => lstatSync(at, { throwIfNoEntry: false }));
  }

  #names(at: string, path: string): readonly string[] | undefined {
    return this.#tolerant(path, () => readdirSync(at).sort());
  }

  async #open(at: string, path: string): Promise<FileHandle | undefined> {
    try {
      // A link in its place since it was looked at, or a pipe, which would be waited for.
      const handle = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
      return undefined;
    } catch (error) {
      this.#forgive(error, path);
      return undefined;
    }
  }

  #tolerant<T>(path: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      this.#forgive(error, path);
      return undefined;
    }
  }

  #forgive(cause: unknown, path: string): void {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return; // It went away.
    const why = `it cannot be read (${code ?? 'unknown error'})`;
    if (this.#owner === 'people') {
      this.#leave(path, why);
      return;
    }
    throw new BridgeError('backup-unreadable', `${path} cannot go into the backup: ${why}.`, { cause });
  }

  #leave(path: string, why: string): void {
    if (!this.book.left.some((one) => one.path === path)) this.book.left.push({ path, why });
  }
}
