import type { SessionEntry } from '../model/session.ts';

/** Where one session lives on disk. */
export interface SessionPlace {
  /** Absolute working directory of the agent. */
  readonly workDir: string;
  /** The bridge made `workDir` itself, so its trust needs nobody's consent. */
  readonly ownWorkDir: boolean;
  /** The session's private directory: `state/sessions/N`, 0700. */
  readonly directory: string;
  /** Where the files of its messages are stored: `attachments/session_N`, 0700. */
  readonly attachments: string;
}

/** A file that may be posted. */
export interface FileToPost {
  /** Absolute, without links. */
  readonly path: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Makes and finds the directories of sessions. */
export interface Workspace {
  /** The highest session number that any directory was ever made for; 0 when there is none. */
  highestNumber(): number;
  /** Where a session's agent works, without touching the disk. */
  workDirOf(entry: SessionEntry): string;
  /**
   * Makes what is missing: working directory (only the bridge's own), private directory, attachment directory, log.
   * @throws BridgeError `work-dir-missing` naming a configured directory that does not exist.
   */
  prepare(entry: SessionEntry): SessionPlace;
  /**
   * Looks whether a file can be posted.
   *
   * @param path absolute.
   * @param confinedTo a session in whose working or attachment directory it must lie; undefined when it may lie anywhere.
   * @throws BridgeError `file-missing`, `file-unreadable`, `file-forbidden`, `file-too-large`, naming the path.
   */
  fileToPost(path: string, confinedTo: SessionEntry | undefined): FileToPost;
  /**
   * Looks whether a file that a session's agent named may be offered to people, though nobody asked for it: it lies in the
   * working directory, is no more than 10 MiB, and its name does not look like a secret. Undefined for anything else.
   *
   * @param path absolute, or relative to the working directory.
   */
  fileToOffer(path: string, entry: SessionEntry): FileToPost | undefined;
}
