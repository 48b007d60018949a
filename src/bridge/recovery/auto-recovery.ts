import type { Cancel } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Recovery } from '../../contracts/recovery.ts';
import { ByHand } from './by-hand.ts';
import { findingOf } from './evidence.ts';
import { isTrouble, nextRung } from './ladder.ts';
import { Looks } from './looks.ts';
import type { LooksOptions, Seen, Watched } from './looks.ts';
import { RecoveryVoice } from './recovery-voice.ts';
import type { RecoveryVoiceOptions } from './recovery-voice.ts';
import { Treatment } from './treatment.ts';
import type { Case, TreatmentOptions } from './treatment.ts';

export interface AutoRecoveryOptions extends LooksOptions, RecoveryVoiceOptions, Pick<TreatmentOptions, 'book'> {
  readonly clock: LooksOptions['clock'];
  /** All sessions, as mapped now. */
  readonly sessions: () => readonly Watched[];
}

/**
 * Looks at every session again and again, and sets those going that live and do not move: the gentlest step first, each
 * with a budget (MS-07). A session that dies is brought back by itself, at once; here only what is stuck is treated. Never
 * touches what was asked to end (I8), what waits for a person, or what is merely quiet. Owns the times of the looks.
 */
export class AutoRecovery {
  readonly #options: AutoRecoveryOptions;
  readonly #looks: Looks;
  readonly #treatment: Treatment;
  readonly #voice: RecoveryVoice;
  readonly #byHand: ByHand;
  readonly #stop = new AbortController();
  /** Sessions that are being treated, and what that is. */
  readonly #treated = new Map<SessionNumber, Promise<void>>();
  /** Sessions of which it was told that nothing helps. */
  readonly #givenUp = new Set<SessionNumber>();
  #round: Promise<void> | undefined;

  constructor(options: AutoRecoveryOptions) {
    this.#options = options;
    this.#looks = new Looks(options);
    this.#treatment = new Treatment({ ...options, looks: this.#looks });
    this.#voice = new RecoveryVoice(options);
    const { signal } = this.#stop;
    this.#byHand = new ByHand({ ...options, looks: this.#looks, treatment: this.#treatment, signal });
  }

  /** Looks at all sessions from now on. Returns the stop: nothing is touched any more when it resolves. */
  start(): () => Promise<void> {
    const { clock, intervalMs } = this.#options;
    const cancel: Cancel = clock.every(intervalMs, () => {
      // A round that takes longer than the time between two is not overtaken.
      this.#round ??= this.#lookAtAll().finally(() => (this.#round = undefined));
    });
    return async () => {
      cancel();
      this.#stop.abort(
        new BridgeError('bridge-stopping', 'The bridge is stopping.', { advice: 'Start it again: vai.' }),
      );
      await this.#round;
      await Promise.all(this.#treated.values());
    };
  }

  /**
   * Somebody asks to get a session going. Brings back one that does not run; takes the next step for one that is stuck;
   * does nothing to a healthy one.
   *
   * @throws BridgeError `recover-failed` when one that did not run does not start; `bridge-stopping`.
   */
  async recover(session: Watched): Promise<Recovery> {
    const { number } = session.entry;
    // One at a time, whoever wants it.
    while (this.#treated.has(number)) await this.#treated.get(number);
    this.#stop.signal.throwIfAborted();
    const recovery = this.#byHand.recover(session);
    const done = recovery.then(
      () => undefined,
      () => undefined,
    );
    this.#treated.set(
      number,
      done.finally(() => this.#treated.delete(number)),
    );
    return recovery;
  }

  async #lookAtAll(): Promise<void> {
    const { sessions, log } = this.#options;
    try {
      const all = sessions();
      this.#looks.keepOnly(all);
      const usages = await this.#looks.measure(all);
      for (const session of all) {
        if (this.#isInOtherHands(session)) continue;
        const seen = await this.#looks.look(session, usages);
        // A look takes its time, and somebody may have begun meanwhile.
        if (!this.#isInOtherHands(session)) this.#judge(session, seen);
      }
    } catch (error) {
      log.error({ error: describeError(error) }, 'a look at all sessions failed');
    }
  }

  /** Whether it is being treated, or nothing is treated any more. */
  #isInOtherHands({ entry }: Watched): boolean {
    return this.#stop.signal.aborted || this.#treated.has(entry.number);
  }

  #judge(session: Watched, seen: Seen): void {
    const { patienceMs, log } = this.#options;
    const { number } = session.entry;
    const finding = findingOf(seen.evidence, patienceMs);
    if (!isTrouble(finding)) {
      this.#givenUp.delete(number);
      return;
    }
    const treated = this.#treat({ session, finding, seen, patienceMs, by: 'bridge' })
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        log.error({ session: number, error: describeError(error) }, 'a session could not be treated');
      })
      .finally(() => this.#treated.delete(number));
    this.#treated.set(number, treated);
  }

  /** Step by step, until it moves or nothing is left to be tried. */
  async #treat(first: Case): Promise<void> {
    const { session, patienceMs } = first;
    const { number } = session.entry;
    let sick = first;
    let isTold = false;
    for (;;) {
      const { finding, seen } = sick;
      const rung = nextRung(finding, this.#looks.watch(session).spent, false);
      if (rung.step === 'give-up') {
        this.#giveUp(sick);
        return;
      }
      if (rung.step !== 'nudge' && !isTold) {
        this.#voice.troubled(number, finding, seen);
        isTold = true;
      }
      const result = await this.#treatment.take(sick, rung, this.#stop.signal);
      if (result.outcome === 'overtaken') return;
      if (result.outcome === 'helped') {
        this.#voice.helped(number, finding, rung.step, seen.evidence.overlay);
        return;
      }
      const now = findingOf(result.seen.evidence, patienceMs);
      sick = { ...sick, finding: isTrouble(now) ? now : finding, seen: result.seen };
    }
  }

  #giveUp(sick: Case): void {
    const { number } = sick.session.entry;
    if (this.#givenUp.has(number)) return;
    this.#voice.gaveUp(number, sick.seen);
    this.#givenUp.add(number);
    const { spent } = this.#looks.watch(sick.session);
    const attempts = spent.nudge + spent.interrupt + spent.restart;
    const { generation } = sick.session.record;
    this.#treatment.note(sick, { generation, step: 'give-up', attempt: attempts, outcome: 'in-vain' });
  }
}
