import type { AttachmentRef } from './message.ts';

/** What came of a file: what its bytes are, not what its sender called it; a voice message is what the server says. */
export const fileSorts = ['image', 'voice', 'file'] as const;

export type FileSort = (typeof fileSorts)[number];

/**
 * Why there is no file. `gone`: its message or its address is no more; `incomplete`: it ended early, or came too slowly, each
 * time; `unreachable`: nobody answered; `refused`: its server does not give it; the rest is on our side.
 */
export const fileFailures = [
  'too-large',
  'over-quota',
  'disk-full',
  'unwritable',
  'gone',
  'incomplete',
  'unreachable',
  'refused',
] as const;

export type FileFailure = (typeof fileFailures)[number];

/**
 * Every move of a file that came with a message: `waiting` to be fetched; `stored` in its session's folder; `read`, a text
 * that is part of the message itself; `failed` for good. One that is not in its place any more is fetched again.
 */
export const fileMoves = {
  waiting: ['stored', 'read', 'failed'],
  stored: ['waiting'],
  read: [],
  failed: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type FileState = keyof typeof fileMoves;

/** One move of a file, by name: `waiting>stored`. */
export type FileMove = { [From in FileState]: `${From}>${(typeof fileMoves)[From][number]}` }[FileState];

/** Where a fetched file lies. */
export interface StoredFile {
  /** Absolute. */
  readonly path: string;
  /** Bytes, as counted. */
  readonly size: number;
  readonly sort: FileSort;
  /** Its name was taken, so it has another one than usual. */
  readonly renamed?: boolean;
}

export type FileOutcome =
  | (StoredFile & {
      readonly state: 'stored';
      /** What is said in it, of a voice message. */
      readonly transcript?: string;
      /** Why there is no transcript although there should be one. */
      readonly transcriptFailed?: string;
    })
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'failed'; readonly why: FileFailure };

/** A file that came with a message, and what became of it. */
export interface MessageFile extends AttachmentRef {
  /** Id of the inbox message. */
  readonly message: string;
  /** Undefined while it waits to be fetched. */
  readonly outcome: FileOutcome | undefined;
}
