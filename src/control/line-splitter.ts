/** Cuts a stream of bytes into lines of UTF-8 text. Knows nothing about what is in them. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes the next piece of the stream and returns the lines that it completes, without their newlines; undefined when
   * a line is longer than allowed. Then the stream cannot be followed any further.
   */
  push(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      if (!this.#add(chunk.subarray(start, end))) return undefined;
      lines.push(Buffer.concat(this.#parts).toString('utf8'));
      this.#parts = [];
      this.#bytes = 0;
      start = end + 1;
    }
    return this.#add(chunk.subarray(start)) ? lines : undefined;
  }

  #add(part: Buffer): boolean {
    if (part.length === 0) return true;
    this.#bytes += part.length;
    this.#parts.push(part);
    return this.#bytes <= this.#maxBytes;
  }
}
