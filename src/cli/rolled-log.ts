import { join } from 'node:path';

import { compareAge, piecesOf } from '../base/rolled-files.ts';
import type { RolledPiece } from '../base/rolled-files.ts';
import { LogFile } from './log-file.ts';

/** Owns the reading position in a log of many files, the newest of which is being written. */
export class RolledLog {
  readonly #directory: string;
  readonly #name: string;
  readonly #today: () => string;
  #piece: RolledPiece | undefined;
  #file: LogFile | undefined;

  /** @param today as `localDay` writes it. */
  constructor(directory: string, name: string, today: () => string) {
    this.#directory = directory;
    this.#name = name;
    this.#today = today;
  }

  /** The last `count` whole lines of all files, oldest first; undefined when there is none. `news` goes on from there. */
  last(count: number): readonly string[] | undefined {
    const pieces = this.#pieces();
    this.#piece = pieces.at(-1);
    this.#file = this.#piece && new LogFile(this.#piece.path);
    const newest = this.#file?.last(count);
    if (newest === undefined) return undefined;
    const found = [...newest];
    for (const { path } of pieces.slice(0, -1).reverse()) {
      if (found.length >= count) break;
      found.unshift(...(new LogFile(path).last(count - found.length) ?? []));
    }
    return found;
  }

  /** Whole lines written since the last look, also into files that have begun meanwhile. */
  news(): readonly string[] {
    const piece = this.#piece;
    const pieces = this.#pieces();
    // A piece with a successor is whole.
    const today = this.#today();
    const after = piece ? pieces.filter((one) => compareAge(piece, one, today) < 0) : pieces;
    // The clock was set back: those before the newest were there all the time.
    const newer = piece && piece.day > today ? after.slice(-1) : after;
    return [...(piece ? [piece] : []), ...newer].flatMap((one) => this.#read(one));
  }

  #read(piece: RolledPiece): readonly string[] {
    if (piece.path !== this.#piece?.path || !this.#file) this.#file = new LogFile(piece.path);
    this.#piece = piece;
    return this.#file.news();
  }

  /** A log that an older version wrote is one file; it becomes a piece with the next start. */
  #pieces(): readonly RolledPiece[] {
    const pieces = piecesOf(this.#directory, this.#name, this.#today());
    if (pieces.length > 0) return pieces;
    return [{ path: join(this.#directory, `${this.#name}.log`), day: '', number: 0 }];
  }
}
