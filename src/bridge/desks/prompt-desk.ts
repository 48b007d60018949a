import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Prompt, PromptAnswer, PromptKind } from '../../model/prompt.ts';
import type { PromptListing } from '../../contracts/bridge-api.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface PromptDeskOptions {
  readonly sessions: SessionManager;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
}

/** Lists what agents ask, and hands them people's decisions. Who may decide is asked by whoever calls. */
export class PromptDesk {
  readonly #options: PromptDeskOptions;

  constructor(options: PromptDeskOptions) {
    this.#options = options;
  }

  list(): readonly PromptListing[] {
    return this.#options.stores.prompts.listOpen().map(({ id, session, kind, tool, input, since }) => ({
      id,
      session,
      kind,
      tool,
      input,
      since: isoTime(since),
    }));
  }

  get(id: string): Prompt | undefined {
    return this.#options.stores.prompts.get(id);
  }

  /** @throws BridgeError `prompt-unknown`, `prompt-gone`, `agent-not-ready`, `answer-unfit`. */
  async answer(id: string, answer: PromptAnswer, by: string): Promise<void> {
    const { stores, clock, sessions, log } = this.#options;
    const prompt = this.get(id);
    if (!prompt) {
      throw new BridgeError('prompt-unknown', `There is no request "${id}".`, {
        advice: 'See what is open with: vai prompts.',
      });
    }
    const session = sessions.list().find((candidate) => candidate.entry.number === prompt.session);
    if (prompt.state !== 'open' || session?.record.generation !== prompt.generation) throw gone(id);
    const { agent } = session;
    if (!agent) {
      throw new BridgeError('agent-not-ready', `The agent of session ${prompt.session} is not connected yet.`, {
        advice: 'Try again in a moment.',
      });
    }
    requireFittingAnswer(prompt.kind, answer);
    // The claim is one step on disk: of two people at once, one is first (I10).
    if (!stores.prompts.claimAnswer(id, answer, clock.now(), { from: 'shell', name: by })) throw gone(id);
    try {
      await agent.answer(id, answer);
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'prompt-gone') {
        stores.prompts.move(id, 'overtaken', clock.now(), 'agent');
        throw gone(id);
      }
      // What the agent certainly did not take may be answered again.
      if (error instanceof BridgeError && error.happened === 'not-done') {
        stores.prompts.move(id, 'open', clock.now(), 'agent');
      }
      throw error;
    }
    log.info({ session: prompt.session, prompt: id, answer: answer.behavior, by }, 'prompt answered');
  }
}

function gone(id: string): BridgeError {
  return new BridgeError('prompt-gone', `Request "${id}" is not open any more.`, {
    advice: 'It was answered, decided at the terminal, or its agent ended. See: vai prompts.',
  });
}

function requireFittingAnswer(kind: PromptKind, answer: PromptAnswer): void {
  if (answer.behavior === 'deny' || (kind === 'question') === (answer.behavior === 'choose')) return;
  if (kind === 'question') {
    throw new BridgeError('answer-unfit', 'A question is answered with a choice, not with allow.', {
      advice: 'Use: vai answer <id> --choose "Question=Answer".',
    });
  }
  throw new BridgeError('answer-unfit', `A ${kind} is answered with allow or deny, not with a choice.`, {
    advice: 'Use: vai answer <id> allow|deny.',
  });
}
