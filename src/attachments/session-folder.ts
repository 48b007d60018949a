import { linkSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { claimPrivateDirectory } from '../base/atomic-file.ts';
import { describeError, systemErrorCode } from '../base/errors.ts';
import { fetchError } from './failure.ts';
import { kindOfName, unfinishedName } from './file-name.ts';

/** A name that is free is looked for this often. */
const mostNames = 1_000;

/** A place in a folder for a file that is being fetched: counts against the folder's quota from the begin. */
export interface Reservation {
  /** The file will have so many bytes, or has them already. @throws BridgeError `file-over-quota`. */
  grow(bytes: number): void;
  release(): void;
}

/** A file that is being written, under a name that nobody else has. */
export interface Unfinished {
  readonly handle: FileHandle;
  readonly path: string;
  /** Where it goes when it is whole. */
  readonly final: string;
  /** The first name was taken. */
  readonly renamed: boolean;
}

/**
 * One session's folder: 0700, made when it is needed. Owns its quota and the names in it. Knows nothing about where
 * files come from.
 */
export class SessionFolder {
  readonly #path: string;
  readonly #quota: number;
  /** What lies in it, as it was looked at last, and what came since: bytes. */
  #used = 0;
  #reserved = 0;

  /** @param quota bytes. */
  constructor(path: string, quota: number) {
    this.#path = path;
    this.#quota = quota;
  }

  /** @throws BridgeError `file-over-quota`. */
  reserve(bytes: number): Reservation {
    try {
      claimPrivateDirectory(this.#path);
      this.#used = this.#count();
    } catch (error) {
      throw fetchError('file-unwritable', describeError(error), error);
    }
    let own = 0;
    const grow = (to: number): void => {
      const more = to - own;
      if (more <= 0) return;
      if (this.#used + this.#reserved + more > this.#quota) {
        throw fetchError('file-over-quota', `The session's folder may hold ${this.#quota} bytes.`);
      }
      this.#reserved += more;
      own = to;
    };
    grow(bytes);
    return {
      grow,
      release: () => {
        this.#reserved -= own;
        own = 0;
      },
    };
  }

  /** @param nameOf the n-th name to try, from 1 on. */
  async open(nameOf: (attempt: number) => string): Promise<Unfinished> {
    for (let attempt = 1; attempt <= mostNames; attempt += 1) {
      const final = join(this.#path, nameOf(attempt));
      const path = unfinishedName(final);
      if (exists(final)) continue;
      try {
        // Never through a link, never into something that is there.
        return { handle: await open(path, 'wx', 0o600), path, final, renamed: attempt > 1 };
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
    }
    throw fetchError('file-unwritable', `No name is free in ${this.#path}.`);
  }

  /** Gives a whole file its name. Returns its path; another one than meant when somebody took that meanwhile. */
  finish({ path, final }: Unfinished, bytes: number, nameOf: (attempt: number) => string): string {
    for (let attempt = 1, name = final; attempt <= mostNames; attempt += 1) {
      if (place(path, name)) {
        this.#used += bytes;
        return name;
      }
      name = join(this.#path, nameOf(attempt));
    }
    throw fetchError('file-unwritable', `No name is free in ${this.#path}.`);
  }

  #count(): number {
    let bytes = 0;
    for (const name of readdirSync(this.#path)) {
      if (kindOfName(name) === 'unfinished') continue; // reserved
      const about = lstatSync(join(this.#path, name), { throwIfNoEntry: false });
      if (about?.isFile() === true) bytes += about.size;
    }
    return bytes;
  }
}

/** Moves a file, never onto another one; false when the name is taken. */
function place(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    rmSync(from);
    return true;
  } catch (error) {
    const code = systemErrorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    // Some file systems know no second name for a file.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
  }
  if (exists(to)) return false;
  renameSync(from, to);
  return true;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
