import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Gate } from '../bridge/access/gate.ts';
import { Decisions } from '../bridge/prompts/decisions.ts';
import { PromptActs } from '../bridge/prompts/prompt-acts.ts';
import { PromptCards } from '../bridge/prompts/prompt-cards.ts';
import type { PromptPolicy } from '../bridge/prompts/prompt-policy.ts';
import { PromptReminders } from '../bridge/prompts/prompt-reminders.ts';
import type { ReplyCollector } from '../bridge/replies/reply-collector.ts';
import type { SessionManager } from '../bridge/session/session-manager.ts';
import type { Words } from '../bridge/words.ts';
import type { Config } from '../config/settings.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Decider, Prompt, PromptAnswer } from '../model/prompt.ts';

export interface PromptsOptions {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: PromptPolicy;
  readonly gate: Gate;
  readonly sessions: SessionManager;
  readonly collector: ReplyCollector;
  readonly owners: () => readonly string[];
  readonly onOutbox: () => void;
  readonly onDecided?: (prompt: Prompt, answer: PromptAnswer, by: Decider) => void;
}

/** Everything between what agents ask and people's decisions. */
export interface Prompts {
  readonly decisions: Decisions;
  readonly acts: PromptActs;
  readonly reminders: PromptReminders;
}

/** What the owner configured about requests. */
export function promptPolicyOf(config: Config): PromptPolicy {
  const { promptRemindAfter, promptDefaultAnswer, promptDefaultAfter } = config;
  return { remindAfter: promptRemindAfter, defaultAnswer: promptDefaultAnswer, defaultAfter: promptDefaultAfter };
}

/** Puts together how requests are decided. Starts nothing. */
export function furnishPrompts(options: PromptsOptions): Prompts {
  const cards = new PromptCards(options);
  const decisions = new Decisions({
    ...options,
    cards,
    agentOf: (number) => {
      const session = options.sessions.list().find(({ entry }) => entry.number === number);
      return session && { generation: session.record.generation, agent: session.agent };
    },
    notTaken: (id, error) => {
      options.collector.answerNotTaken(id, error);
    },
  });
  return {
    decisions,
    acts: new PromptActs({ ...options, cards, decisions }),
    reminders: new PromptReminders({ ...options, cards, decisions }),
  };
}
