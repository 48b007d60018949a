import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Finding, RecoveryBook, RecoveryLine, RecoveryStep } from '../../contracts/recovery.ts';
import { findingOf } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import type { Rung } from './ladder.ts';
import { isTrouble } from './ladder.ts';
import type { Looks, Seen, Watched } from './looks.ts';

export interface TreatmentOptions {
  readonly looks: Looks;
  readonly book: RecoveryBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** A case: whose, what was found, and who wants it treated. */
export interface Case {
  readonly session: Watched;
  readonly finding: Finding;
  readonly seen: Seen;
  /** As in `Evidence`, of whoever judges. */
  readonly patienceMs: number;
  readonly by: RecoveryLine['by'];
}

/** What one step came to. `seen` as it is afterwards. */
export interface Result {
  readonly outcome: RecoveryLine['outcome'];
  readonly seen: Seen;
}

/**
 * Takes one step for a session that is stuck, looks whether it helped, and keeps a line about it. Knows nothing about the
 * order of steps, or who is told.
 */
export class Treatment {
  readonly #options: TreatmentOptions;

  constructor(options: TreatmentOptions) {
    this.#options = options;
  }

  /** @throws only the signal's reason, when it is aborted while the step is given time to help. */
  async take(sick: Case, rung: Extract<Rung, { attempt: number }>, signal: AbortSignal): Promise<Result> {
    const { looks, clock, log } = this.#options;
    const { session, finding, patienceMs } = sick;
    const { step, attempt, waitMs } = rung;
    const { number } = session.entry;
    log.warn({ session: number, finding, step, attempt }, 'a session is set going again');
    looks.watch(session).spend(step);
    const { generation } = session.record;
    let reason: string | undefined;
    try {
      await perform(step, session, generation);
    } catch (error) {
      reason = error instanceof BridgeError ? error.code : 'internal';
      log.warn({ session: number, step, error: describeError(error) }, 'a step to set a session going failed');
    }
    await clock.sleep(waitMs, signal);
    const seen = await looks.look(session);
    const isWell = !isTrouble(findingOf(seen.evidence, patienceMs));
    const outcome = outcomeOf(isWell, seen.evidence.hasAgent, reason !== undefined);
    this.note(sick, { generation, step, attempt, outcome, ...(reason === undefined ? {} : { reason }) });
    return { outcome, seen };
  }

  /** Keeps a line about a case. */
  note(
    { session, finding, seen, by }: Case,
    line: Pick<RecoveryLine, 'generation' | 'step' | 'attempt' | 'outcome' | 'reason'>,
  ): void {
    const { book, clock } = this.#options;
    const { number } = session.entry;
    book.note({ at: isoTime(clock.now()), session: number, by, finding, evidence: figures(seen.evidence), ...line });
  }
}

function outcomeOf(isWell: boolean, hasAgent: boolean, hasFailed: boolean): RecoveryLine['outcome'] {
  if (isWell) return hasAgent ? 'helped' : 'overtaken';
  return hasFailed ? 'failed' : 'in-vain';
}

async function perform(step: RecoveryStep, session: Watched, generation: number): Promise<void> {
  switch (step) {
    case 'nudge':
      await session.agent?.nudge();
      return;
    case 'interrupt':
      await session.interrupt();
      return;
    case 'restart':
      // Not another one, and none that somebody asked to stop meanwhile (I8).
      await session.restart({ generation });
  }
}

/** What the evidence says in numbers and names, without a word of what the terminal shows. */
function figures({
  lifecycle,
  state,
  silentMs,
  restingMs,
  tools,
  waiting,
  inVain,
}: Evidence): RecoveryLine['evidence'] {
  return {
    lifecycle,
    activity: state.activity,
    ...(state.waitingFor === null ? {} : { waitingFor: state.waitingFor }),
    silentMs: Math.round(silentMs),
    ...(restingMs === undefined ? {} : { restingMs: Math.round(restingMs) }),
    ...(tools === undefined ? {} : { tools }),
    waiting,
    inVain,
  };
}
