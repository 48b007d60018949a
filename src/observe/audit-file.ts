import { appendFileSync, chmodSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { isoTime } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { beginning, sealLine } from '../base/hash-chain.ts';
import type { Tip } from '../base/hash-chain.ts';
import type { Log } from '../base/log.ts';
import type { Audit, AuditEntry } from '../contracts/audit.ts';
import type { LogTrouble } from '../contracts/log-trouble.ts';
import { AuditHead } from './audit-head.ts';
import { auditFiles, putAuditAway } from './audit-files.ts';
import { hasEntry, lastPlace, oldestKept, saidOldest } from './audit-place.ts';
import type { AuditMark } from './audit-place.ts';
import { oneLine } from './one-line.ts';

/** When a file is put away and a new one begun, in bytes (MS-09). */
const bytesPerFile = 10 * 1024 * 1024;

export interface AuditFileOptions {
  readonly path: string;
  /** Where the end of the chain is kept, in another directory. */
  readonly headPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Takes out of a line what must never be written. */
  readonly redact: (line: string) => string;
  /** Default 10 MiB. */
  readonly bytesPerFile?: number;
}

/** The file as this process left it. */
interface Known {
  readonly tip: Tip;
  readonly inode: number;
  readonly size: number;
}

/**
 * The audit on disk: a JSON object in each line, only ever added to, 0600, each line with the hash of the one before, over
 * all files. Owns the file, those that were put away beside it, and the end of the chain. What others did to the file while
 * nobody or this process looked is marked by a line. A disk that takes nothing costs lines, which is said loudly, and never
 * the bridge.
 */
export class AuditFile implements Audit {
  readonly #options: AuditFileOptions;
  readonly #head: AuditHead;
  #known: Known | undefined;
  #trouble: { readonly error: string; readonly since: number; lost: number } | undefined;

  constructor(options: AuditFileOptions) {
    this.#options = options;
    this.#head = new AuditHead({ ...options, path: options.headPath, audit: options.path });
  }

  get trouble(): LogTrouble | undefined {
    if (!this.#trouble) return undefined;
    const { error, since, lost } = this.#trouble;
    return { file: this.#options.path, error, since: isoTime(since), lost };
  }

  note(entry: AuditEntry): void {
    const { path, log, clock } = this.#options;
    try {
      this.#prepare();
      const { lost = 0, error = '' } = this.#trouble ?? {};
      if (lost > 0) this.#mark({ mark: 'lost', lines: lost, why: error });
      this.#append(entry);
    } catch (error) {
      // What of the line is there is looked at before the next one.
      this.#known = this.#known && { ...this.#known, size: -1 };
      this.#trouble ??= { error: describeError(error), since: clock.now(), lost: 0 };
      this.#trouble.lost += 1;
      if (this.#trouble.lost === 1)
        log.error({ file: path, error: this.#trouble.error }, 'the audit cannot be written');
      return;
    }
    if (!this.#trouble) return;
    log.error({ file: path, lost: this.#trouble.lost }, 'the audit can be written again; lines are missing');
    this.#trouble = undefined;
  }

  /** Keeps where the chain ends. */
  close(): void {
    this.#head.keep();
  }

  /** Finds its place in the chain, where that is not known or the file is not as this process left it. */
  #prepare(): void {
    const { path, bytesPerFile: limit = bytesPerFile } = this.#options;
    const found = statSync(path, { throwIfNoEntry: false });
    const known = this.#known;
    if (!known || !found || found.ino !== known.inode || found.size !== known.size) this.#find();
    else if (found.size < limit) return;
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= limit) this.#beginFile();
  }

  #find(): void {
    const { path } = this.#options;
    makePrivateDirectory(dirname(path));
    const isFirst = this.#known === undefined;
    const expected = this.#known?.tip ?? this.#head.read();
    const { tip, torn, unchained, isTerminated } = lastPlace(auditFiles(path));
    if (!isTerminated) appendFileSync(path, '\n');
    const isMissing = expected !== undefined && tip.seq < expected.seq;
    // At a start, what is kept of the end may be older than the file: the last moment before a kill is not in it.
    const isRewritten = isFirst && !isMissing && expected !== undefined && !hasEntry(auditFiles(path), expected);
    const isAltered =
      isRewritten ||
      (tip.seq === expected?.seq ? tip.hash !== expected.hash : !isFirst && tip.seq > (expected?.seq ?? 0));
    this.#settle(isMissing || (isAltered && !isRewritten) ? (expected ?? tip) : tip);
    // A file was put away, and the next one not begun: the process was killed, or somebody took it.
    if (!existsSync(path) && tip.seq > 0) this.#beginFile();
    if (unchained) this.#mark({ mark: 'begin', ...unchained });
    if (torn) this.#mark({ mark: 'torn', ...torn });
    if (isMissing) this.#mark({ mark: 'missing', from: tip.seq + 1, to: expected.seq });
    else if (isAltered) this.#mark({ mark: 'altered', line: expected?.seq ?? 0 });
    else if (!expected && tip.seq > 0) this.#mark({ mark: 'endless', line: tip.seq });
  }

  #beginFile(): void {
    const { path } = this.#options;
    const before = auditFiles(path);
    const said = saidOldest(before);
    const there = oldestKept(before);
    putAuditAway(path);
    // What is kept from now on: what is older went by its age, and what is younger must be there.
    const kept = oldestKept(auditFiles(path));
    this.#mark({ mark: 'file', ...(kept ? { keptFrom: kept.seq, keptPrev: kept.prev } : {}) });
    if (there && there.seq > said.seq) this.#mark({ mark: 'missing', from: said.seq, to: there.seq - 1 });
  }

  #mark(mark: AuditMark): void {
    this.#append({ at: isoTime(this.#options.clock.now()), ...mark });
  }

  #append(fields: object): void {
    const { path, redact } = this.#options;
    const isNew = !existsSync(path);
    const { line, tip } = sealLine(this.#known?.tip ?? beginning, fields, (json) => oneLine(redact(json)));
    appendFileSync(path, `${line}\n`, { mode: 0o600 });
    this.#settle(tip);
    this.#head.moved(tip);
    // The umask may have taken away more than is wanted, and an old file may be open to others.
    if (isNew || this.#trouble) chmodSync(path, 0o600);
  }

  #settle(tip: Tip): void {
    const found = statSync(this.#options.path, { throwIfNoEntry: false });
    this.#known = { tip, inode: found?.ino ?? 0, size: found?.size ?? 0 };
  }
}
