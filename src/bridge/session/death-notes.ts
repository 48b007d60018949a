import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import type { SessionRecord } from '../../model/session.ts';
import type { RecoveryBook } from '../../contracts/recovery.ts';

export interface DeathNotesOptions {
  readonly book: RecoveryBook;
  readonly clock: Clock;
}

/**
 * What is kept of the attempts to bring one session back after a death or a failed start. Owns what is known of the last
 * death. Knows nothing about what is decided.
 */
export class DeathNotes {
  readonly #options: DeathNotesOptions;
  #evidence: Readonly<Record<string, string | number>> = {};

  constructor(options: DeathNotesOptions) {
    this.#options = options;
  }

  died(exitCode: number | undefined): void {
    this.#evidence = { exitCode: exitCode ?? 'unknown' };
  }

  /** It did not come up. @param code of the error that said why. */
  notStarted(code: string): void {
    this.#evidence = { error: code };
  }

  /** It was tried to bring it back. @param found the record before that. */
  restarted(found: SessionRecord, attempt: number, runs: boolean): void {
    this.#note(found, { step: 'restart', attempt, outcome: runs ? 'helped' : 'failed' });
  }

  /** It is not tried any more. */
  gaveUp(found: SessionRecord, attempts: number): void {
    this.#note(found, { step: 'give-up', attempt: attempts, outcome: 'in-vain' });
  }

  #note(
    { number, generation }: SessionRecord,
    what: Pick<Parameters<RecoveryBook['note']>[0], 'step' | 'attempt' | 'outcome'>,
  ): void {
    const { book, clock } = this.#options;
    const at = isoTime(clock.now());
    book.note({ at, session: number, generation, by: 'bridge', finding: 'died', evidence: this.#evidence, ...what });
  }
}
