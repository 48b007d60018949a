import type { ChannelId } from '../../model/session.ts';
import type { Facts } from '../../contracts/stores.ts';

const factName = 'bot-messages';

/** How many channels are remembered: those where a bot spoke last. */
const mostChannels = 100;

export interface LoopBudgetOptions {
  readonly facts: Facts;
  /** As many messages of bots are taken in a channel before a person must speak there. */
  readonly limit: number;
}

/**
 * Counts what bots said in a channel and its threads since a person spoke there, also over restarts: a bot that answers
 * the agent and is answered by it must not go on for ever. Knows nothing about who may speak.
 */
export class LoopBudget {
  readonly #options: LoopBudgetOptions;

  constructor(options: LoopBudgetOptions) {
    this.#options = options;
  }

  /** One more message of a bot. `just-spent` for the first that is too much. */
  spend(channel: ChannelId): 'within' | 'just-spent' | 'spent' {
    const { facts, limit } = this.#options;
    const counts = this.#read();
    const count = Math.min((counts.get(channel) ?? 0) + 1, limit + 2);
    counts.delete(channel);
    counts.set(channel, count);
    facts.set(factName, JSON.stringify([...counts].slice(-mostChannels)));
    if (count <= limit) return 'within';
    return count === limit + 1 ? 'just-spent' : 'spent';
  }

  /** A person spoke. */
  reset(channel: ChannelId): void {
    const counts = this.#read();
    if (counts.delete(channel)) this.#options.facts.set(factName, JSON.stringify([...counts]));
  }

  #read(): Map<string, number> {
    return new Map(JSON.parse(this.#options.facts.get(factName) ?? '[]') as [string, number][]);
  }
}
