import { realpathSync } from 'node:fs';
import { join } from 'node:path';

import type { BridgePaths } from '../config/paths.ts';
import type { ArchiveEntry } from './archive-writer.ts';
import { entriesOf } from './entries.ts';
import { kindOf, rootsOf } from './layout.ts';
import type { RootName } from './layout.ts';
import { manifestName } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { snapshot } from './snapshot.ts';
import { StoredFiles } from './stored-files.ts';

export interface ContentsOptions {
  readonly paths: BridgePaths;
  /** An empty directory for copies of databases, on a disk with room for them. */
  readonly scratch: string;
  readonly withWorkspace: boolean;
  /** What the manifest says of itself. */
  readonly head: Pick<Manifest, 'product' | 'format' | 'version' | 'createdAt'>;
  /** Is given the manifest when everything else is read. */
  readonly onManifest: (manifest: Manifest) => void;
}

/**
 * Everything of an installation, as the entries of an archive, with the manifest at the end. A bridge may run meanwhile.
 *
 * The order is what makes it one state: first the files that the bridge removes once a database has what is in them,
 * then the databases, the one that knows more of the others first, then the files that a database names. So the databases
 * never miss what a file had, and what is there twice is known by its key.
 *
 * @throws BridgeError `backup-unreadable`, `state-unreadable` and its kin.
 */
export async function* contentsOf(options: ContentsOptions): AsyncGenerator<ArchiveEntry> {
  const { paths, head } = options;
  const roots = rootsOf(paths).filter(({ name }) => name !== 'workspace' || options.withWorkspace);
  const own = new StoredFiles({ owner: 'bridge' });
  const others = new StoredFiles({ owner: 'people' });

  const present = roots.filter(({ directory }) => entriesOf(directory) !== undefined);
  for (const { name } of present) yield own.directory(name, 0o700);
  for (const name of ['config', 'state'] as const) yield* plainFiles(paths[name], name, own);
  const databases = yield* copies(options, own);
  for (const name of ['attachments', 'workspace'] as const) {
    if (present.some((root) => root.name === name)) yield* plainFiles(paths[name], name, others);
  }

  const books = [own.book, others.book];
  const manifest: Manifest = {
    ...head,
    roots: Object.fromEntries(present.map(({ name, directory }) => [name, realpathSync(directory)])),
    files: books.flatMap(({ files }) => files),
    directories: books.flatMap(({ directories }) => directories),
    databases,
    left: books.flatMap(({ left }) => left),
  };
  options.onManifest(manifest);
  const body = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  yield { kind: 'file', path: manifestName, mode: 0o600, size: body.length, body: [body] };
}

async function* plainFiles(directory: string, root: RootName, files: StoredFiles): AsyncGenerator<ArchiveEntry> {
  for (const name of entriesOf(directory) ?? []) {
    if (kindOf(root, name) === 'file') yield* files.tree(join(directory, name), `${root}/${name}`);
  }
}

/** The databases as they are now, each with the files of it that wait to be posted. */
async function* copies(
  { paths, scratch }: ContentsOptions,
  files: StoredFiles,
): AsyncGenerator<ArchiveEntry, Manifest['databases']> {
  const names = (entriesOf(paths.state) ?? []).filter((name) => kindOf('state', name) === 'database');
  // What the chat server knows and the bridge does not is caught up with; the other way round it would be missing.
  const ordered = [...names].sort((a, b) => Number(b.startsWith('bridge.')) - Number(a.startsWith('bridge.')));
  const facts: Manifest['databases'] = [];
  for (const name of ordered) {
    const { copy, about, waiting } = await snapshot({ paths, scratch, database: join(paths.state, name), files });
    for (const { handle, path } of waiting) yield* files.opened(handle, path);
    yield* files.file(copy, `state/${name}`);
    facts.push({ path: `state/${name}`, ...about });
  }
  return facts;
}
