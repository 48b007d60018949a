import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { ChannelId } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { PromptWords } from '../words/prompts.ts';
import { plain } from './card-text.ts';
import { promptCard } from './card.ts';
import { defaultFor } from './prompt-policy.ts';
import type { PromptPolicy } from './prompt-policy.ts';

export interface PromptCardsOptions {
  readonly stores: Stores;
  readonly words: { readonly prompts: PromptWords };
  readonly clock: Clock;
  readonly policy: PromptPolicy;
}

/**
 * The card of each prompt: posted once, and changed whenever the prompt is. Everything goes through the outbox; whoever
 * calls it opens the transaction of what it shows. Knows nothing about agents and who may decide.
 */
export class PromptCards {
  readonly #options: PromptCardsOptions;

  constructor(options: PromptCardsOptions) {
    this.#options = options;
  }

  /** Shows a prompt that is new. @param message the inbox message that it belongs to, if any. */
  post(prompt: Prompt, channel: ChannelId, message?: string): void {
    const { stores, clock, words, policy } = this.#options;
    const { text, controls, files } = promptCard(prompt, words.prompts, defaultFor(prompt, policy));
    stores.outbox.append({
      key: cardKey(prompt.id),
      channel,
      content: {
        kind: 'text',
        text,
        ...(controls.length > 0 ? { controls } : {}),
        ...(files.length > 0 ? { files } : {}),
      },
      message,
      createdAt: clock.now(),
    });
  }

  /** Shows a prompt as it is now, where its card stands. */
  refresh(id: string): void {
    const { stores, clock, words, policy } = this.#options;
    const prompt = stores.prompts.get(id);
    const card = prompt && stores.outbox.get(cardKey(id));
    if (!card) return;
    const { text, controls } = promptCard(prompt, words.prompts, defaultFor(prompt, policy));
    stores.outbox.append({
      key: `prompt-card:${id}:${newUuid()}`,
      channel: card.channel,
      content: { kind: 'edit', of: cardKey(id), text, controls },
      message: card.message,
      createdAt: clock.now(),
    });
    if (prompt.state !== 'open') this.#dropReminders(id, card.channel);
  }

  /** Whether its card is out, and no reminder of it waits: another one would say nothing more. */
  mayRemind({ id }: Prompt): boolean {
    const { stores } = this.#options;
    const card = stores.outbox.get(cardKey(id));
    return card?.state === 'posted' && this.#waitingReminders(id, card.channel).length === 0;
  }

  /**
   * Says something about a prompt below its card, once per key.
   * @param pings users who are notified; their mention stands in the text.
   */
  say(prompt: Prompt, key: string, text: string, pings: readonly string[] = []): boolean {
    const { stores, clock } = this.#options;
    const card = stores.outbox.get(cardKey(prompt.id));
    if (!card) return false;
    const [replyTo] = card.sentIds;
    return stores.outbox.append({
      key,
      channel: card.channel,
      content: {
        kind: 'text',
        text,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(pings.length > 0 ? { pings } : {}),
      },
      message: card.message,
      createdAt: clock.now(),
    });
  }

  /** What was decided while a channel was closed or the chat away needs no reminder any more. */
  #dropReminders(id: string, channel: ChannelId): void {
    const { stores, clock } = this.#options;
    for (const key of this.#waitingReminders(id, channel)) {
      stores.outbox.settle(key, 'dropped', clock.now(), 'the request is decided');
    }
  }

  #waitingReminders(id: string, channel: ChannelId): readonly string[] {
    const pending = this.#options.stores.outbox.pending(channel, 'text');
    return pending.map(({ key }) => key).filter((key) => key.startsWith(reminderKey(id, '')));
  }

  /** Nobody answered until the agent gave up: that is never silent. */
  sayExpired(prompt: Prompt): void {
    const text = this.#options.words.prompts.expiredReminder(prompt.kind, plain(prompt.tool, 80));
    this.say(prompt, `prompt-closed:${prompt.id}`, text);
  }
}

/** The key of one of a prompt's reminders in the outbox. */
export function reminderKey(id: string, number: number | ''): string {
  return `prompt-reminder:${id}:${number}`;
}

/** The card's key in the outbox. */
export function cardKey(id: string): string {
  return `prompt:${id}`;
}
