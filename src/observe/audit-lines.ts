import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** Bytes that are read at once: many lines, and little beside a whole file. */
const usualChunkBytes = 64 * 1024;
const lineBreak = 0x0a;

/** The whole lines of a file, and what stands after the last of them. */
export function auditLines(file: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines = readFileSync(file, 'utf8').split('\n');
  return { rest: lines.pop() ?? '', lines };
}

/**
 * The lines of a file from its beginning, read no further than somebody asks: a file of the audit has tens of
 * thousands of them, and the bridge does nothing else meanwhile. The last is what stands after the last line break, `''`
 * in a file that ends with one.
 */
export function* linesForwards(path: string, chunkBytes = usualChunkBytes): Generator<string, void, undefined> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    let rest = Buffer.alloc(0);
    for (let at = 0; at < size; at += chunkBytes) {
      const searched = rest.length;
      const bytes = Buffer.concat([rest, readRange(file, at, Math.min(at + chunkBytes, size))]);
      let begin = 0;
      for (let end = bytes.indexOf(lineBreak, searched); end >= 0; end = bytes.indexOf(lineBreak, begin)) {
        yield bytes.toString('utf8', begin, end);
        begin = end + 1;
      }
      rest = bytes.subarray(begin);
    }
    yield rest.toString('utf8');
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

/** @returns less where the file has become shorter meanwhile. */
function readRange(file: number, start: number, end: number): Buffer {
  const buffer = Buffer.alloc(end - start);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(file, buffer, length, buffer.length - length, start + length);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}
