import type { PromptQueue, QueuedPrompt } from './prompt-queue.ts';
import type { Teller } from './teller.ts';
import type { LocatedEntry } from './transcript.ts';
import type { TurnBook } from './turn-book.ts';

export interface QueueWatchOptions {
  readonly queue: PromptQueue;
  readonly turns: Pick<TurnBook, 'knows' | 'take' | 'beginQueued' | 'interrupt'>;
  readonly teller: Teller;
  /** Bytes the transcript has now. */
  readonly transcriptSize: () => number;
  /** Its entries from a byte offset on. */
  readonly locateEntries: (from: number) => readonly LocatedEntry[];
  /** Why a turn ended that gave way to the queue without saying that it ended. */
  readonly whyInterrupted: () => string;
}

/**
 * An agent that has been idle this long (milliseconds) began no turn with what left its queue; and this long, has nothing
 * in it.
 */
const idleMs = { leaving: 1000, empty: 5000 };

/**
 * Follows what lies in the agent's own queue, and tells what becomes of it. Hooks tell what goes in; what comes out is
 * only in the agent's record. Knows nothing about the turns themselves.
 */
export class QueueWatch {
  readonly #options: QueueWatchOptions;
  /** Fates are being told: decided again they would be told twice. */
  #isTelling = false;
  /** So many prompts have left the queue for a turn that has not been recorded. */
  #leaving = 0;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#options.queue.isEmpty;
  }

  /** A prompt went in. On disk when this returns. `from`: where in the transcript its fate can be; default: from now on. */
  add(prompt: QueuedPrompt, from?: number): void {
    this.#options.queue.add(prompt, from ?? this.#options.transcriptSize());
  }

  /** See `PromptQueue.hear`. */
  hear(id: string, text: string, of: 'unheard' | 'any'): boolean {
    return this.#options.queue.hear(id, text, of);
  }

  /** Tells what became of the prompts, as far as the record says it. `heardOf`: turns that certainly run. */
  observe(heardOf: ReadonlySet<string> = new Set()): void {
    const { queue, turns, teller, locateEntries, whyInterrupted } = this.#options;
    if (queue.isEmpty || this.#isTelling) return;
    const from = queue.readFrom;
    const isTurn = (turn: string): boolean => heardOf.has(turn) || turns.knows(turn);
    const { fates, readTo, leaving } = queue.decide(locateEntries(from), isTurn);
    this.#leaving = leaving;
    if (fates.length === 0) {
      queue.settle(fates, readTo);
      return;
    }
    for (const fate of fates) {
      if (fate.kind === 'began') turns.beginQueued(fate, whyInterrupted(), from);
      else if (fate.prompt.message === undefined) continue;
      else if (fate.kind === 'absorbed') turns.take(fate.prompt.turn, fate.prompt.message);
      else teller.tell({ kind: 'message-returned', message: fate.prompt.message });
    }
    this.#settle(fates, readTo);
  }

  /**
   * The agent has had nothing to do for so long. A turn that is stopped before the agent said anything is never
   * recorded, and what left the queue for it is back in the box: that turn is told under an id of ours. What else we
   * thought to lie in the queue became part of no turn.
   */
  idleFor(milliseconds: number): void {
    const { queue, turns, teller, whyInterrupted } = this.#options;
    if (queue.isEmpty || this.#isTelling) return;
    if (this.#leaving > 0 && milliseconds > idleMs.leaving) {
      const prompts = queue.prompts.slice(0, this.#leaving);
      const turn = `stopped:${prompts[0]?.id ?? ''}`;
      const fate = { kind: 'began', turn, prompts, at: undefined } as const;
      turns.beginQueued(fate, whyInterrupted(), queue.readFrom);
      turns.interrupt(turn, whyInterrupted());
      this.#settle([fate], undefined);
    } else if (milliseconds > idleMs.empty) {
      const fates = queue.prompts.map((prompt) => ({ kind: 'returned', prompt }) as const);
      for (const { message } of queue.prompts)
        if (message !== undefined) teller.tell({ kind: 'message-returned', message });
      this.#settle(fates, undefined);
    }
  }

  /** The agent is gone, and its queue with it. */
  agentEnded(): void {
    this.observe();
    this.#options.teller.then(() => this.#options.queue.drop());
  }

  #settle(fates: Parameters<PromptQueue['settle']>[0], readTo: number | undefined): void {
    this.#isTelling = true;
    this.#options.teller.then(() => {
      this.#options.queue.settle(fates, readTo);
      this.#isTelling = false;
    });
  }
}
