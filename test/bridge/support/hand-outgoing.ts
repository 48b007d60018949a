import type { CopiedFile, OutgoingFiles } from '../../../src/contracts/outgoing-files.ts';
import type { FileToPost } from '../../../src/contracts/workspace.ts';

/** Copies of files that are only names. */
export class HandOutgoing implements OutgoingFiles {
  /** The paths of the copies that there are. */
  readonly copies = new Set<string>();
  /** Runs before a file is copied; throws to refuse it. */
  beforeCopy: (file: FileToPost) => void | Promise<void> = () => undefined;
  #count = 0;

  async copy(file: FileToPost): Promise<CopiedFile> {
    await this.beforeCopy(file);
    this.#count += 1;
    const path = `/outgoing/${this.#count}`;
    this.copies.add(path);
    return { path, name: file.name, size: file.size, source: file.path };
  }

  remove(paths: readonly string[]): void {
    for (const path of paths) this.copies.delete(path);
  }

  sweep(): Iterator<number, void> {
    return [][Symbol.iterator]();
  }
}
