import { AutoRecovery } from '../bridge/recovery/auto-recovery.ts';
import type { ReplyCollector } from '../bridge/replies/reply-collector.ts';
import type { ManagedSession } from '../bridge/session/managed-session.ts';
import { wordsIn } from '../bridge/words.ts';
import type { Gauges } from '../contracts/gauges.ts';
import type { RecoveryBook } from '../contracts/recovery.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Ground } from './ground.ts';

export interface RecoveryOptions {
  readonly stores: Pick<Stores, 'inbox'>;
  readonly gauges: Pick<Gauges, 'trees'>;
  readonly collector: Pick<ReplyCollector, 'announce'>;
  readonly book: RecoveryBook;
  readonly sessions: () => readonly ManagedSession[];
}

/** Puts together what looks after sessions that do not move. Starts nothing. */
export function furnishRecovery(
  { config, clock, log }: Pick<Ground, 'config' | 'clock' | 'log'>,
  options: RecoveryOptions,
): AutoRecovery {
  return new AutoRecovery({
    ...options,
    clock,
    log,
    intervalMs: config.recoveryInterval,
    patienceMs: config.recoveryPatience,
    words: wordsIn(config.language).recovery,
  });
}
