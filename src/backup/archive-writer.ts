import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { Header, Pax } from 'tar';

/** One entry of an archive. */
export type ArchiveEntry = {
  /** With strokes, from the top of the archive on. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly modified?: Date;
} & (
  | { readonly kind: 'directory' }
  /** The body must have exactly `size` bytes. */
  | { readonly kind: 'file'; readonly size: number; readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }
);

const blockBytes = 512;

/**
 * Writes a gzipped tar, entry after entry, and flushes it.
 *
 * @param file must not be there yet; it is made 0600.
 * @returns the bytes of the archive, and their SHA-256 in hexadecimal digits.
 * @throws what reading an entry throws, or the system's error; a part of the archive may be there then.
 */
export async function writeArchive(
  file: string,
  entries: AsyncIterable<ArchiveEntry>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    await pipeline(blocksOf(entries), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        await handle.writeFile(chunk);
      }
    });
    await handle.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

async function* blocksOf(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield* headOf(entry);
    if (entry.kind === 'directory') continue;
    let size = 0;
    for await (const chunk of entry.body) {
      size += chunk.length;
      yield chunk;
    }
    if (size !== entry.size) throw new Error(`${entry.path} has ${size} bytes where ${entry.size} were announced`);
    yield Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

/** The block that begins an entry; before it one for what has no room there. */
function headOf(entry: ArchiveEntry): readonly Uint8Array[] {
  const about = {
    path: entry.kind === 'directory' ? `${entry.path}/` : entry.path,
    mode: entry.mode,
    size: entry.kind === 'directory' ? 0 : entry.size,
    ...(entry.modified === undefined ? {} : { mtime: entry.modified }),
  };
  const header = new Header({ ...about, type: entry.kind === 'directory' ? 'Directory' : 'File' });
  const needsMore = header.encode();
  if (!header.block) throw new Error(`${entry.path} cannot be named in an archive`);
  return needsMore ? [new Pax(about).encode(), header.block] : [header.block];
}
