import { readFileSync, realpathSync, statSync, utimesSync } from 'node:fs';
import { basename } from 'node:path';

import lockfile from 'proper-lockfile';
import { z } from 'zod';

import { writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import type { AccessPolicy } from '../model/access.ts';
import { accessKey, parseAccess, writtenAccess } from './access-rules.ts';

/** How often and how long a lock of somebody else is waited for: about two seconds in all. */
const lockPatience = { retries: 8, factor: 1.5, minTimeout: 40, maxTimeout: 500 };

const content = z.record(z.string(), z.json());

/**
 * The part of bridge.json that says who may do what. Owns locking and replacing of that file; everything else in it stays
 * as it is. Knows nothing about what the rest means.
 */
export class AccessFile {
  readonly #path: string;

  constructor(options: { readonly path: string }) {
    this.#path = options.path;
  }

  /**
   * Changes it as one step, locked against other processes; on disk when it resolves. The file is untouched when `change`
   * throws.
   *
   * @returns what is in force now: the file's word, also what was written into it by hand.
   * @throws BridgeError `config-invalid` naming the file, the place and the value; `config-locked`.
   */
  async update(change: (policy: AccessPolicy) => AccessPolicy): Promise<AccessPolicy> {
    const release = await this.#lock();
    try {
      const { [accessKey]: before, ...rest } = this.#read();
      const written = writtenAccess(change(parseAccess(before, this.#path)));
      const after = parseAccess(written, this.#path); // What could not be read again is not written.
      this.#replace({ ...rest, ...(written === undefined ? {} : { [accessKey]: written }) });
      return after;
    } finally {
      await release();
    }
  }

  #read(): z.infer<typeof content> {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8').replace(/^\u{feff}/u, '');
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return {};
      throw this.#invalid(`cannot be read (${systemErrorCode(cause) ?? String(cause)})`, cause);
    }
    if (text.trim() === '') return {};
    try {
      return content.parse(JSON.parse(text));
    } catch {
      // Its own message quotes the text around the mistake, which may be a secret.
      throw this.#invalid('is not an object in valid JSON');
    }
  }

  #replace(value: object): void {
    const known = statSync(this.#path, { throwIfNoEntry: false });
    const target = known ? realpathSync(this.#path) : this.#path;
    writeFileAtomic(target, `${JSON.stringify(value, null, 2)}\n`, known ? known.mode & 0o777 : 0o600);
    // Its time tells when a person changed it, and with that whether the bridge still has older settings.
    if (known) utimesSync(target, known.atime, known.mtime);
  }

  async #lock(): Promise<() => Promise<void>> {
    try {
      return await lockfile.lock(this.#path, { realpath: false, retries: lockPatience });
    } catch (cause) {
      if (systemErrorCode(cause) !== 'ELOCKED') {
        throw this.#invalid(`cannot be locked (${systemErrorCode(cause) ?? String(cause)})`, cause);
      }
      throw new BridgeError('config-locked', `${this.#path} is locked by another program.`, {
        advice: `Try again in a moment; if nothing else uses it, remove ${basename(this.#path)}.lock beside it.`,
        cause,
      });
    }
  }

  #invalid(problem: string, cause?: unknown): BridgeError {
    return new BridgeError('config-invalid', `${this.#path} ${problem}.`, {
      advice: 'Correct the file; it was left as it is.',
      cause,
    });
  }
}
