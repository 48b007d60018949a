import type { StoredFile } from '../model/message-file.ts';
import type { SessionNumber } from '../model/session.ts';

/** A file to be fetched into a session's folder. */
export interface FileRequest {
  readonly session: SessionNumber;
  readonly url: string;
  /** As its sender called it: a hint at its kind, never a part of a path. */
  readonly name: string;
  /** Bytes, as announced: not believed, but a file that has fewer is not whole. */
  readonly size: number;
  readonly isVoice: boolean;
}

/**
 * The files that people send, on this machine: one private folder for each session. Errors of `fetch` are BridgeErrors with
 * these codes, all `not-done`, and nothing is left behind:
 *
 * - `file-link-expired`: the address is not good any more; a fresh one may be.
 * - `file-incomplete`: it ended early, or nothing came for too long: again later.
 * - `file-unreachable`: nobody answered, or not now: again later.
 * - `file-too-large`, `file-over-quota`, `file-refused`: never.
 * - `disk-full`, `file-unwritable`: not as long as nobody does something about it.
 */
export interface AttachmentFolders {
  /**
   * Fetches a file to the disk as it comes. Its name is made by us, of the time and what its bytes are; nothing that is there
   * is overwritten.
   *
   * @param onProgress bytes so far.
   * @throws BridgeError as above, or the signal's reason.
   */
  fetch(request: FileRequest, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<StoredFile>;

  /** The text in a file, when it is one (UTF-8) of at most so many bytes. */
  readText(path: string, atMost: number): Promise<string | undefined>;

  /**
   * What is said in a recording, by the command that the owner configured; undefined without one.
   * @throws BridgeError `transcription-failed`, or the signal's reason.
   */
  transcribe(path: string, signal: AbortSignal): Promise<string | undefined>;

  /** Whether a file is in its place, and whole. */
  has(file: Pick<StoredFile, 'path' | 'size'>): boolean;

  /** Removes a file; nothing happens when it is gone, or lies in no session's folder. */
  remove(path: string): void;
}
