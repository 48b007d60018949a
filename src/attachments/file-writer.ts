import type { FileHandle } from 'node:fs/promises';

/** Pieces are written together when they are at least so many bytes: fewer calls, and no more memory than this for a file. */
const togetherBytes = 256 * 1024;

/**
 * Writes pieces to a file in the order in which they come. Owns the pieces it is given, which are empty once they are
 * written; never the file.
 */
export class FileWriter {
  readonly #file: FileHandle;
  #pieces: Buffer[] = [];
  #waiting = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(piece: Buffer): Promise<void> {
    this.#pieces.push(piece);
    this.#waiting += piece.byteLength;
    if (this.#waiting >= togetherBytes) await this.flush();
  }

  /** @throws the system error; a disk that is full may take a part. */
  async flush(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#waiting = 0;
    for (let left: readonly Buffer[] = pieces; left.length > 0;) {
      const { bytesWritten } = await this.#file.writev(left);
      left = without(left, bytesWritten);
    }
    for (const piece of pieces) release(piece);
  }
}

/**
 * Gives the memory of a piece back at once: the garbage collector would let hundreds of megabytes pass before it looks.
 * Only where the piece is all that lies there.
 */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** What is left of pieces after their first so many bytes. */
function without(pieces: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  for (const [index, piece] of pieces.entries()) {
    if (left < piece.byteLength) return [piece.subarray(left), ...pieces.slice(index + 1)];
    left -= piece.byteLength;
  }
  return [];
}
