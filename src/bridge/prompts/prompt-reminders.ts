import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { Gate } from '../access/gate.ts';
import type { PromptWords } from '../words/prompts.ts';
import { plain } from './card-text.ts';
import type { Decisions } from './decisions.ts';
import { cardKey, reminderKey } from './prompt-cards.ts';
import type { PromptCards } from './prompt-cards.ts';
import { defaultFor, remindersDue } from './prompt-policy.ts';
import type { PromptPolicy } from './prompt-policy.ts';

export interface PromptRemindersOptions {
  readonly stores: Stores;
  readonly words: { readonly prompts: PromptWords };
  readonly clock: Clock;
  readonly log: Log;
  readonly cards: PromptCards;
  readonly decisions: Decisions;
  readonly policy: PromptPolicy;
  readonly gate: Pick<Gate, 'consider'>;
  /** The owners' user ids at the chat server. */
  readonly owners: () => readonly string[];
  readonly onOutbox: () => void;
}

/** How often is looked whether something is due, at most and at least, in milliseconds. */
const rarestMs = 30_000;
const oftenMs = 250;

/**
 * Sees to it that what agents ask is not forgotten: reminds whoever may decide, and gives the owner's default answer when
 * there is one and its time has come. What was said is on disk; after a rest only the newest reminder is said. Owns its timer.
 */
export class PromptReminders {
  readonly #options: PromptRemindersOptions;
  #cancel: Cancel | undefined;

  constructor(options: PromptRemindersOptions) {
    this.#options = options;
  }

  /** Begins, with what became due while nobody looked. */
  start(): void {
    const { clock, policy } = this.#options;
    const { remindAfter, defaultAnswer, defaultAfter } = policy;
    const spans = [...remindAfter, ...(defaultAnswer === 'none' ? [] : [defaultAfter])];
    if (spans.length === 0) return;
    this.look();
    const every = Math.min(rarestMs, Math.max(oftenMs, Math.min(...spans) / 10));
    this.#cancel = clock.every(every, () => this.look());
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Does what is due now. Never throws. */
  look(): void {
    const { stores, log } = this.#options;
    try {
      for (const prompt of stores.prompts.listOpen()) {
        if (!this.#decideByDefault(prompt)) this.#remind(prompt);
      }
    } catch (error) {
      log.error({ error: describeError(error) }, 'reminders could not be given; they are tried again');
    }
  }

  #decideByDefault(prompt: Prompt): boolean {
    const { clock, decisions, policy, log } = this.#options;
    const chosen = defaultFor(prompt, policy);
    if (!chosen || chosen.at > clock.now() || !decisions.isOpen(prompt)) return false;
    const answer = { behavior: chosen.behavior } as const;
    decisions.send(prompt.id, answer, { from: 'default', name: 'default' }).catch((error: unknown) => {
      const isLate = error instanceof BridgeError && error.code === 'prompt-gone';
      if (!isLate) log.error({ prompt: prompt.id, error: describeError(error) }, 'a default answer was not given');
    });
    return true;
  }

  #remind(prompt: Prompt): void {
    const { clock, words, cards, decisions, policy, stores, onOutbox } = this.#options;
    const { id, since, kind, tool } = prompt;
    const due = remindersDue(since, clock.now(), policy.remindAfter);
    const key = reminderKey(id, due);
    if (due === 0 || stores.outbox.get(key) || !decisions.isOpen(prompt) || !cards.mayRemind(prompt)) return;
    const pings = this.#whomToAsk(prompt);
    const mentions = pings.map((user) => `<@${user}>`).join(' ');
    const text = words.prompts.reminder(kind, plain(tool, 80), mentions, `<t:${Math.round(since / 1000)}:R>`);
    if (cards.say(prompt, key, text, pings)) onOutbox();
  }

  /** Who began it, if they may decide it; else the owners. */
  #whomToAsk({ id, kind, session }: Prompt): readonly string[] {
    const { stores, gate, owners } = this.#options;
    const message = stores.outbox.get(cardKey(id))?.message;
    const author = message === undefined ? undefined : stores.inbox.get(message);
    if (author?.authorId === undefined) return owners();
    const person = { kind: 'human', id: author.authorId, name: author.authorName } as const;
    const action = kind === 'trust' ? 'manage' : 'decide-prompt';
    return gate.consider(person, action, session).allowed ? [author.authorId] : owners();
  }
}
