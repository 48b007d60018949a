import type { Cancel, Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { canAcceptMessage } from '../../model/agent.ts';
import type { AgentState } from '../../model/agent.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';

/** How long an idle agent may take to begin with what lies in its own queue, in milliseconds. */
const takenWithinMs = 3_000;

export interface AgentQueueOptions {
  readonly session: SessionNumber;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
  /** What was steered may have to be looked up now. */
  readonly wake: () => void;
}

/**
 * What lies in the agent's own queue: confirmed, and not yet part of a turn. An idle agent takes it at once; when it
 * does not, somebody at the terminal took it out, and it is looked up (I4). Knows nothing about how it got there.
 */
export class AgentQueue {
  readonly #options: AgentQueueOptions;
  /** False when there is certainly nothing in it. */
  #mayHold = true;
  #patience: Cancel | undefined;
  #isOver = false;

  constructor(options: AgentQueueOptions) {
    this.#options = options;
  }

  /** A message was put into it. */
  filled(): void {
    this.#mayHold = true;
  }

  /** How many messages lie in it, as far as is known. Begins to wait when the agent is idle. */
  observe(state: AgentState): number {
    if (!this.#mayHold) return 0;
    const { session, stores, clock, log } = this.#options;
    const isIdle = canAcceptMessage(state);
    if (isIdle && this.#isOver) {
      const count = stores.inbox.markUncertain('steered', clock.now(), session);
      if (count > 0) log.warn({ session, count }, 'an idle agent left messages in its own queue');
    }
    const count = stores.inbox.unsettled(session).filter((message) => message.state === 'steered').length;
    this.#mayHold = count > 0;
    if (!isIdle || count === 0) this.close();
    else this.#patience ??= clock.after(takenWithinMs, () => this.#giveUpWaiting());
    return count;
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#patience?.();
    this.#patience = undefined;
    this.#isOver = false;
  }

  #giveUpWaiting(): void {
    this.#isOver = true;
    this.#options.wake();
  }
}
