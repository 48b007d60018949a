import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Bytes that are read at once: many lines, and little beside a whole file. */
const usualChunkBytes = 64 * 1024;
const lineBreak = 0x0a;

/**
 * The lines of a file from its beginning, read no further than somebody asks, and never held as a whole: a file may have
 * tens of thousands. The last is what stands after the last line break, `''` in a file that ends with one.
 *
 * @throws the system error when the file cannot be read.
 */
export function* linesForwards(path: string, chunkBytes = usualChunkBytes): Generator<string, void, undefined> {
  const file = openSync(path, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.alloc(chunkBytes);
    let rest = '';
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, read))).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    yield rest + decoder.end();
  } finally {
    closeSync(file);
  }
}

/** The lines of `linesForwards` from the end. */
export function* linesBackwards(path: string, chunkBytes = usualChunkBytes): Generator<string, void, undefined> {
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for (let at = fstatSync(file).size; at > 0; at = Math.max(0, at - chunkBytes)) {
      const chunk = readRange(file, Math.max(0, at - chunkBytes), at);
      const bytes = Buffer.concat([chunk, rest]);
      let end = bytes.length;
      for (let before = lastBreak(chunk); before >= 0; before = lastBreak(chunk.subarray(0, before))) {
        yield bytes.toString('utf8', before + 1, end);
        end = before;
      }
      rest = bytes.subarray(0, end);
    }
    yield rest.toString('utf8');
  } finally {
    closeSync(file);
  }
}

function lastBreak(bytes: Buffer): number {
  return bytes.lastIndexOf(lineBreak);
}

/** The bytes of an open file from `start` to before `end`; fewer where it has become shorter meanwhile. */
export function readRange(file: number, start: number, end: number): Buffer {
  const buffer = Buffer.alloc(end - start);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(file, buffer, length, buffer.length - length, start + length);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}
