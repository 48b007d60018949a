import { appendFileSync, chmodSync, existsSync, renameSync, statSync } from 'node:fs';

import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Audit, AuditEntry } from '../contracts/audit.ts';

/** When a file is put away and a new one begun, in bytes (MS-09). */
const bytesPerFile = 10 * 1024 * 1024;

/** How many that were put away are kept; the oldest goes (I11). */
const keptFiles = 9;

export interface AuditFileOptions {
  /** Its directory exists. */
  readonly path: string;
  readonly log: Log;
  /** Default 10 MiB. */
  readonly bytesPerFile?: number;
}

/**
 * The audit on disk: a JSON object in each line, only ever added to, 0600. Owns the file and those that were put away
 * beside it. A disk that takes nothing costs lines, which is said loudly, and never the bridge.
 */
export class AuditFile implements Audit {
  readonly #options: AuditFileOptions;
  #lost = 0;

  constructor(options: AuditFileOptions) {
    this.#options = options;
  }

  note(entry: AuditEntry): void {
    const { path, log } = this.#options;
    try {
      const isNew = this.#putAway();
      appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      // The umask may have taken away more than is wanted, and an old file may be open to others.
      if (isNew || this.#lost > 0) chmodSync(path, 0o600);
    } catch (error) {
      this.#lost += 1;
      if (this.#lost === 1) log.error({ file: path, error: describeError(error) }, 'the audit cannot be written');
      return;
    }
    if (this.#lost === 0) return;
    log.error({ file: path, lost: this.#lost }, 'the audit can be written again; lines are missing');
    this.#lost = 0;
  }

  /** Whether a new file begins. */
  #putAway(): boolean {
    const { path, bytesPerFile: limit = bytesPerFile } = this.#options;
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return true;
    if (size < limit) return false;
    for (let number = keptFiles; number > 1; number -= 1) {
      if (existsSync(nameOf(path, number - 1))) renameSync(nameOf(path, number - 1), nameOf(path, number));
    }
    renameSync(path, nameOf(path, 1));
    return true;
  }
}

/** `audit.jsonl` → `audit.1.jsonl`. */
function nameOf(path: string, number: number): string {
  return path.replace(/(\.[^.]+)?$/, (end: string) => `.${number}${end}`);
}
