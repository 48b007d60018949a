import { chmodSync, closeSync, fchmodSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

import openRollingStream from 'pino-roll';
import type { RollingStream } from 'pino-roll';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { isoTime, localDay } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { folderOf } from '../base/rolled-files.ts';
import type { LogTrouble } from '../contracts/log-trouble.ts';
import { linkToPiece, takeInOldFile } from './rolled-link.ts';
import { keepNewest } from './rolled-retention.ts';

export interface RolledFileOptions {
  /** The directory of all logs. It may come and go. */
  readonly directory: string;
  /** `bridge` for `bridge.log`. */
  readonly name: string;
  /** How many pieces are kept, with the one in use. */
  readonly keep: number;
  readonly clock: Clock;
  /** When a new piece begins, in bytes. Default 10 MiB. */
  readonly bytesPerPiece?: number;
  /** It cannot be written, said once. */
  readonly onTrouble: (trouble: LogTrouble) => void;
  /** It can again. */
  readonly onHealed: (trouble: LogTrouble) => void;
}

const defaultBytes = 10 * 1024 * 1024;

/** Characters of lines that wait in memory at most while nothing can be written. */
const mostWaiting = 64 * 1024;

/** When it is tried again to open what cannot be opened, in milliseconds: soon, and then less and less often. */
const firstPauseMs = 1_000;
const longestPauseMs = 10_000;

/**
 * One log, in pieces: a new one begins every day and at a size. While it is open, each line is with the system when
 * `write` returns: the last one before a crash is the one that is wanted. Owns the open piece, its link, and the retention of
 * the others. A disk that takes nothing and a folder that was removed cost lines, which is told, and never the bridge;
 * both heal by themselves.
 */
export class RolledFile {
  readonly #options: RolledFileOptions;
  readonly #waiting: string[] = [];
  #stream: RollingStream | undefined;
  #opening: Promise<void> | undefined;
  #trouble: { readonly error: string; readonly since: number; lost: number } | undefined;
  #isClosed = false;
  /** What of the open piece is known: a change of the first is a roll, of the second somebody's doing. */
  #piece = '';
  #inode = 0;
  #day = '';
  #nextTry = -Infinity;
  #pauseMs = firstPauseMs;
  #failures = 0;

  constructor(options: RolledFileOptions) {
    this.#options = options;
  }

  get trouble(): LogTrouble | undefined {
    if (!this.#trouble) return undefined;
    const { error, since, lost } = this.#trouble;
    return { file: this.#path, error, since: isoTime(since), lost };
  }

  /** Resolves when it is open, or cannot be. Never rejects. */
  open(): Promise<void> {
    if (this.#opening) return this.#opening;
    this.#opening = this.#begin()
      .then((stream) => {
        this.#adopt(stream);
      })
      .catch((error: unknown) => {
        this.#postpone();
        this.#fail(error);
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  /** @param line with its end. */
  write(line: string): void {
    if (this.#isClosed) return;
    const stream = this.#usable();
    if (stream) this.#hand(stream, [line]);
    else {
      this.#keepWaiting(line);
      if (this.#mayTry()) void this.open();
    }
  }

  /** What was written is with the system when it resolves. Never rejects. */
  async close(): Promise<void> {
    await this.#opening;
    this.#isClosed = true;
    this.#stream?.destroy();
    this.#stream = undefined;
  }

  get #path(): string {
    return join(this.#options.directory, `${this.#options.name}.log`);
  }

  async #begin(): Promise<RollingStream> {
    const { directory, name, clock, bytesPerPiece = defaultBytes } = this.#options;
    makePrivateDirectory(folderOf(directory, name));
    takeInOldFile(directory, name);
    this.#day = localDay(clock.now());
    return openRollingStream({
      file: join(folderOf(directory, name), `${name}.${this.#day}.log`),
      size: `${bytesPerPiece}b`,
      sync: true,
      append: true,
      mode: 0o600,
    });
  }

  #adopt(stream: RollingStream): void {
    stream.on('error', (error) => {
      this.#fail(error);
    });
    const before = this.#stream;
    this.#stream = stream;
    this.#settle(stream);
    before?.destroy();
    // What a killed process or a full disk left of a line is not the beginning of the next one.
    const isTorn = endsInTheMiddle(this.#piece);
    this.#hand(stream, [...(isTorn ? ['\n'] : []), ...this.#waiting.splice(0)]);
  }

  /** The stream writes at once; that it cannot, it says meanwhile. What it would keep itself, it may keep for ever. */
  #hand(stream: RollingStream, lines: readonly string[]): void {
    const before = this.#failures;
    for (const [index, line] of lines.entries()) {
      stream.write(line);
      if (this.#failures === before) continue;
      this.#discard(stream);
      this.#postpone();
      for (const left of lines.slice(index)) this.#keepWaiting(left);
      return;
    }
    this.#heal();
  }

  #discard(stream: RollingStream): void {
    if (this.#stream === stream) this.#stream = undefined;
    stream.destroy();
  }

  /** The stream, if what is written now arrives in the place where people look. */
  #usable(): RollingStream | undefined {
    const stream = this.#stream;
    if (!stream) return undefined;
    if (stream.file !== this.#piece) this.#settle(stream);
    const found = status(this.#piece);
    if (found?.ino !== this.#inode) {
      // The piece was removed or replaced, or a roll failed. Never reopened: a stream whose reopening failed before
      // closes its old descriptor twice, and by then it may be somebody else's.
      this.#discard(stream);
      return undefined;
    }
    const { clock, bytesPerPiece = defaultBytes } = this.#options;
    const isDue = localDay(clock.now()) !== this.#day || found.size > 2 * bytesPerPiece;
    if (isDue && this.#mayTry()) void this.open();
    return stream;
  }

  /** What follows when another piece is open than before. */
  #settle(stream: RollingStream): void {
    const { directory, name, keep, clock } = this.#options;
    this.#piece = stream.file ?? '';
    this.#inode = fstatSync(stream.fd).ino;
    try {
      // The umask may have taken away more than is wanted, and an old file may be open to others.
      fchmodSync(stream.fd, 0o600);
      chmodSync(folderOf(directory, name), 0o700);
      linkToPiece(directory, name, this.#piece);
      keepNewest(directory, name, { keep, inUse: this.#piece, today: localDay(clock.now()) });
    } catch (error) {
      this.#fail(error);
    }
  }

  #mayTry(): boolean {
    return this.#opening === undefined && this.#options.clock.monotonic() >= this.#nextTry;
  }

  #keepWaiting(line: string): void {
    this.#waiting.push(line);
    let size = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    while (size > mostWaiting) {
      size -= this.#waiting.shift()?.length ?? size;
      this.#lose();
    }
  }

  #lose(): void {
    if (this.#trouble) this.#trouble.lost += 1;
  }

  #postpone(): void {
    this.#nextTry = this.#options.clock.monotonic() + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    if (this.#trouble) return;
    this.#trouble = { error: describeError(error), since: this.#options.clock.now(), lost: 0 };
    if (this.trouble) this.#options.onTrouble(this.trouble);
  }

  #heal(): void {
    const { trouble } = this;
    this.#trouble = undefined;
    this.#pauseMs = firstPauseMs;
    if (trouble) this.#options.onHealed(trouble);
  }
}

function endsInTheMiddle(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
  } finally {
    closeSync(file);
  }
}

function status(path: string): { readonly ino: number; readonly size: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // A folder above is closed or is none: opening it says which.
  }
}
