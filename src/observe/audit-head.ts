import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';

import { replaceFile } from '../base/atomic-file.ts';
import type { Cancel, Clock } from '../base/clock.ts';
import { describeError, systemErrorCode } from '../base/errors.ts';
import type { Tip } from '../base/hash-chain.ts';
import type { Log } from '../base/log.ts';

/** How long after a line the end of the chain is kept, in milliseconds. */
const keepAfterMs = 1_000;

export interface AuditHeadOptions {
  /** In another directory than the audit. */
  readonly path: string;
  readonly audit: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The end of the chain as it was kept; undefined when it never was, or cannot be read. */
export function readAuditHead(path: string): Tip | undefined {
  try {
    const [, seq, hash] = /^\{"seq":(\d{1,15}),"hash":"([0-9a-f]{64})"\}\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Keeps, apart from the audit, where its chain ends, so that lines cannot be taken off its end unnoticed. Kept is only what
 * is flushed to the disk before: what a power cut takes away was never in it.
 */
export class AuditHead {
  readonly #options: AuditHeadOptions;
  #tip: Tip | undefined;
  #cancel: Cancel | undefined;
  #hasFailed = false;
  #isThere: boolean | undefined;

  constructor(options: AuditHeadOptions) {
    this.#options = options;
  }

  read(): Tip | undefined {
    return readAuditHead(this.#options.path);
  }

  /** Will be kept in a moment; at once when none is: from the first line on there is one. */
  moved(tip: Tip): void {
    this.#tip = tip;
    this.#isThere ??= this.read() !== undefined;
    if (!this.#isThere) {
      this.#isThere = true;
      this.keep();
      return;
    }
    this.#cancel ??= this.#options.clock.after(keepAfterMs, () => {
      this.keep();
    });
  }

  /** Keeps it now, if it has moved. */
  keep(): void {
    const { path, audit, log } = this.#options;
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#tip) return;
    const { seq, hash } = this.#tip;
    this.#tip = undefined;
    try {
      const file = openSync(audit, 'r');
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      replaceFile(path, `{"seq":${seq},"hash":"${hash}"}\n`, 'content');
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        log.error({ file: path, error: describeError(error) }, 'the end of the audit cannot be kept');
      this.#hasFailed = true;
    }
  }
}
