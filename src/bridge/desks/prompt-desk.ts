import { isoTime } from '../../base/clock.ts';
import type { Actor } from '../../model/access.ts';
import type { Decider, Prompt, PromptAnswer } from '../../model/prompt.ts';
import type { PromptListing } from '../../contracts/bridge-api.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { Decisions } from '../prompts/decisions.ts';

export interface PromptDeskOptions {
  readonly stores: Stores;
  readonly decisions: Decisions;
}

/** Lists what agents ask, and takes people's decisions. Who may decide is asked by whoever calls. */
export class PromptDesk {
  readonly #options: PromptDeskOptions;

  constructor(options: PromptDeskOptions) {
    this.#options = options;
  }

  list(): readonly PromptListing[] {
    const { stores } = this.#options;
    return stores.prompts.listOpen().map(({ id, session, kind, tool, input, grants, questions, since }) => {
      const card = stores.outbox.get(`prompt:${id}`);
      const [messageId] = card?.sentIds ?? [];
      return {
        id,
        session,
        kind,
        tool,
        input,
        grants,
        questions,
        since: isoTime(since),
        ...(card ? { channel: card.channel } : {}),
        ...(messageId === undefined ? {} : { messageId }),
      };
    });
  }

  get(id: string): Prompt | undefined {
    return this.#options.stores.prompts.get(id);
  }

  /** @throws BridgeError `prompt-unknown`, `prompt-gone`, `answer-unfit`, and as `RunningAgent.answer`. */
  answer(id: string, answer: PromptAnswer, actor: Actor): Promise<void> {
    return this.#options.decisions.decide(id, answer, deciderOf(actor));
  }
}

function deciderOf(actor: Actor): Decider {
  return actor.kind === 'local' || actor.kind === 'pane' || actor.kind === 'probe'
    ? { from: 'shell', name: 'cli' }
    : { from: 'chat', name: actor.name, userId: actor.id };
}
