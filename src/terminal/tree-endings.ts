import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import { findProcess, readProcessTable } from '../base/process-table.ts';
import type { Mark } from '../base/process-mark.ts';
import { endProcessTree, indexProcesses } from '../base/process-tree.ts';
import type { ProcessIdentity, ProcessIndex } from '../base/process-tree.ts';

export interface TreeEndingsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between asking a process tree to end and forcing it. */
  readonly graceMs: number;
  /** What everything of a terminal carries, by the terminal's name. */
  readonly markOf: (terminal: string) => Mark | undefined;
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
  #table: { readonly at: number; readonly index: ProcessIndex } | undefined;
  readonly #background = new Map<string, Promise<void>>();

  constructor(options: TreeEndingsOptions) {
    this.#options = options;
  }

  /**
   * Ends a tree, and what else carries the mark of its terminal; resolves when all are gone.
   *
   * @param root none: only what carries the mark.
   * @throws BridgeError `process-tree-alive`.
   */
  async end(name: string, root: ProcessIdentity | undefined): Promise<void> {
    const { clock, graceMs, markOf } = this.#options;
    const mark = markOf(name);
    if (!root && !mark) return;
    const began = clock.monotonic();
    const readIndex = (): Promise<ProcessIndex> => this.#reads.run(() => this.#readIndex(began));
    await endProcessTree({ root, clock, graceMs, readIndex, ...(mark === undefined ? {} : { mark }) });
  }

  /**
   * Ends what a terminal left whose pane closed under a living program (the tmux server was lost): without that, two
   * agents would work on one session.
   */
  begin(name: string, root: ProcessIdentity): void {
    const ending = this.end(name, root)
      .catch((error: unknown) => this.#options.log.error({ error, terminal: name }, 'leftovers of a terminal stay'))
      .finally(() => {
        if (this.#background.get(name) === ending) this.#background.delete(name);
      });
    this.#background.set(name, ending);
  }

  async #readIndex(since: number): Promise<ProcessIndex> {
    const at = this.#options.clock.monotonic();
    const known = this.#table;
    if (known && known.at > since && at - known.at < tableAgeMs) return known.index;
    const index = indexProcesses(await readProcessTable());
    this.#table = { at, index };
    return index;
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
