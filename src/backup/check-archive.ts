import { createHash } from 'node:crypto';

import { BridgeError } from '../base/errors.ts';
import { backupDamaged, readArchive } from './archive-reader.ts';
import type { EntryHead, EntrySink } from './archive-reader.ts';
import { rootNames } from './layout.ts';
import { manifestFormat, manifestHead, manifestName, manifestSchema } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** No manifest is longer, in bytes: some million files. */
const longestManifest = 512 * 1024 * 1024;

/** Where a file or directory of an archive is to go. Nowhere, when it is only checked. */
export interface Target {
  directory(path: string, mode: number): void;
  file(path: string, mode: number): EntrySink;
}

const nowhere: Target = { directory: () => undefined, file: () => ({ write: () => undefined, end: () => undefined }) };

/**
 * Reads a whole archive, and holds every file of it to what its manifest says: none changed, none missing, none too many.
 *
 * @param target takes the content; what it got is worth nothing when this throws.
 * @throws BridgeError `backup-damaged`, `backup-too-new`, `backup-unreadable`; what the target throws.
 */
export async function checkArchive(file: string, target: Target = nowhere): Promise<Manifest> {
  const found = new Map<string, { readonly size: number; readonly mode: number; readonly sha256: string }>();
  const directories = new Set<string>();
  const manifestChunks: Uint8Array[] = [];
  let last: string | undefined;

  await readArchive(file, (head) => {
    last = head.path;
    if (head.path === manifestName) return manifestSink(head, file, manifestChunks);
    const [root = ''] = head.path.split('/');
    if (!rootNames.some((name) => name === root)) throw backupDamaged(file, `${head.path} has no place in a backup`);
    if (head.kind === 'directory') {
      directories.add(head.path);
      target.directory(head.path, head.mode);
      return nowhere.file(head.path, head.mode);
    }
    const sink = target.file(head.path, head.mode);
    const hash = createHash('sha256');
    let size = 0;
    return {
      write: (chunk) => {
        hash.update(chunk);
        size += chunk.length;
        sink.write(chunk);
      },
      end: () => {
        sink.end();
        found.set(head.path, { size, mode: head.mode, sha256: hash.digest('hex') });
      },
    };
  });

  if (last !== manifestName) throw backupDamaged(file, 'its end, the list of its files, is missing');
  const manifest = parseManifest(Buffer.concat(manifestChunks).toString('utf8'), file);
  for (const { path, size, mode, sha256 } of manifest.files) {
    const one = found.get(path);
    if (!one) throw backupDamaged(file, `${path} is missing`);
    if (one.size !== size || one.mode !== mode || one.sha256 !== sha256)
      throw backupDamaged(file, `${path} was changed`);
    found.delete(path);
  }
  const listed = new Set(manifest.directories.map(({ path }) => path));
  const [extra] = [...found.keys(), ...[...directories].filter((path) => !listed.has(path))];
  if (extra !== undefined) throw backupDamaged(file, `${extra} is not on its list of files`);
  return manifest;
}

function manifestSink({ kind, size }: EntryHead, file: string, chunks: Uint8Array[]): EntrySink {
  if (kind !== 'file' || size > longestManifest) throw backupDamaged(file, 'its list of files is none');
  return { write: (chunk) => void chunks.push(chunk), end: () => undefined };
}

function parseManifest(text: string, file: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw backupDamaged(file, 'its list of files is no JSON', cause);
  }
  const head = manifestHead.safeParse(json);
  if (!head.success) throw backupDamaged(file, 'its list of files is not one of this bridge');
  if (head.data.format > manifestFormat) {
    throw new BridgeError('backup-too-new', `${file} was made by version ${head.data.version}, in a newer form.`);
  }
  const manifest = manifestSchema.safeParse(json);
  if (manifest.success) return manifest.data;
  throw backupDamaged(file, `its list of files has a wrong value at ${manifest.error.issues[0]?.path.join('.') ?? ''}`);
}
