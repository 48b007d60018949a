import type { ChannelId } from '../../model/session.ts';

/**
 * Decides when a channel is told that many of its messages wait: when they have become more than the limit, and not
 * again until they were fewer than half of it. Knows nothing about words, or where messages wait.
 */
export class FloodNotice {
  readonly #limit: number;
  readonly #told = new Set<ChannelId>();

  /** @param limit as many may wait without a word. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** One more message of a channel waits, which makes `waiting` of them. Whether the channel is to be told now. */
  isDue(channel: ChannelId, waiting: number): boolean {
    if (waiting <= this.#limit / 2) this.#told.delete(channel);
    // Exactly one more: those that a restart finds were told of before it.
    return waiting === this.#limit + 1 && !this.#told.has(channel);
  }

  told(channel: ChannelId): void {
    this.#told.add(channel);
  }
}
