import { chmodSync, closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { flushDirectory } from '../base/atomic-file.ts';
import type { EntrySink } from './archive-reader.ts';
import type { Target } from './check-archive.ts';
import type { RootName } from './layout.ts';

/**
 * Puts the content of an archive into directories that are prepared, one for each root, as files and directories of its
 * own making: nothing that lies there before is followed or written over. Knows nothing about whether it is right.
 */
export class Unpacked implements Target {
  /** Where each root of the archive is put together. Each is made when it is needed, and must not be there before. */
  readonly #staging: ReadonlyMap<string, string>;
  readonly #modes: { readonly path: string; readonly mode: number }[] = [];

  constructor(options: { readonly staging: ReadonlyMap<RootName, string> }) {
    this.#staging = options.staging;
  }

  directory(path: string, mode: number): void {
    const at = this.at(path);
    mkdirSync(at, { recursive: true, mode: 0o700 });
    // One that is to be moved must stay ours to move.
    const bits = path.split('/').length > 2 ? mode : mode | 0o700;
    if (path.includes('/')) this.#modes.push({ path: at, mode: bits });
  }

  file(path: string, mode: number): EntrySink {
    const at = this.at(path);
    mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
    const file = openSync(at, 'wx', 0o600);
    return {
      write: (chunk) => {
        for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
      },
      end: () => {
        fchmodSync(file, mode);
        fsyncSync(file);
        closeSync(file);
      },
    };
  }

  /** Where a path of the archive lies. */
  at(path: string): string {
    const [root = '', ...rest] = path.split('/');
    const staging = this.#staging.get(root);
    if (staging === undefined) throw new Error(`${path} is in no root`);
    return join(staging, ...rest);
  }

  /** When everything is in it: what is closed to ourselves is closed, and all of it is on the disk. */
  close(): void {
    for (const { path, mode } of [...this.#modes].reverse()) {
      flushDirectory(path);
      chmodSync(path, mode);
    }
  }
}
