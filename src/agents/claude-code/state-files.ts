import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Cancel, Clock } from '../../base/clock.ts';
import { DirectoryWatch } from '../../base/directory-watch.ts';
import { systemErrorCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isLivingProcess, readStateFile, stateFileDirectory } from './state-file.ts';
import type { StateFile } from './state-file.ts';

export interface StateFilesOptions {
  /** The agents' configuration directory, e.g. `~/.claude`. */
  readonly config: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Known {
  /** Changes whenever the file does. */
  readonly version: string;
  readonly sessionId: string | undefined;
}

/** Milliseconds until the directory is listed again for an agent that has no file yet. */
const listAgainMs = 100;
const fileName = /^\d+\.json$/;

/**
 * The state files of all agents that share one configuration directory. Owns one watch for all of them, and remembers
 * whose file each is, so that looking for one agent among hundreds does not read hundreds of files. What it gives was
 * read from the disk at that moment. Knows nothing about what the agents do.
 */
export class StateFiles {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<(path: string | undefined) => void>();
  readonly #watch: DirectoryWatch;
  #listedAt = -Infinity;

  constructor({ config, clock, log }: StateFilesOptions) {
    this.#directory = stateFileDirectory(config);
    this.#clock = clock;
    this.#watch = new DirectoryWatch({ path: this.#directory, onChange: (name) => this.#changed(name), log });
  }

  /** Whether listeners hear of changes by themselves; without it, who wants to know has to look. */
  get isWatched(): boolean {
    return this.#watch.isOn;
  }

  /** Watches the directory as soon as there is one, and again when it was replaced. Returns whether it is watched. */
  keepWatch(): boolean {
    return this.#listeners.size > 0 && this.#watch.keep();
  }

  /**
   * Hears the path of every state file that was written or removed; undefined when that may be true of any. The first
   * listener starts the watch.
   */
  onChange(listener: (path: string | undefined) => void): Cancel {
    this.#listeners.add(listener);
    this.keepWatch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#watch.close();
    };
  }

  /** The state file of a living agent by the id of its conversation. Files of dead agents are passed over. */
  find(sessionId: string): StateFile | undefined {
    const found = this.#lookUp(sessionId);
    if (found || this.#clock.monotonic() - this.#listedAt < listAgainMs) return found;
    this.#list();
    return this.#lookUp(sessionId);
  }

  /** The state file of one living process, when it is of this conversation. */
  ofProcess(pid: number, sessionId: string): StateFile | undefined {
    const file = readStateFile(join(this.#directory, `${pid}.json`));
    return file?.sessionId === sessionId && isLivingProcess(file) ? file : undefined;
  }

  #lookUp(sessionId: string): StateFile | undefined {
    for (const [name, known] of this.#known) {
      if (known.sessionId !== sessionId) continue;
      const file = readStateFile(join(this.#directory, name));
      if (file?.sessionId === sessionId && isLivingProcess(file)) return file;
    }
    return undefined;
  }

  /** Reads the files that are new or have changed since they were read last. */
  #list(): void {
    this.keepWatch();
    this.#listedAt = this.#clock.monotonic();
    const names = new Set(listDirectory(this.#directory).filter((name) => fileName.test(name)));
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
    for (const name of names) {
      const path = join(this.#directory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat) continue;
      const version = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
      if (this.#known.get(name)?.version === version) continue;
      this.#known.set(name, { version, sessionId: readStateFile(path)?.sessionId });
    }
  }

  #changed(name: string | undefined): void {
    if (name !== undefined && !fileName.test(name)) return;
    // Whatever somebody waits for may be in it.
    if (name !== undefined) this.#known.delete(name);
    this.#listedAt = -Infinity;
    const path = name === undefined ? undefined : join(this.#directory, name);
    for (const listener of this.#listeners) listener(path);
  }
}

function listDirectory(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
