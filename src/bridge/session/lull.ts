import type { Cancel, Clock } from '../../base/clock.ts';

/** How long one wait for the end of a turn takes at most, in milliseconds. */
export const lullPatienceMs = 10_000;

/** How long the agent goes on getting nothing after that, for whoever waits on, in milliseconds. */
const graceMs = 5_000;

export interface LullOptions {
  readonly clock: Clock;
  /** Whether ending the agent now would cut no turn. */
  readonly isAtRest: () => boolean;
  /** The agent may be given messages again. */
  readonly onEnd: () => void;
}

/**
 * A wait for the moment in which no turn of one session would be cut. While it lasts, the session's agent is given
 * nothing new, or a long queue would never leave one; whoever waits no longer need not say so. Knows nothing about what
 * is done in that moment.
 */
export class Lull {
  readonly #options: LullOptions;
  readonly #looks = new Set<(given: 'changed' | 'over') => void>();
  #end: Cancel | undefined;

  constructor(options: LullOptions) {
    this.#options = options;
  }

  /** Whether the agent is given nothing new. */
  get isHeld(): boolean {
    return this.#end !== undefined;
  }

  /** Waits for 10 s at most. `over`: nobody has to wait any more. */
  wait(): Promise<'at-rest' | 'busy' | 'over'> {
    const { clock, isAtRest } = this.#options;
    this.#end?.();
    this.#end = clock.after(lullPatienceMs + graceMs, () => this.end());
    if (isAtRest()) return Promise.resolve('at-rest');
    return new Promise((resolve) => {
      const settle = (how: 'at-rest' | 'busy' | 'over'): void => {
        cancel();
        this.#looks.delete(look);
        resolve(how);
      };
      const look = (given: 'changed' | 'over'): void => {
        if (given === 'over') settle('over');
        else if (isAtRest()) settle('at-rest');
      };
      const cancel = clock.after(lullPatienceMs, () => settle('busy'));
      this.#looks.add(look);
    });
  }

  /** What the agent does has changed. */
  changed(): void {
    for (const look of [...this.#looks]) look('changed');
  }

  /** The agent may have messages again, and nobody waits any more. */
  end(): void {
    if (this.#end === undefined) return;
    this.#end();
    this.#end = undefined;
    for (const look of [...this.#looks]) look('over');
    this.#options.onEnd();
  }
}
