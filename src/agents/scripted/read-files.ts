import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** How the bridge names a file that came with a message: `[attached image: /path (original name "x", 1 MB)]`. */
const attached = /^\[attached [^:\n]+: (.+?) \(original name /gmu;

/** The paths in what follows `read`: of the files that came with the message, or the words themselves. */
export function pathsToRead(words: string): readonly string[] {
  const paths = Array.from(words.matchAll(attached), ([, path = '']) => path);
  return paths.length > 0 ? paths : [words];
}

/** Says how big a file is and what its SHA-256 is, or why it cannot be read. */
export async function fileText(path: string): Promise<string> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        size += chunk.length;
        hash.update(chunk);
      }
    });
  } catch (error) {
    return `${path}: cannot be read (${error instanceof Error ? error.message : String(error)}).`;
  }
  return `${path}: ${size} bytes, sha256 ${hash.digest('hex')}`;
}
