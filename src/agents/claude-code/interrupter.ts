import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { Interrupts } from './interrupts.ts';
import type { StateFile } from './state-file.ts';

export interface InterrupterOptions {
  readonly interrupts: Pick<Interrupts, 'expect'>;
  readonly clock: Clock;
  /** The turn that began last of those that have not ended. */
  readonly runningTurn: () => string | undefined;
  readonly readState: () => StateFile | undefined;
  /** Whether the agent has anything to do: a turn, a queue. */
  readonly isAtWork: () => boolean;
  readonly pressEscape: () => Promise<void>;
  /** Looks at the agent now. */
  readonly look: () => void;
  /** Nobody listens to the agent any more, or it is gone. */
  readonly isOver: () => boolean;
}

/** Milliseconds for one turn to end, and between two presses for the same turn. */
const withinMs = 5000;
const pressAgainMs = 1500;

/**
 * Stops what runs by Escape, as a person would; never by Ctrl-C, of which a second one ends the agent. What lies in the
 * agent's queue begins a turn as soon as Escape has stopped the one before, and is stopped as well. Knows nothing about
 * how an interrupt is found out.
 */
export class Interrupter {
  readonly #options: InterrupterOptions;

  constructor(options: InterrupterOptions) {
    this.#options = options;
  }

  /** Resolves when the agent is idle. @throws BridgeError `interrupt-failed`. */
  async interrupt(): Promise<void> {
    const { interrupts } = this.#options;
    interrupts.expect('The turn was stopped on request.');
    try {
      await this.#untilIdle();
    } finally {
      interrupts.expect(undefined);
    }
  }

  async #untilIdle(): Promise<void> {
    const { clock, runningTurn, readState, isAtWork, pressEscape, look, isOver } = this.#options;
    let turn = runningTurn();
    let waited = new WatchedTime(clock);
    let pressedAt = -Infinity;
    while (!isOver() && isAtWork()) {
      if (runningTurn() !== turn) {
        turn = runningTurn();
        waited = new WatchedTime(clock);
        pressedAt = -Infinity;
      }
      if (waited.elapsed() >= withinMs) {
        throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.', {
          advice: 'Look at the terminal.',
        });
      }
      // Pressed again only when the first had no effect: on an idle agent Escape means something else.
      const now = clock.monotonic();
      if (readState()?.status !== 'idle' && now - pressedAt >= pressAgainMs) {
        await pressEscape();
        pressedAt = now;
      }
      await clock.sleep(50);
      if (!isOver()) look();
    }
  }
}
