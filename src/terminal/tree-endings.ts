import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import { findProcess, readProcessTable } from '../base/process-table.ts';
import type { ProcessEntry } from '../base/process-table.ts';
import type { ReadMark } from '../base/process-mark.ts';
import { endProcessTree } from '../base/process-tree.ts';
import type { ProcessIdentity } from '../base/process-tree.ts';

export interface TreeEndingsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between asking a process tree to end and forcing it. */
  readonly graceMs: number;
  /** Also ends what carries the mark of a tree, wherever it went. */
  readonly markOf: ReadMark | undefined;
}

/**
 * Milliseconds that one reading of the process table serves for all endings: ending a hundred terminals at once must
 * not read it a hundred times per look. A tree that was empty in a table read after its ending began stays empty.
 */
const tableAgeMs = 10;

/** Ends process trees of terminals. Owns the endings that run in the background, by the terminal's name. */
export class TreeEndings {
  readonly #options: TreeEndingsOptions;
  readonly #reads = new SerialQueue();
  #table: { readonly at: number; readonly entries: readonly ProcessEntry[] } | undefined;
  readonly #background = new Map<string, Promise<void>>();

  constructor(options: TreeEndingsOptions) {
    this.#options = options;
  }

  /** Ends a tree; resolves when it is gone. @throws BridgeError `process-tree-alive`. */
  end(root: ProcessIdentity): Promise<void> {
    const { clock, graceMs, markOf } = this.#options;
    const began = clock.monotonic();
    const readTable = (): Promise<readonly ProcessEntry[]> => this.#reads.run(() => this.#readTable(began));
    return endProcessTree({ root, clock, graceMs, readTable, ...(markOf === undefined ? {} : { markOf }) });
  }

  /**
   * Ends what a terminal left whose pane closed under a living program (the tmux server was lost): without that, two
   * agents would work on one session.
   */
  begin(name: string, root: ProcessIdentity): void {
    const ending = this.end(root)
      .catch((error: unknown) => this.#options.log.error({ error, terminal: name }, 'leftovers of a terminal stay'))
      .finally(() => {
        if (this.#background.get(name) === ending) this.#background.delete(name);
      });
    this.#background.set(name, ending);
  }

  async #readTable(since: number): Promise<readonly ProcessEntry[]> {
    const at = this.#options.clock.monotonic();
    const known = this.#table;
    if (known && known.at > since && at - known.at < tableAgeMs) return known.entries;
    const entries = await readProcessTable();
    this.#table = { at, entries };
    return entries;
  }

  /** Resolves when nothing of this terminal is being ended in the background. */
  async settled(name: string): Promise<void> {
    await this.#background.get(name);
  }
}

/** A live process as one that cannot be mistaken later. One that has ended already matches nothing. */
export async function identify(pid: number): Promise<ProcessIdentity> {
  return { pid, started: (await findProcess(pid))?.started ?? 'ended' };
}
