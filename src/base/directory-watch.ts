import { statSync, watch } from 'node:fs';
import { basename } from 'node:path';

import type { Log } from './log.ts';

/** As much of `fs.watch` and its watcher as is used here. */
export type Watch = (
  path: string,
  listener: (event: string, name: string | null) => void,
) => { on(event: 'error', listener: (error: Error) => void): unknown; close(): void };

export interface DirectoryWatchOptions {
  readonly path: string;
  /** Something in the directory changed: the name in it; undefined when anything may have, also the directory itself. */
  readonly onChange: (name: string | undefined) => void;
  readonly log: Log;
  /** Default: that of Node. */
  readonly watch?: Watch;
}

/**
 * A watch of whatever directory is at a path. The kernel watches a directory, not its name, may have no watch left, and
 * may end one: whoever depends on it calls `keep` now and then, and looks by itself while that says false.
 * Owns the watch. Knows nothing about what the files mean.
 */
export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions;
  #current: { readonly watcher: ReturnType<Watch>; readonly identity: string } | undefined;
  #isFailing = false;

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
  }

  /** Whether changes are told. */
  get isOn(): boolean {
    return this.#current !== undefined;
  }

  /** Watches the directory that is there now, if that is possible. Returns whether changes are told. */
  keep(): boolean {
    try {
      const identity = identityOf(this.#options.path);
      if (identity === this.#current?.identity) return this.isOn;
      this.close();
      if (identity !== undefined) this.#begin(identity);
    } catch (error) {
      this.close();
      this.#failed(error);
    }
    return this.isOn;
  }

  /** Ends the watch. `keep` begins another one. */
  close(): void {
    this.#current?.watcher.close();
    this.#current = undefined;
  }

  #begin(identity: string): void {
    const { path, onChange, watch: begin = watch } = this.#options;
    const watcher = begin(path, (_event, name) => {
      // Its own name: the directory was moved, removed or changed. A removed one's number may be given to the next.
      const isOwn = name === null || name === basename(path);
      if (isOwn) {
        this.close();
        this.keep();
      }
      onChange(isOwn ? undefined : name);
    });
    watcher.on('error', (error) => {
      this.#failed(error);
      this.close();
      onChange(undefined);
    });
    this.#current = { watcher, identity };
    this.#isFailing = false;
  }

  /** Told once: a machine without watches refuses every second. */
  #failed(error: unknown): void {
    const { path, log } = this.#options;
    if (!this.#isFailing) log.warn({ error, path }, 'a directory cannot be watched; it is looked at instead');
    this.#isFailing = true;
  }
}

function identityOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev} ${stat.ino}`;
}
