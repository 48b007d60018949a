import type { Cancel, Clock } from '../../base/clock.ts';
import { countedAttempts, decideRecovery } from './recovery-policy.ts';
import type { RecoveryDecision } from './recovery-policy.ts';

/** Counts the restarts of one session and holds the timer of the next. Knows nothing about what is restarted. */
export class Restarts {
  readonly #clock: Clock;
  #attempts = 0;
  #runningSince = 0;
  #next: Cancel | undefined;
  #isOver = false;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  /** How many there were since the session was last well. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether the next one is planned. */
  get isPlanned(): boolean {
    return this.#next !== undefined;
  }

  /** Whether none comes any more, whatever happens. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The session runs. */
  running(): void {
    this.#runningSince = this.#clock.monotonic();
  }

  /** A session that ran died: what it ran counts for it. */
  died(): void {
    this.#attempts = countedAttempts(this.#attempts, this.#clock.monotonic() - this.#runningSince);
  }

  /** What follows a death or a failed start. */
  decide(): RecoveryDecision {
    return decideRecovery(this.#attempts);
  }

  /** Restarts as was decided; the attempt counts from here on. */
  schedule({ attempt, afterMs }: Extract<RecoveryDecision, { action: 'restart' }>, restart: () => void): void {
    this.#attempts = attempt;
    this.again(afterMs, restart);
  }

  /** Restarts without counting it: nobody could even begin. */
  again(afterMs: number, restart: () => void): void {
    this.cancel();
    if (this.#isOver) return;
    this.#next = this.#clock.after(afterMs, () => {
      this.#next = undefined;
      restart();
    });
  }

  cancel(): void {
    this.#next?.();
    this.#next = undefined;
  }

  /** The bridge ends: the next one brings up what dies from now on. */
  end(): void {
    this.cancel();
    this.#isOver = true;
  }

  /** A full budget of attempts again, and none of them under way. */
  reset(): void {
    this.cancel();
    this.#attempts = 0;
  }
}
