import { existsSync, lstatSync, renameSync, rmSync, rmdirSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { flushDirectory, makePrivateDirectory, writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import type { Journal, PreparedChange } from './file-changes-journal.ts';
import { copyToNew, digestIfThere, digestOf, isFileWith, isThere, linkOrCopy, moveToFree } from './file-copy.ts';

/** One file that is to be at a place. */
export interface FileChange {
  /** Where; absolute. */
  readonly target: string;
  /** A regular file with its content, which is only read; or the content itself. */
  readonly source: { readonly file: string } | { readonly text: string };
  /** The SHA-256 of what is there now, and is replaced. Without it, nothing may be there. */
  readonly replaces?: string;
  /** The source goes away in the end: it was moved. */
  readonly removesSource?: true;
}

/** What a backup holds, for a person who wants something back by hand. */
export function manifestOf(changes: readonly PreparedChange[]): string {
  const lines = changes.map(({ target, source, sha256, replaces, removesSource, original }) => ({
    file: target,
    sha256,
    ...(replaces === null ? {} : { replaced: basename(replaces.backup) }),
    ...(removesSource && original !== null ? { movedFrom: source, copy: basename(original) } : {}),
  }));
  return `${JSON.stringify(lines, null, 2)}\n`;
}

/** Reads the source to its end, and copies what is replaced or moved to `place`. */
export function prepare(change: FileChange, place: string, index: number): PreparedChange {
  const { target, source, replaces, removesSource = false } = change;
  const name = (what: string, of: string): string => join(place, `${index}-${what}-${basename(of)}`);
  const copy = name('new', target);
  if ('text' in source) writeFileAtomic(copy, source.text);
  const file = 'text' in source ? copy : source.file;
  const digest = digestOf(file);
  const original = removesSource ? name('moved', file) : null;
  if (original !== null) linkOrCopy(file, original);
  return {
    target,
    source: file,
    ...digest,
    replaces:
      replaces === undefined ? null : { sha256: replaces, backup: backUp(target, name('old', target), replaces) },
    removesSource: removesSource || 'text' in source,
    original,
  };
}

function backUp(file: string, to: string, expected: string): string {
  if (copyToNew(file, to).sha256 !== expected) throw changedMeanwhile(file);
  return to;
}

/** Puts everything in its place; no source is touched. */
export function apply({ changes, directories, mark }: Journal): void {
  for (const directory of directories) makePrivateDirectory(directory);
  failPoint('file-changes');
  for (const change of changes) {
    const { target, source, sha256, replaces } = change;
    const half = halfWritten(target, mark);
    if (copyToNew(source, half).sha256 !== sha256) throw changedMeanwhile(source);
    failPoint('file-changes');
    if (replaces === null) moveToFree(half, target);
    else if (digestIfThere(target)?.sha256 === replaces.sha256) renameSync(half, target);
    else throw changedMeanwhile(target);
    failPoint('file-changes');
  }
  const changed = [...directories, ...changes.map(({ target }) => target)].map((path) => dirname(path));
  for (const directory of new Set(changed)) flushDirectory(directory);
}

/** Reads everything back: as many files as there are changes, each as its source was. */
export function verify({ changes }: Journal): void {
  const wrong = changes.filter(({ target, sha256 }) => !isFileWith(target, sha256));
  if (wrong[0] !== undefined) throw changedMeanwhile(wrong[0].target);
}

/** Puts back what was there before. What somebody else put there meanwhile stays. */
export function undo({ target, sha256, replaces }: PreparedChange, mark: string): void {
  const half = halfWritten(target, mark);
  rmSync(half, { force: true });
  const isOurs = isThere(target) ? isFileWith(target, sha256) : replaces !== null;
  if (!isOurs) return;
  if (replaces === null) {
    rmSync(target);
    return;
  }
  copyToNew(replaces.backup, half);
  renameSync(half, target);
  flushDirectory(dirname(target));
}

/** Removes a source that was copied. False when it is still there: it cannot be removed, or is another file by now. */
export function removeCopied(source: string, sha256: string): boolean {
  try {
    if (!isThere(source)) return true;
    if (!isFileWith(source, sha256)) return false;
    rmSync(source);
    return true;
  } catch {
    return false; // Whoever asked names it.
  }
}

function halfWritten(target: string, mark: string): string {
  return `${target}.${mark}.tmp`;
}

/** What is not there of the directories above the targets, the outer ones first. */
export function directoriesToMake(changes: readonly PreparedChange[]): readonly string[] {
  const missing = new Set<string>();
  for (const { target } of changes) {
    for (let path = dirname(target); !existsSync(path); path = dirname(path)) missing.add(path);
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

export function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}

/** @throws BridgeError `space-short`, before anything is written. */
export function demandSpace(changes: readonly FileChange[], directory: string): void {
  const sizeOf = (path: string): number => lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const needed = changes.reduce((sum, { source, target }) => {
    const fresh = 'text' in source ? 2 * Buffer.byteLength(source.text) : sizeOf(source.file);
    return sum + fresh + sizeOf(target);
  }, 0);
  const { bavail, bsize } = statfsSync(directory);
  if (needed <= bavail * bsize) return;
  throw new BridgeError('space-short', `${needed} bytes are needed, and ${bavail * bsize} are free at ${directory}.`);
}

function changedMeanwhile(path: string): BridgeError {
  return new BridgeError('file-changed-meanwhile', `${path} changed meanwhile.`);
}
