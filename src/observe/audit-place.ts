import { linesBackwards, linesForwards } from '../base/file-lines.ts';
import { beginning, readLink, sha256 } from '../base/hash-chain.ts';
import type { Link, Tip } from '../base/hash-chain.ts';

/** A line of the audit about itself. */
export type AuditMark =
  /** The first line. So many lines stand before it that an older version wrote, without a chain; their hash. */
  | { readonly mark: 'begin'; readonly lines: number; readonly of: string }
  /** The first line of each later file: the oldest line that is kept, and the hash before it. */
  | { readonly mark: 'file'; readonly keptFrom?: number; readonly keptPrev?: string }
  /** What stands before it is a part of a line; its hash. */
  | { readonly mark: 'torn'; readonly bytes: number; readonly of: string }
  /** These lines were written, and were not there any more. */
  | { readonly mark: 'missing'; readonly from: number; readonly to: number }
  /** The end of the file was not what had been written. */
  | { readonly mark: 'altered'; readonly line: number }
  /** Where the chain ended was not kept any more: what stood after this line may be gone. */
  | { readonly mark: 'endless'; readonly line: number }
  /** So many lines could not be written. */
  | { readonly mark: 'lost'; readonly lines: number; readonly why: string };

export interface Place {
  /** The last line of the chain that is there. */
  readonly tip: Tip;
  /** What stands after it that is no line of the chain. */
  readonly torn?: { readonly bytes: number; readonly of: string };
  /** Lines of an older version, when there is nothing else. */
  readonly unchained?: { readonly lines: number; readonly of: string };
  /** Whether the last file ends with a whole line. */
  readonly isTerminated: boolean;
}

/** Where the chain ends. @param files the oldest first. */
export function lastPlace(files: readonly string[]): Place {
  const newest = files.at(-1);
  if (newest === undefined) return { tip: beginning, isTerminated: true };
  const { link, after, isTerminated } = lastWhole(newest);
  const tip = link ?? lastPlace(files.slice(0, -1)).tip;
  if (after.length === 0) return { tip, isTerminated };
  const of = sha256(after.join('\n'));
  if (!link && tip.seq === 0) return { tip, unchained: { lines: after.length, of }, isTerminated };
  return { tip, torn: { bytes: Buffer.byteLength(after.join('\n')), of }, isTerminated };
}

/** The last whole line of the chain in a file, and the lines after it. */
function lastWhole(file: string): {
  readonly link: Link | undefined;
  readonly after: readonly string[];
  readonly isTerminated: boolean;
} {
  const backwards: string[] = [];
  let link: Link | undefined;
  for (const line of linesBackwards(file)) {
    link = readWhole(line);
    if (link) break;
    backwards.push(line);
  }
  const isTerminated = backwards[0] === '';
  return { link, after: backwards.slice(isTerminated ? 1 : 0).reverse(), isTerminated };
}

function readWhole(line: string): Link | undefined {
  const link = readLink(line);
  return link?.isWhole === true ? link : undefined;
}

/** The oldest line of the chain that is there. */
export function oldestKept(files: readonly string[]): Link | undefined {
  for (const file of files) {
    for (const line of linesForwards(file)) {
      const link = readLink(line);
      if (link) return link;
    }
  }
  return undefined;
}

/** Whether a line is there, or older than what is kept. */
export function hasEntry(files: readonly string[], { seq, hash }: Tip): boolean {
  for (const file of files.toReversed()) {
    for (const line of linesBackwards(file)) {
      const link = readLink(line);
      if (link?.seq === seq) return link.isWhole && link.hash === hash;
      if (link && link.seq < seq) return false;
    }
  }
  return true;
}

/** What the newest file says is the oldest line that is kept; the first that ever was, when it says nothing. */
export function saidOldest(files: readonly string[]): Pick<Link, 'seq' | 'prev'> {
  const mark = readMark(firstWhole(files.at(-1) ?? '') ?? '');
  if (mark?.mark !== 'file' || mark.keptFrom === undefined) return { seq: 1, prev: beginning.hash };
  return { seq: mark.keptFrom, prev: mark.keptPrev ?? beginning.hash };
}

function firstWhole(file: string): string | undefined {
  for (const line of linesForwards(file)) if (readWhole(line)) return line;
  return undefined;
}

/** The mark that a whole line of the chain is; undefined for a line about something else. */
export function readMark(line: string): AuditMark | undefined {
  const [, text] = /^\{"seq":\d+,"prev":"\w+","at":"[^"]*",("mark":.*),"hash":"\w+"\}$/.exec(line) ?? [];
  if (text === undefined) return undefined;
  try {
    // Only the audit itself writes such a line: what others ask for begins with who they are.
    return JSON.parse(`{${text}}`) as AuditMark;
  } catch {
    return undefined; // Sealed by somebody else: a line like any other.
  }
}
