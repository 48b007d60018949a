import { closeSync, fstatSync, openSync } from 'node:fs';

import { systemErrorCode } from '../base/errors.ts';
import { readRange } from '../base/file-lines.ts';

const chunkBytes = 64 * 1024;
const newline = 0x0a;

/** Owns the reading position in a log file that others write, rotate and empty. Knows nothing about its lines. */
export class LogFile {
  readonly #path: string;
  #inode = 0;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The last `count` whole lines, oldest first; undefined when there is no file. `news` goes on from
   * there.
   */
  last(count: number): readonly string[] | undefined {
    return this.#open((file, inode, size) => {
      this.#inode = inode;
      this.#offset = size;
      const found: string[] = [];
      let tail: Buffer = Buffer.alloc(0);
      let whole = false;
      for (let end = size; end > 0 && (!whole || found.length < count);) {
        const start = Math.max(0, end - chunkBytes);
        tail = Buffer.concat([readRange(file, start, end), tail]);
        end = start;
        if (!whole) {
          const length = tail.lastIndexOf(newline) + 1;
          if (length === 0 && start > 0) continue;
          this.#offset = start + length;
          tail = tail.subarray(0, length);
          whole = true;
        }
        // What stands before the first newline may have begun in an earlier chunk.
        const cut = start === 0 ? 0 : tail.indexOf(newline) + 1;
        found.unshift(...splitLines(tail.subarray(cut)));
        tail = tail.subarray(0, cut);
      }
      return count === 0 ? [] : found.slice(-count);
    });
  }

  /** Whole lines written since the last look. A new or emptied file is read from its beginning. */
  news(): readonly string[] {
    const fresh = this.#open((file, inode, size) => {
      if (inode !== this.#inode || size < this.#offset) this.#offset = 0;
      this.#inode = inode;
      const bytes = readRange(file, this.#offset, size);
      const length = bytes.lastIndexOf(newline) + 1;
      this.#offset += length;
      return splitLines(bytes.subarray(0, length));
    });
    return fresh ?? [];
  }

  #open<T>(use: (file: number, inode: number, size: number) => T): T | undefined {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
      throw error;
    }
    try {
      const { ino, size } = fstatSync(file);
      return use(file, ino, size);
    } finally {
      closeSync(file);
    }
  }
}

function splitLines(bytes: Buffer): readonly string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
