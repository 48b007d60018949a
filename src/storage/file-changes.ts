import { existsSync, lstatSync, readdirSync, renameSync, rmSync, rmdirSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { claimPrivateDirectory, flushDirectory, makePrivateDirectory, writeFileAtomic } from '../base/atomic-file.ts';
import { compactTime } from '../base/clock.ts';
import { BridgeError, describeError, systemErrorCode } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import { newHex } from '../base/ids.ts';
import { readJournal, removeJournal, writeJournal } from './file-changes-journal.ts';
import type { Journal, PreparedChange } from './file-changes-journal.ts';
import { copyToNew, digestIfThere, digestOf, isFileWith, isThere, linkOrCopy, moveToFree } from './file-copy.ts';

/** How many backups are kept (I11). */
const backupsKept = 3;

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

export interface ChangesMade {
  readonly files: number;
  readonly bytes: number;
  /** The directory with what was there before. */
  readonly backup: string;
  /** Sources that should have gone and could not be removed. */
  readonly left: readonly string[];
}

export interface FileChangesOptions {
  /** For the journal and the backups, 0700; made when it is needed. */
  readonly directory: string;
}

/**
 * Several files changed as one step: all of them, or none, wherever the process is killed. The old state is copied
 * first; the new files are placed and read back; then one write to the journal decides. Sources are never touched before.
 * Owns its directory. Knows nothing about what the files mean, nor who else may be changing them: the caller holds a lock.
 */
export class FileChanges {
  readonly #directory: string;
  readonly #journal: string;
  /** The backup, until everything is done. */
  readonly #unfinished: string;

  constructor(options: FileChangesOptions) {
    this.#directory = options.directory;
    this.#journal = join(options.directory, 'journal.json');
    this.#unfinished = join(options.directory, 'unfinished');
  }

  /** Whether a process was killed while it was changing files: `heal` is to be called before anything else. */
  get isUnfinished(): boolean {
    return isThere(this.#journal);
  }

  /**
   * Ends what a killed process left: undoes it, or finishes it when everything was in place already.
   *
   * @returns what was done; undefined when there was nothing to do.
   * @throws BridgeError `changes-journal-unreadable`, `changes-stuck`.
   */
  heal(): 'undone' | 'finished' | undefined {
    const journal = readJournal(this.#journal);
    if (journal?.state === 'committed') {
      this.#finish(journal);
      return 'finished';
    }
    if (journal) this.#undo(journal);
    else rmSync(this.#unfinished, { recursive: true, force: true });
    return journal && 'undone';
  }

  /**
   * Makes all changes, or none.
   *
   * @param at epoch milliseconds: the backup's name.
   * @throws BridgeError `changes-undone` with the cause, when everything is as it was before; `changes-stuck` when it
   *   could not be made so: `heal` tries again.
   */
  make(changes: readonly FileChange[], at: number): ChangesMade {
    const committed = this.#committed(changes, at);
    failPoint('file-changes');
    const left = this.#finish(committed);
    this.#removeOldBackups();
    const bytes = committed.changes.reduce((sum, one) => sum + one.bytes, 0);
    return { files: committed.changes.length, bytes, backup: committed.backup, left };
  }

  #committed(changes: readonly FileChange[], at: number): Journal {
    let journal: Journal | undefined;
    try {
      journal = this.#prepare(changes, at);
      writeJournal(this.#journal, journal);
      failPoint('file-changes');
      apply(journal);
      verify(journal);
      const committed: Journal = { ...journal, state: 'committed' };
      writeJournal(this.#journal, committed);
      return committed;
    } catch (cause) {
      if (journal) this.#undo(journal);
      else rmSync(this.#unfinished, { recursive: true, force: true });
      const why = cause instanceof BridgeError ? cause.message : `${describeError(cause)}.`;
      throw new BridgeError('changes-undone', `${why} Everything is as it was before.`, { cause });
    }
  }

  /** Backs up and reads everything; nothing outside of the own directory is changed. */
  #prepare(changes: readonly FileChange[], at: number): Journal {
    const mark = newHex(12);
    makePrivateDirectory(dirname(this.#directory));
    claimPrivateDirectory(this.#directory);
    demandSpace(changes, this.#directory);
    rmSync(this.#unfinished, { recursive: true, force: true });
    makePrivateDirectory(this.#unfinished);
    failPoint('file-changes');
    const prepared = changes.map((change, index) => {
      const one = prepare(change, this.#unfinished, index);
      failPoint('file-changes');
      return one;
    });
    writeFileAtomic(join(this.#unfinished, 'manifest.json'), manifestOf(prepared));
    flushDirectory(this.#directory);
    return {
      version: 1,
      state: 'applying',
      mark,
      backup: join(this.#directory, `backup-${compactTime(at)}-${mark}`),
      changes: prepared,
      directories: directoriesToMake(prepared),
    };
  }

  /** Removes what was moved. @returns what could not be removed: everything is in place nevertheless. */
  #finish(journal: Journal): readonly string[] {
    const left = journal.changes.flatMap(({ source, sha256, removesSource }) => {
      const stays = removesSource && !removeCopied(source, sha256);
      failPoint('file-changes');
      return stays ? [source] : [];
    });
    if (existsSync(this.#unfinished)) renameSync(this.#unfinished, journal.backup);
    failPoint('file-changes');
    removeJournal(this.#journal);
    failPoint('file-changes');
    return left;
  }

  #undo(journal: Journal): void {
    try {
      // The write that decides may have failed when it was half done: a kill must not finish what is being undone.
      if (readJournal(this.#journal)?.state === 'committed') writeJournal(this.#journal, journal);
      for (const change of journal.changes) {
        undo(change, journal.mark);
        failPoint('file-changes-undo');
      }
      for (const directory of [...journal.directories].reverse()) removeIfEmpty(directory);
      removeJournal(this.#journal);
      failPoint('file-changes-undo');
      rmSync(this.#unfinished, { recursive: true, force: true });
    } catch (cause) {
      throw new BridgeError('changes-stuck', `What was begun could not be undone: ${describeError(cause)}`, { cause });
    }
  }

  #removeOldBackups(): void {
    const backups = readdirSync(this.#directory).filter((name) => name.startsWith('backup-'));
    for (const name of backups.sort().slice(0, -backupsKept)) {
      rmSync(join(this.#directory, name), { recursive: true, force: true });
    }
  }
}

/** What a backup holds, for a person who wants something back by hand. */
function manifestOf(changes: readonly PreparedChange[]): string {
  const lines = changes.map(({ target, source, sha256, replaces, removesSource, original }) => ({
    file: target,
    sha256,
    ...(replaces === null ? {} : { replaced: basename(replaces.backup) }),
    ...(removesSource && original !== null ? { movedFrom: source, copy: basename(original) } : {}),
  }));
  return `${JSON.stringify(lines, null, 2)}\n`;
}

function prepare(change: FileChange, place: string, index: number): PreparedChange {
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

function apply({ changes, directories, mark }: Journal): void {
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
function verify({ changes }: Journal): void {
  const wrong = changes.filter(({ target, sha256 }) => !isFileWith(target, sha256));
  if (wrong[0] !== undefined) throw changedMeanwhile(wrong[0].target);
}

/** What somebody else put there meanwhile stays. */
function undo({ target, sha256, replaces }: PreparedChange, mark: string): void {
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
function removeCopied(source: string, sha256: string): boolean {
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
function directoriesToMake(changes: readonly PreparedChange[]): readonly string[] {
  const missing = new Set<string>();
  for (const { target } of changes) {
    for (let path = dirname(target); !existsSync(path); path = dirname(path)) missing.add(path);
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}

/** @throws BridgeError `space-short`, before anything is written. */
function demandSpace(changes: readonly FileChange[], directory: string): void {
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
