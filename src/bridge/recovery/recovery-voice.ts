import type { Clock } from '../../base/clock.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Finding, RecoveryStep } from '../../contracts/recovery.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import { legible } from '../session/legible.ts';
import type { RecoveryWords } from '../words/recovery.ts';
import type { Seen } from './looks.ts';

export interface RecoveryVoiceOptions {
  readonly collector: Pick<ReplyCollector, 'announce'>;
  readonly words: RecoveryWords;
  readonly clock: Clock;
}

/** What people are told in the channel of a session that was stuck. Knows nothing about what is done. */
export class RecoveryVoice {
  readonly #options: RecoveryVoiceOptions;

  constructor(options: RecoveryVoiceOptions) {
    this.#options = options;
  }

  /** Something that people would notice is about to be done about it. */
  troubled(session: SessionNumber, finding: Finding, { evidence, screen }: Seen): void {
    const { words } = this.#options;
    const last = legible(screen);
    if (finding === 'wedged') this.#say(session, 'wedged', words.wedged(session, evidence.silentMs, last));
    if (finding === 'deaf') this.#say(session, 'deaf', words.deaf(session, last));
  }

  helped(session: SessionNumber, finding: Finding, step: RecoveryStep, what: string | undefined): void {
    const { words } = this.#options;
    const isClosed = finding === 'overlay' && step === 'nudge' && what !== undefined;
    this.#say(session, 'helped', isClosed ? words.closed(session, what) : words.helped(session, step));
  }

  gaveUp(session: SessionNumber, { screen }: Seen): void {
    this.#say(session, 'gave-up', this.#options.words.gaveUp(session, legible(screen)));
  }

  #say(session: SessionNumber, what: string, text: string): void {
    const { collector, clock } = this.#options;
    collector.announce(session, `recovery:${what}:${session}:${clock.now()}`, text);
  }
}
