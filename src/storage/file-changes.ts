import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { claimPrivateDirectory, flushDirectory, makePrivateDirectory, writeFileAtomic } from '../base/atomic-file.ts';
import { compactTime } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';
import { newHex } from '../base/ids.ts';
import {
  apply,
  demandSpace,
  directoriesToMake,
  manifestOf,
  prepare,
  removeCopied,
  removeIfEmpty,
  undo,
  verify,
} from './file-change.ts';
import type { FileChange } from './file-change.ts';
import { readJournal, removeJournal, writeJournal } from './file-changes-journal.ts';
import type { Journal } from './file-changes-journal.ts';
import { isThere } from './file-copy.ts';

/** How many backups are kept (I11). */
const backupsKept = 3;

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
    this.#removeOldBackups(committed.backup);
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

  /** @param made the newest, whatever the clock says. */
  #removeOldBackups(made: string): void {
    const old = readdirSync(this.#directory)
      .filter((name) => name.startsWith('backup-'))
      .sort()
      .map((name) => join(this.#directory, name))
      .filter((path) => path !== made);
    for (const path of old.slice(0, 1 - backupsKept)) rmSync(path, { recursive: true, force: true });
  }
}
