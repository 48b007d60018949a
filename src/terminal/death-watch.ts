import { existsSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';

import type { Cancel, Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { TypedEvents } from '../base/typed-events.ts';
import { WatchedTime } from '../base/watched-time.ts';
import type { TerminalDeath } from '../contracts/terminal.ts';
import { exitFile, screenFile } from './launch-script.ts';
import { findProcess } from '../base/process-table.ts';
import type { ProcessIdentity } from '../base/process-tree.ts';
import { readIfThere, removeFiles } from './terminal-files.ts';
import { trimScreen } from './screen.ts';

/** A terminal whose death we want to hear of. */
export interface WatchedTerminal {
  readonly name: string;
  /** Where its exit file will appear. */
  readonly directory: string;
  /** The wrapper in the pane. */
  readonly process: ProcessIdentity;
  readonly sessionId: string;
  /** The connection's epoch in which `sessionId` was learned. */
  readonly epoch: number | undefined;
}

export interface DeathWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between two looks at all terminals. */
  readonly sweepIntervalMs: number;
  /** The processes of all panes, in one question; undefined when it failed and nothing is known. */
  readonly look: () => Promise<readonly { readonly pid: number }[] | undefined>;
  /** The pane closed under a program that may live on without a terminal. It should be ended. */
  readonly onPaneGone: (terminal: WatchedTerminal) => void;
  /** The program ended in its pane. Makes the name free again, before the death is told. */
  readonly onProgramEnded: (terminal: WatchedTerminal) => Promise<void>;
}

interface Watch {
  readonly terminal: WatchedTerminal;
  /** Number of the first sweep whose question was asked after the terminal existed. */
  readonly firstSweep: number;
  readonly watcher: FSWatcher | undefined;
  /** `settling`: it has died and is being reported. */
  state: 'alive' | 'settling';
}

/** Milliseconds in which news of tmux gather before all terminals are looked at: a start makes hundreds of them. */
const soonMs = 50;

/** How long (milliseconds) a wrapper whose pane is gone may take to write its exit file. */
const exitFileMs = 1000;

/**
 * Notices the death of terminals and tells each once. Three ways lead to the same place: the exit file appears (about
 * a millisecond after the program's end), tmux notifies that a window closed, and a sweep over all panes for whatever
 * the first two missed. Owns the watches; knows nothing about how terminals are made or ended.
 */
export class DeathWatch {
  readonly #options: DeathWatchOptions;
  readonly #watches = new Map<string, Watch>();
  readonly #events: TypedEvents<{ died: TerminalDeath }>;
  #sweeps = 0;
  #sweeping: Promise<void> | undefined;
  #again = false;
  #timer: Cancel | undefined;
  #soon: Cancel | undefined;
  #closed = false;

  constructor(options: DeathWatchOptions) {
    this.#options = options;
    this.#events = new TypedEvents((error) => options.log.error({ error }, 'a listener of terminal deaths failed'));
  }

  onDeath(listener: (death: TerminalDeath) => void): Cancel {
    return this.#events.on('died', listener);
  }

  get(name: string): WatchedTerminal | undefined {
    return this.#watches.get(name)?.terminal;
  }

  /** Starts watching; replaces an earlier watch of the same name. */
  add(terminal: WatchedTerminal): void {
    this.#forget(terminal.name);
    const watcher = this.#watchExitFile(terminal);
    this.#watches.set(terminal.name, { terminal, firstSweep: this.#sweeps + 1, watcher, state: 'alive' });
    const { clock, sweepIntervalMs } = this.#options;
    this.#timer ??= clock.every(sweepIntervalMs, () => this.sweep());
    // It may have ended before we began to look.
    queueMicrotask(() => this.#lookForExitFile(terminal));
  }

  /** Stops watching a terminal whose end was asked for: it will not be reported. */
  release(name: string): WatchedTerminal | undefined {
    const terminal = this.get(name);
    this.#forget(name);
    return terminal;
  }

  /** Looks at all terminals within a moment. */
  sweepSoon(): void {
    if (this.#closed) return;
    this.#soon ??= this.#options.clock.after(soonMs, () => {
      this.#soon = undefined;
      this.sweep();
    });
  }

  /** Looks at all terminals now. One look at a time: what is asked for meanwhile becomes one more look afterwards. */
  sweep(): void {
    if (this.#closed || this.#watches.size === 0) return;
    if (this.#sweeping) {
      this.#again = true;
      return;
    }
    this.#sweeping = this.#sweepOnce()
      .catch((error: unknown) => this.#options.log.error({ error }, 'looking at all terminals failed'))
      .finally(() => {
        this.#sweeping = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.sweep();
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.();
    this.#soon?.();
    for (const name of [...this.#watches.keys()]) this.#forget(name);
    await this.#sweeping;
  }

  async #sweepOnce(): Promise<void> {
    this.#sweeps += 1;
    const sweep = this.#sweeps;
    const { clock, log } = this.#options;
    const began = clock.monotonic();
    const panes = await this.#options.look();
    if (!panes || this.#closed) return;
    const alive = new Set(panes.map(({ pid }) => pid));
    for (const { terminal, firstSweep } of this.#watches.values()) {
      // The question may have been asked before the terminal was made: its absence would mean nothing.
      if (firstSweep > sweep || alive.has(terminal.process.pid)) continue;
      void this.#settle(terminal, true);
    }
    const ms = Math.round((clock.monotonic() - began) * 100) / 100;
    log.debug({ terminals: this.#watches.size, ms }, 'looked at all terminals');
  }

  #watchExitFile(terminal: WatchedTerminal): FSWatcher | undefined {
    const { log } = this.#options;
    const expected = exitFile(terminal.name, terminal.process.pid);
    try {
      const watcher = watch(terminal.directory, (_event, file) => {
        if (file === expected) this.#lookForExitFile(terminal);
      });
      watcher.on('error', (error) => log.warn({ error }, 'watching an exit file failed; sweeps go on'));
      return watcher;
    } catch (error) {
      log.warn({ error }, 'an exit file cannot be watched; sweeps go on');
      return undefined;
    }
  }

  #lookForExitFile(terminal: WatchedTerminal): void {
    if (existsSync(join(terminal.directory, exitFile(terminal.name, terminal.process.pid)))) {
      void this.#settle(terminal, false);
    }
  }

  /** The one way out: reads how it ended, makes its name free, and tells. */
  async #settle(terminal: WatchedTerminal, paneGone: boolean): Promise<void> {
    const watch = this.#watches.get(terminal.name);
    if (watch?.terminal !== terminal || watch.state !== 'alive') return;
    watch.state = 'settling';
    try {
      if (paneGone) this.#options.onPaneGone(terminal);
      const exitCode = await this.#exitCode(terminal, paneGone);
      const lastLines = readLastLines(terminal);
      if (!paneGone) await this.#options.onProgramEnded(terminal);
      // Somebody asked for its end meanwhile.
      if (this.#watches.get(terminal.name) !== watch) return;
      this.#forget(terminal.name);
      removeFiles(terminal);
      this.#events.emit('died', { name: terminal.name, exitCode, lastLines });
    } catch (error) {
      this.#options.log.error({ error, terminal: terminal.name }, 'a dead terminal could not be settled; trying again');
      watch.state = 'alive';
    }
  }

  /** The exit code from the exit file. When the pane is gone the wrapper may be about to write it, or be gone too. */
  async #exitCode(terminal: WatchedTerminal, paneGone: boolean): Promise<number | undefined> {
    const { clock } = this.#options;
    const waited = new WatchedTime(clock);
    for (;;) {
      const wrapper = await findProcess(terminal.process.pid);
      const code = readExitCode(terminal);
      const mayStillCome = paneGone && wrapper?.started === terminal.process.started && waited.elapsed() < exitFileMs;
      if (code !== undefined || !mayStillCome) return code;
      await clock.sleep(20);
    }
  }

  #forget(name: string): void {
    this.#watches.get(name)?.watcher?.close();
    this.#watches.delete(name);
    if (this.#watches.size > 0) return;
    this.#timer?.();
    this.#timer = undefined;
  }
}

function readExitCode({ name, directory, process: { pid } }: WatchedTerminal): number | undefined {
  const code = Number.parseInt(readIfThere(join(directory, exitFile(name, pid))), 10);
  return Number.isNaN(code) ? undefined : code;
}

function readLastLines({ name, directory, process: { pid } }: WatchedTerminal): string {
  return trimScreen(readIfThere(join(directory, screenFile(name, pid))));
}
