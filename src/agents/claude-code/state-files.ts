import { readdirSync, statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';

import type { Cancel, Clock } from '../../base/clock.ts';
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
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<(path: string) => void>();
  #listedAt = -Infinity;
  #watch: { readonly watcher: FSWatcher; readonly inode: number } | undefined;

  constructor({ config, clock, log }: StateFilesOptions) {
    this.#directory = stateFileDirectory(config);
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether listeners hear of changes by themselves; without it, who wants to know has to look. */
  get isWatched(): boolean {
    return this.#watch !== undefined;
  }

  /** Hears the path of every state file that was written or removed. The first listener starts the watch. */
  onChange(listener: (path: string) => void): Cancel {
    this.#listeners.add(listener);
    this.#keepWatch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#endWatch();
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
    this.#keepWatch();
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

  /** Watches the directory as soon as there is one, and again when it was replaced. */
  #keepWatch(): void {
    const inode = statSync(this.#directory, { throwIfNoEntry: false })?.ino;
    if (this.#watch?.inode === inode) return;
    this.#endWatch();
    if (inode === undefined || this.#listeners.size === 0) return;
    try {
      const watcher = watch(this.#directory, (_event, name) => this.#changed(name));
      watcher.on('error', (error) => {
        this.#log.warn({ error }, 'watching the state files of agents failed; they are looked at instead');
        this.#endWatch();
      });
      this.#watch = { watcher, inode };
    } catch (error) {
      this.#log.warn({ error }, 'the state files of agents cannot be watched; they are looked at instead');
    }
  }

  #endWatch(): void {
    this.#watch?.watcher.close();
    this.#watch = undefined;
  }

  #changed(name: string | null): void {
    if (name === null || !fileName.test(name)) return;
    // Whatever somebody waits for may be in it.
    this.#known.delete(name);
    this.#listedAt = -Infinity;
    const path = join(this.#directory, name);
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
