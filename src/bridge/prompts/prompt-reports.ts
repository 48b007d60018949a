import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { AgentEvent } from '../../model/agent.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { PromptCards } from './prompt-cards.ts';

export interface PromptReportsOptions {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly cards: PromptCards;
  /** Where a turn's words go; without a turn, where the last one's went. */
  readonly channelOfTurn: (session: SessionNumber, turn: string | undefined) => ChannelId | undefined;
}

/**
 * What agents ask people: kept, shown in the channel of its turn, and closed when the agent waits no longer. Whoever calls
 * it opens the transaction. Knows nothing about who may answer.
 */
export class PromptReports {
  readonly #options: PromptReportsOptions;

  constructor(options: PromptReportsOptions) {
    this.#options = options;
  }

  opened(session: SessionNumber, generation: number, event: Extract<AgentEvent, { kind: 'prompt-opened' }>): void {
    const { stores, clock, cards, channelOfTurn } = this.#options;
    const { id, turn, prompt, tool, input, grants = [], questions = [] } = event;
    const asked = { id, session, generation, kind: prompt, tool, input, grants, questions, since: clock.now() };
    const isNew = stores.prompts.open(asked);
    const channel = channelOfTurn(session, turn);
    if (!isNew || channel === undefined) return;
    const record = turn === undefined ? stores.turns.current(session) : stores.turns.get(session, turn);
    cards.post({ ...asked, state: 'open' }, channel, record?.message);
  }

  closed(_session: SessionNumber, { id, by }: Extract<AgentEvent, { kind: 'prompt-closed' }>): void {
    const { stores, clock, cards } = this.#options;
    const to = by === 'bridge' ? 'applied' : by === 'expired' ? 'expired' : 'overtaken';
    // One that was opened again because its answer seemed lost was decided all the same.
    const isClosed =
      stores.prompts.move(id, to, clock.now(), by) || stores.prompts.move(id, 'overtaken', clock.now(), by);
    if (!isClosed) return;
    cards.refresh(id);
    const prompt = stores.prompts.get(id);
    if (prompt && by === 'expired') cards.sayExpired(prompt);
  }

  /** The agent is gone, and with it all that it asked. */
  agentEnded(session: SessionNumber): void {
    const { stores, clock, cards } = this.#options;
    for (const id of stores.prompts.closeAll(session, 'overtaken', clock.now(), 'agent-ended')) cards.refresh(id);
  }

  /** An agent did not take an answer that was sent to it. Of one that it may have, its next event tells. */
  notTaken(id: string, error: unknown): void {
    const { stores, clock, cards } = this.#options;
    if (!(error instanceof BridgeError) || error.happened === 'unknown') return;
    // What the agent certainly did not take may be decided again.
    const to = error.code === 'prompt-gone' ? 'overtaken' : 'open';
    if (stores.prompts.move(id, to, clock.now(), 'agent')) cards.refresh(id);
  }
}
