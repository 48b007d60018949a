/** A message that certainly did not arrive although the agent was ready is tried this often. */
const maxTries = 3;

/** An agent that cannot be asked whether it has a message is asked this often. */
const maxQuestions = 10;

/**
 * Counts what was tried in vain for each message, so that nothing is tried for ever. Knows nothing about what was tried.
 */
export class Tries {
  readonly #deliveries = new Map<string, number>();
  readonly #questions = new Map<string, number>();
  #inVain = 0;
  #hasFailed = false;

  /** How many deliveries in a row the agent did not take, of whatever messages. */
  get inVain(): number {
    return this.#inVain;
  }

  /** Whether the last delivery was in vain, for whatever reason. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * One more delivery was in vain. Returns whether it was the last.
   *
   * @param isDeaf whether the agent did not react: another reason, like a text that cannot be typed or somebody at its
   * terminal, says nothing about it.
   */
  delivered(message: string, isDeaf: boolean): boolean {
    this.#hasFailed = true;
    if (isDeaf) this.#inVain += 1;
    return count(this.#deliveries, message) >= maxTries;
  }

  /** One more question was not answered. Returns whether it was the last. */
  asked(message: string): boolean {
    return count(this.#questions, message) >= maxQuestions;
  }

  /** A question was answered: the next ones are counted anew. */
  answered(message: string): void {
    this.#questions.delete(message);
  }

  /** The message has arrived. */
  arrived(message: string): void {
    this.#inVain = 0;
    this.#hasFailed = false;
    this.forget(message);
  }

  /** Nobody tries any more. */
  forget(message: string): void {
    this.#deliveries.delete(message);
    this.#questions.delete(message);
  }
}

function count(counts: Map<string, number>, message: string): number {
  const times = (counts.get(message) ?? 0) + 1;
  counts.set(message, times);
  return times;
}
