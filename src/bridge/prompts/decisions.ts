import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { whyUnfit } from '../../model/prompt.ts';
import type { Decider, Prompt, PromptAnswer } from '../../model/prompt.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { PromptCards } from './prompt-cards.ts';

/** How long after an answer that may not have arrived the next try is, in milliseconds. */
const retryMs = 5_000;

/** The agent of a session as it is now. */
export interface AskingAgent {
  readonly generation: number;
  /** Undefined while it is not connected (yet). */
  readonly agent: Pick<RunningAgent, 'answer'> | undefined;
}

export interface DecisionsOptions {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
  readonly cards: PromptCards;
  /** Undefined when there is no such session. */
  readonly agentOf: (session: SessionNumber) => AskingAgent | undefined;
  /** An agent did not take an answer. */
  readonly notTaken: (id: string, error: unknown) => void;
  readonly onOutbox: () => void;
  /** A decision is on disk. */
  readonly onDecided?: (prompt: Prompt, answer: PromptAnswer, by: Decider) => void;
}

/**
 * People's decisions on their way to agents: first on disk, then handed over. Of two at once, one is first, and only for
 * the very request that it was shown for (I10). Who may decide is asked by whoever calls.
 */
export class Decisions {
  readonly #options: DecisionsOptions;
  /** Hand-overs that are tried again, by prompt. */
  readonly #retries = new Map<string, Cancel>();

  constructor(options: DecisionsOptions) {
    this.#options = options;
  }

  /** Decides, and waits until the agent was given the answer. @throws BridgeError as `claim`, and as `RunningAgent.answer`. */
  async decide(id: string, answer: PromptAnswer, by: Decider): Promise<void> {
    await this.claim(id, answer, by);
    await this.#handOver(id, answer);
  }

  /**
   * Decides, and returns as soon as the decision is on disk. An agent that is not connected is given it when it is; one that
   * does not take it is told in the card.
   *
   * @throws BridgeError as `claim`.
   */
  async send(id: string, answer: PromptAnswer, by: Decider): Promise<void> {
    await this.claim(id, answer, by);
    // What comes of it stands in the card.
    this.#handOver(id, answer).catch(() => undefined);
  }

  /**
   * Keeps a decision, for good: it is on disk when this returns.
   * @throws BridgeError `prompt-unknown`, `prompt-gone`, `answer-unfit`.
   */
  async claim(id: string, answer: PromptAnswer, by: Decider): Promise<void> {
    const { stores, clock, cards, log, onOutbox } = this.#options;
    const prompt = stores.prompts.get(id);
    if (!prompt) {
      throw new BridgeError('prompt-unknown', `There is no request "${id}".`, {
        advice: 'See what is open with: vai prompts.',
      });
    }
    if (!this.isOpen(prompt)) throw gone(id);
    requireFit(prompt, answer);
    // One step on disk: of two people at once, one is first.
    const isFirst = stores.transaction(() => {
      if (!stores.prompts.claimAnswer(id, answer, clock.now(), by)) return false;
      cards.refresh(id);
      return true;
    });
    if (!isFirst) throw gone(id);
    onOutbox();
    await stores.flushed();
    log.info({ session: prompt.session, prompt: id, answer: answer.behavior, by: by.from }, 'prompt decided');
    this.#options.onDecided?.(prompt, answer, by);
  }

  /** Whether it can still be decided: nobody has, and the agent that asked is the session's own. */
  isOpen({ state, session, generation }: Prompt): boolean {
    return state === 'open' && this.#options.agentOf(session)?.generation === generation;
  }

  /** Tries nothing again; whoever connects the agent hands over what was sent. */
  close(): void {
    for (const cancel of this.#retries.values()) cancel();
    this.#retries.clear();
  }

  async #handOver(id: string, answer: PromptAnswer): Promise<void> {
    const { stores, log, agentOf, notTaken } = this.#options;
    const prompt = stores.prompts.get(id);
    if (prompt?.state !== 'sent') return; // The agent told what became of it meanwhile.
    const asking = agentOf(prompt.session);
    // Whoever connects the agent hands over what was sent.
    if (!asking?.agent || asking.generation !== prompt.generation) return;
    try {
      await asking.agent.answer(id, answer);
    } catch (error) {
      log.warn({ session: prompt.session, prompt: id, error: describeError(error) }, 'answer was not taken');
      notTaken(id, error);
      this.#tryAgain(id, answer);
      throw error instanceof BridgeError && error.code === 'prompt-gone' ? gone(id) : error;
    }
  }

  /** An answer that nobody knows to have arrived is given again: that changes nothing for an agent that has it. */
  #tryAgain(id: string, answer: PromptAnswer): void {
    const { stores, clock } = this.#options;
    if (stores.prompts.get(id)?.state !== 'sent') return;
    this.#retries.get(id)?.();
    const retry = clock.after(retryMs, () => {
      this.#retries.delete(id);
      // What comes of it stands in the card.
      this.#handOver(id, answer).catch(() => undefined);
    });
    this.#retries.set(id, retry);
  }
}

function gone(id: string): BridgeError {
  return new BridgeError('prompt-gone', `Request "${id}" is not open any more.`, {
    advice: 'It was answered, decided at the terminal, or its agent ended. See: vai prompts.',
  });
}

function requireFit(prompt: Prompt, answer: PromptAnswer): void {
  const { kind, questions } = prompt;
  const isAsked = kind === 'question' || kind === 'form';
  // What exactly is asked may be known to the agent alone.
  if (isAsked && questions.length === 0 && answer.behavior === 'choose') return;
  const problem = whyUnfit(prompt, answer);
  if (problem) throw new BridgeError('answer-unfit', problem.sentence, { advice: problem.advice });
}
