import type { FileToPost } from './workspace.ts';

/** A file that is the bridge's own by now: what becomes of the one that it was copied from changes nothing. */
export interface CopiedFile {
  /** Absolute, without links. */
  readonly path: string;
  /** The name that people see. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Where it was copied from: what people know. */
  readonly source: string;
}

/** Keeps copies of files from the moment that somebody wants them posted until they are out. */
export interface OutgoingFiles {
  /**
   * Copies a file as it is now. When it resolves, the copy is on the disk for good (I1).
   *
   * @throws BridgeError `file-unreadable` when it is not there any more, or changes; `outgoing-full` when too much waits
   *   to be posted, or the disk has no room.
   */
  copy(file: FileToPost): Promise<CopiedFile>;
  /** Removes copies by their paths; other files, and what is gone already, are left alone. */
  remove(paths: readonly string[]): void;
  /**
   * Removes the copies that are not `needed` and were made before `before` (epoch milliseconds), a bounded number at each
   * step (I11). Gives how many.
   */
  sweep(needed: () => ReadonlySet<string>, before: number): Iterator<number, void>;
}
