import type { Cancel } from '../../base/clock.ts';
import { isLivingProcess, readStateFile } from './state-file.ts';
import type { StateFile } from './state-file.ts';
import type { StateFiles } from './state-files.ts';

export interface StateReaderOptions {
  readonly files: StateFiles;
  /** The id of the agent's conversation, as it is now. */
  readonly conversation: () => string;
  /** The agent's process, where it is known from before. */
  readonly pid: number | undefined;
}

/**
 * What one agent says about itself: finds its state file, and corrects it where a hook knows better. Owns what was
 * read last. Knows nothing about turns.
 */
export class StateReader {
  readonly #options: StateReaderOptions;
  #last: StateFile | undefined;
  /** Epoch milliseconds of the end of a turn that left subagents at work. */
  #backgroundSince: number | undefined;

  constructor(options: StateReaderOptions) {
    this.#options = options;
  }

  /** As it was at the last `read`. */
  get last(): StateFile | undefined {
    return this.#last;
  }

  /** Whether `onChange` will tell when the file says something else; sees to it if that is possible. */
  isTold(): boolean {
    return this.#last !== undefined && this.#options.files.keepWatch();
  }

  /** The file as it is now; undefined when the agent has none. */
  read(): StateFile | undefined {
    const file = this.#known() ?? this.#find();
    // While only subagents work, the file still says "busy" from before the turn's end; the hook knows better.
    const isOnlyBackground = file?.status === 'busy' && file.statusUpdatedAt < (this.#backgroundSince ?? 0);
    this.#last = file && isOnlyBackground ? { ...file, status: 'idle' } : file;
    return this.#last;
  }

  /** The agent's file was written or removed, or may have been. */
  onChange(listener: () => void): Cancel {
    return this.#options.files.onChange((path) => {
      if (path === undefined || path === this.#last?.path) listener();
    });
  }

  /** A turn ended at this time (epoch milliseconds) while subagents go on; undefined: a new turn began. */
  leftInBackground(since: number | undefined): void {
    this.#backgroundSince = since;
  }

  #known(): StateFile | undefined {
    const file = this.#last && readStateFile(this.#last.path);
    // One that was killed a moment ago, in the same conversation, leaves its file behind.
    return file && file.pid === this.#last?.pid && isLivingProcess(file) ? file : undefined;
  }

  #find(): StateFile | undefined {
    const { files, conversation, pid } = this.#options;
    const known = pid === undefined ? undefined : files.ofProcess(pid, conversation());
    return known ?? files.find(conversation());
  }
}
