import { basename } from 'node:path';

import { genesis, readLink, sha256 } from '../base/hash-chain.ts';
import type { Link, Tip } from '../base/hash-chain.ts';
import { auditFiles, auditLines } from './audit-files.ts';
import { readAuditHead } from './audit-head.ts';
import { readMark, saidOldest } from './audit-place.ts';
import type { AuditMark } from './audit-place.ts';

/** Something that is not as it was written. */
export interface AuditFinding {
  /** The name of the file. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly kind: 'changed' | 'missing' | 'misplaced' | 'foreign';
  readonly says: string;
}

export interface AuditVerdict {
  readonly isWhole: boolean;
  readonly files: number;
  readonly lines: number;
  /** The last line that is there. Kept elsewhere, it proves later that everything up to it is as it was. */
  readonly last: Tip | null;
  readonly findings: readonly AuditFinding[];
  /** What is no trouble and worth a word. */
  readonly notes: readonly string[];
}

/**
 * Whether the audit is as it was written: no line changed, removed, added or moved, no file missing. Only the oldest files
 * may be gone, when the audit itself says so.
 *
 * @param path of the file in use.
 * @param headPath where the end of the chain is kept.
 * @param known a hash that was seen before: its line must be there, or older than what is kept.
 */
export function verifyAudit(path: string, headPath: string, known?: string): AuditVerdict {
  const files = auditFiles(path);
  const walk = new Walk(
    files.length === 0 ? { seq: 1, prev: genesis } : saidOldest(files),
    readAuditHead(headPath),
    known,
  );
  for (const file of files) walk.take(file);
  return walk.end(path, files.length);
}

/** Owns how far the chain was followed, and what was found. */
class Walk {
  readonly #oldest: Pick<Link, 'seq' | 'prev'>;
  readonly #head: Tip | undefined;
  readonly #known: string | undefined;
  readonly #findings: AuditFinding[] = [];
  readonly #notes: string[] = [];
  #last: Tip | undefined;
  #lines = 0;
  #isHeadThere = false;
  #isKnownThere = false;
  /** Lines that are no part of the chain, until the next one tells what they are. */
  #strange: { readonly file: string; readonly line: number; readonly text: string }[] = [];

  constructor(oldest: Pick<Link, 'seq' | 'prev'>, head: Tip | undefined, known: string | undefined) {
    this.#oldest = oldest;
    this.#head = head;
    this.#known = known;
  }

  take(path: string): void {
    const file = basename(path);
    const { lines, rest } = auditLines(path);
    for (const [index, text] of lines.entries()) this.#takeLine(file, index + 1, text);
    if (rest !== '')
      this.#notes.push(`${file} ends in the middle of a line: it is being written, or was when the bridge was killed.`);
    this.#lines += lines.length;
  }

  end(path: string, files: number): AuditVerdict {
    const file = basename(path);
    const seq = this.#last?.seq ?? 0;
    this.#judgeStrange(undefined);
    const line = this.#lines;
    if (!this.#head && seq > 0) {
      this.#find(file, line, 'missing', `Where the audit ends is not kept: what stood after entry ${seq} may be gone.`);
    } else if (this.#head && seq < this.#head.seq) {
      this.#find(file, line, 'missing', `${entries(seq + 1, this.#head.seq)} missing at the end.`);
    } else if (this.#head && !this.#isHeadThere && this.#head.seq >= this.#oldest.seq) {
      this.#find(
        file,
        line,
        'changed',
        `Entry ${this.#head.seq} is another one than the bridge remembers: what is before it was written anew.`,
      );
    }
    if (this.#known !== undefined && !this.#isKnownThere) {
      this.#find(
        file,
        line,
        'missing',
        `There is no entry with the hash ${this.#known}; it was changed, or went with the oldest file.`,
      );
    }
    const findings = this.#findings;
    return {
      isWhole: findings.length === 0,
      files,
      lines: this.#lines,
      last: this.#last ?? null,
      findings,
      notes: this.#notes,
    };
  }

  #takeLine(file: string, line: number, text: string): void {
    const link = readLink(text);
    if (!link) {
      this.#strange.push({ file, line, text });
      return;
    }
    const mark = link.isWhole ? readMark(text) : undefined;
    this.#judgeStrange(mark);
    if (!link.isWhole) this.#find(file, line, 'changed', `Entry ${link.seq} is not as it was written.`);
    this.#follow(file, line, link, mark);
    this.#isHeadThere ||= this.#head !== undefined && link.seq === this.#head.seq && link.hash === this.#head.hash;
    this.#isKnownThere ||= link.hash === this.#known;
    if (mark) this.#judgeMark(file, line, mark);
  }

  /** Whether it follows the line before it. */
  #follow(file: string, line: number, link: Link, mark: AuditMark | undefined): void {
    const last = this.#last;
    const { seq } = link;
    const next = last ? last.seq + 1 : this.#oldest.seq;
    const prev = last ? last.hash : this.#oldest.prev;
    if (last && seq < next) {
      this.#find(file, line, 'misplaced', `Entry ${seq} stands after entry ${last.seq}.`);
      return;
    }
    this.#last = { seq, hash: link.hash };
    if (seq > next) {
      // What the bridge itself found missing is told of its mark.
      const isMarked = mark?.mark === 'missing' && mark.to === seq - 1 && mark.from === next;
      const says =
        line === 1
          ? `A file before ${file} is missing, with what stood from entry ${next} to ${seq - 1}.`
          : `${entries(next, seq - 1)} missing before this one.`;
      if (!isMarked) this.#find(file, line, 'missing', says);
      return;
    }
    const isOlder = !last && seq < this.#oldest.seq;
    const isFollowed = link.prev === prev || mark?.mark === 'altered' || mark?.mark === 'missing';
    if (!isOlder && !isFollowed)
      this.#find(file, line, 'changed', `Entry ${seq} does not follow the one before it, which was another one.`);
  }

  #judgeMark(file: string, line: number, mark: AuditMark): void {
    switch (mark.mark) {
      case 'missing':
        this.#find(
          file,
          line,
          'missing',
          `${entries(mark.from, mark.to, 'was', 'were')} gone when the bridge looked: removed, or taken by a power cut.`,
        );
        break;
      case 'altered':
        this.#find(file, line, 'foreign', `The file was changed by somebody else after entry ${mark.line}.`);
        break;
      case 'endless':
        this.#find(
          file,
          line,
          'missing',
          `Where the audit ended was not kept when the bridge looked: what stood after entry ${mark.line} may be gone.`,
        );
        break;
      case 'lost':
        this.#notes.push(`${file}:${line}: ${mark.lines} entries could not be written (${mark.why}).`);
        break;
      case 'torn':
        this.#notes.push(
          `${file}:${line - 1}: a line was cut when the bridge was killed (${mark.bytes} bytes); it is marked.`,
        );
        break;
      case 'begin':
        this.#notes.push(`${file}: ${mark.lines} lines of an older version stand before the chain.`);
        break;
      case 'file':
        break;
    }
  }

  /** Lines that are no part of the chain are in order when the next line says what they are. */
  #judgeStrange(mark: AuditMark | undefined): void {
    const strange = this.#strange;
    this.#strange = [];
    if (strange.length === 0) return;
    const of = sha256(strange.map(({ text }) => text).join('\n'));
    if (mark?.mark === 'begin' && mark.of === of) return;
    // What was cut is no JSON any more; a line that is has an author of its own, and reads like an entry.
    const only = strange[0]?.text ?? '';
    if (mark?.mark === 'torn' && mark.of === of && strange.length === 1 && !isJson(only)) return;
    for (const { file, line } of strange)
      this.#find(file, line, 'foreign', 'This line is none that the bridge has written.');
  }

  #find(file: string, line: number, kind: AuditFinding['kind'], says: string): void {
    this.#findings.push({ file, line, kind, says });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The beginning of a sentence about one entry or several. */
function entries(from: number, to: number, is = 'is', are = 'are'): string {
  return from === to ? `Entry ${from} ${is}` : `Entries ${from} to ${to} ${are}`;
}
