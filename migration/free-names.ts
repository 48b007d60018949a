import { extname, join } from 'node:path';

import { digestOf, isFileWith, isThere } from '../src/storage/file-copy.ts';

/** Where a file goes: to a place that is free, or nowhere because the same is there already. */
export type FreeName = { readonly target: string; readonly isRenamed: boolean } | { readonly there: string };

/**
 * Gives out names in directories, never one that is taken, nor the same one twice. Knows nothing about what the files
 * are for.
 */
export class FreeNames {
  /** What was given out, and whose content goes there. */
  readonly #given = new Map<string, string>();

  /** @param source the file that goes there; what is there with the same content counts as this file. */
  find(directory: string, name: string, source: string): FreeName {
    for (let attempt = 1; ; attempt += 1) {
      const target = join(directory, withSuffix(name, attempt));
      const other = this.#given.get(target);
      if (other === undefined && !isThere(target)) {
        this.#given.set(target, source);
        return { target, isRenamed: attempt > 1 };
      }
      if (isFileWith(other ?? target, digestOf(source).sha256)) return { there: target };
    }
  }
}

/** `IMG_1.png`, `IMG_1_2.png` … */
function withSuffix(name: string, attempt: number): string {
  if (attempt === 1) return name;
  const ending = extname(name);
  return `${name.slice(0, name.length - ending.length)}_${attempt}${ending}`;
}
