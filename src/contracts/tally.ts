import type { SettledState } from '../model/message.ts';
import type { OutboxState } from '../model/outbound.ts';
import type { SessionNumber } from '../model/session.ts';
import type { OutboundKind } from './stores.ts';

/**
 * Counts what came of messages and posts, for figures. Told in the step that settles them: a step that is undone and done
 * again may have been counted twice. It never throws.
 */
export interface Tally {
  /** @param afterMs since it was stored; milliseconds, not below 0. */
  messageSettled(news: {
    readonly session: SessionNumber;
    readonly outcome: SettledState;
    readonly afterMs: number;
  }): void;
  /** @param afterMs since it was put into the outbox; milliseconds, not below 0. */
  postSettled(news: {
    readonly kind: OutboundKind;
    readonly outcome: Exclude<OutboxState, 'pending'>;
    readonly afterMs: number;
  }): void;
}
