import type { Clock } from '../../base/clock.ts';
import type { Recovery } from '../../contracts/recovery.ts';
import { findingOf } from './evidence.ts';
import { nextRung } from './ladder.ts';
import type { Looks, Seen, Watched } from './looks.ts';
import type { Case, Treatment } from './treatment.ts';

export interface ByHandOptions {
  readonly looks: Looks;
  readonly treatment: Treatment;
  readonly clock: Clock;
  /** The bridge stops. */
  readonly signal: AbortSignal;
}

/** Who asks has seen that it is stuck: so long the bridge looks itself, in milliseconds, and how often. */
const patienceMs = 10_000;
const lookEveryMs = 1_000;

/** What was done, by the step. */
const outcomes = { nudge: 'nudged', interrupt: 'interrupted', restart: 'restarted' } as const;

/**
 * What is done for a session when somebody asks to get it going: it is brought back when it does not run, and the next step
 * of the ladder is taken when it is stuck. Knows nothing about who may ask.
 */
export class ByHand {
  readonly #options: ByHandOptions;

  constructor(options: ByHandOptions) {
    this.#options = options;
  }

  /** @throws BridgeError `recover-failed` when one that did not run does not start; `bridge-stopping`. */
  async recover(session: Watched): Promise<Recovery> {
    if (session.record.lifecycle !== 'running' || !session.agent) return this.#bringBack(session);
    const { looks, treatment, signal } = this.#options;
    const seen = await this.#lookLongEnough(session);
    const finding = findingOf(seen.evidence, patienceMs);
    const rung = nextRung(finding, looks.watch(session).spent, true);
    if (rung.step === 'give-up') return { outcome: 'running', finding, helped: true };
    const sick: Case = { session, finding, seen, patienceMs, by: 'person' };
    const { outcome } = await treatment.take(sick, rung, signal);
    return { outcome: outcomes[rung.step], finding, helped: outcome === 'helped' };
  }

  async #bringBack(session: Watched): Promise<Recovery> {
    const { looks, treatment, signal } = this.#options;
    const seen = await looks.look(session);
    // What came up behind the end would be left without a keeper.
    signal.throwIfAborted();
    const finding = findingOf(seen.evidence, patienceMs);
    const sick: Case = { session, finding, seen, patienceMs, by: 'person' };
    const attempt = { generation: session.record.generation, step: 'restart', attempt: 1 } as const;
    try {
      const outcome = await session.recover();
      // It came up by itself meanwhile.
      if (outcome === 'running') return { outcome, finding: 'healthy', helped: true };
      treatment.note(sick, { ...attempt, outcome: 'helped' });
      return { outcome, finding, helped: true };
    } catch (error) {
      treatment.note(sick, { ...attempt, outcome: 'failed', reason: 'recover-failed' });
      throw error;
    }
  }

  /** Until it shows a sign of life, or has shown none for long enough. */
  async #lookLongEnough(session: Watched): Promise<Seen> {
    const { looks, clock, signal } = this.#options;
    let seen = await looks.look(session);
    for (let left = patienceMs / lookEveryMs; left > 0; left -= 1) {
      const { state, silentMs } = seen.evidence;
      const mayBeStuck = state.activity !== 'idle' && state.waitingFor === null;
      if (!mayBeStuck || silentMs >= patienceMs) break;
      await clock.sleep(lookEveryMs, signal);
      seen = await looks.look(session);
      if (seen.evidence.silentMs === 0) break;
    }
    return seen;
  }
}
