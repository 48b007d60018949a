import { appendFileSync, chmodSync, renameSync, statSync } from 'node:fs';

import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { RecoveryBook, RecoveryLine } from '../contracts/recovery.ts';

/** When the file is put away and a new one begun, in bytes: some ten thousand attempts. */
const bytesPerFile = 2 * 1024 * 1024;

export interface RecoveryFileOptions {
  /** Absolute; ends in `.jsonl`. The one before it is kept beside it, as `….1.jsonl` (I11). */
  readonly path: string;
  readonly log: Log;
  /** Default 2 MiB. */
  readonly bytesPerFile?: number;
}

/**
 * The history of recoveries on disk: a JSON object in each line, only ever added to, 0600. Owns the file and the one
 * before it. A disk that takes nothing costs lines, which is said, and never the bridge.
 */
export class RecoveryFile implements RecoveryBook {
  readonly #options: RecoveryFileOptions;
  #isFailing = false;

  constructor(options: RecoveryFileOptions) {
    this.#options = options;
  }

  note(line: RecoveryLine): void {
    const { path, log } = this.#options;
    try {
      this.#putAway();
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
      chmodSync(path, 0o600);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        log.error({ file: path, error: describeError(error) }, 'the history of recoveries is not written');
      this.#isFailing = true;
    }
  }

  #putAway(): void {
    const { path, bytesPerFile: limit = bytesPerFile } = this.#options;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size >= limit) renameSync(path, path.replace(/\.jsonl$/, '.1.jsonl'));
  }
}
