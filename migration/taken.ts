import { existsSync, lstatSync, readFileSync } from 'node:fs';

import { z } from 'zod';

import { BridgeError } from '../src/base/errors.ts';
import type { FileChange } from '../src/storage/file-change.ts';
import { digestIfThere } from '../src/storage/file-copy.ts';

const texts = z.array(z.string()).readonly();
const schema = z.strictObject({
  version: z.literal(1),
  /** Names of settings. */
  settings: texts,
  /** Channels of sessions. */
  channels: texts,
  /** Files, as `fileKey` names them. */
  files: texts,
});

type Content = Readonly<Omit<z.infer<typeof schema>, 'version'>>;

/**
 * What was taken over from the predecessor once: whoever removes a session or a setting here afterwards, or lets the
 * files go, does not get it back with the next run. It is written as a part of the same step as what it tells of.
 */
export class Taken {
  readonly #path: string;
  readonly #before: Content;
  readonly settings: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  readonly #files: ReadonlySet<string>;

  private constructor(path: string, before: Content) {
    this.#path = path;
    this.#before = before;
    this.settings = new Set(before.settings);
    this.channels = new Set(before.channels);
    this.#files = new Set(before.files);
  }

  /** @throws BridgeError `migration-record-unreadable`. */
  static read(path: string): Taken {
    if (!existsSync(path)) return new Taken(path, { settings: [], channels: [], files: [] });
    try {
      return new Taken(path, schema.parse(JSON.parse(readFileSync(path, 'utf8'))));
    } catch (cause) {
      throw new BridgeError(
        'migration-record-unreadable',
        `${path} cannot be read. It tells what was taken over before.`,
        {
          cause,
        },
      );
    }
  }

  hasFile(path: string): boolean {
    return this.#files.has(fileKey(path));
  }

  /** The change that remembers more; of files that are gone there nothing needs to be remembered (I11). */
  with({ settings, channels, files }: Content): FileChange {
    const known = this.#before.files.filter((key) => existsSync(key.slice(key.indexOf(' ') + 1)));
    const content = {
      version: 1,
      settings: [...new Set([...this.#before.settings, ...settings])],
      channels: [...new Set([...this.#before.channels, ...channels])],
      files: [...new Set([...known, ...files.map(fileKey)])],
    };
    const before = digestIfThere(this.#path)?.sha256;
    return {
      target: this.#path,
      source: { text: `${JSON.stringify(content, null, 2)}\n` },
      ...(before === undefined ? {} : { replaces: before }),
    };
  }
}

/** A file there, in the state in which it is now. */
function fileKey(path: string): string {
  const { size, mtimeMs } = lstatSync(path);
  return `${size}:${mtimeMs} ${path}`;
}
