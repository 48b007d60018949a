import type { Clock } from '../../base/clock.ts';
import type { StateFile } from './state-file.ts';
import type { TranscriptEntry } from './transcript.ts';
import type { TurnBook } from './turn-book.ts';

export interface InterruptsOptions {
  readonly turns: Pick<TurnBook, 'open' | 'interrupt'>;
  readonly clock: Clock;
  /** Looks for new hook events now. */
  readonly sweep: () => void;
  readonly readTranscript: () => readonly TranscriptEntry[];
}

/** A state file that says idle this long (milliseconds) while a turn is open and no hook came: it was interrupted. */
const interruptedMs = 300;

/**
 * Finds turns that were interrupted: an interrupt has no hook, so the agent is idle, its turn is open, and nothing says
 * that it ended. Owns since when that seems so, and why. Knows nothing about how an agent is interrupted.
 */
export class Interrupts {
  readonly #options: InterruptsOptions;
  #idleSince: number | undefined;
  /** Why the next one will be found, when it was us. */
  #reason: string | undefined;

  constructor(options: InterruptsOptions) {
    this.#options = options;
  }

  /** Turns that are found interrupted from now on were interrupted for this reason; undefined: at the terminal. */
  expect(reason: string | undefined): void {
    this.#reason = reason;
  }

  /** Why a turn that is found interrupted now was interrupted. */
  get reason(): string {
    return this.#reason ?? 'The turn was stopped at the terminal.';
  }

  /** To be asked with every look at the state file; undefined when there is none. */
  observe(file: StateFile | undefined): void {
    const { turns, clock, sweep } = this.#options;
    const open = turns.open.filter(({ isEnding }) => !isEnding);
    if (open.length === 0) {
      this.#idleSince = undefined;
      return;
    }
    // Idle since before the turn began means that the agent has not come to it yet. Without a state file the
    // transcript has to do.
    const isIdle = file
      ? open.every(({ at }) => file.status === 'idle' && file.statusUpdatedAt > at)
      : this.#isRecorded(turns.open.map(({ id }) => id));
    if (!isIdle) {
      this.#idleSince = undefined;
      return;
    }
    this.#idleSince ??= clock.monotonic();
    if (clock.monotonic() - this.#idleSince < interruptedMs) return;
    // The agent writes its events before it calls itself idle: what is not here now does not exist.
    sweep();
    for (const { id, isEnding } of turns.open) {
      if (!isEnding) turns.interrupt(id, this.reason);
    }
    this.#idleSince = undefined;
  }

  #isRecorded(open: readonly string[]): boolean {
    return this.#options
      .readTranscript()
      .some((entry) => entry.kind === 'interrupted' && entry.turn !== undefined && open.includes(entry.turn));
  }
}
