import type { AgentState } from '../../model/agent.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ChannelVoice } from './channel-voice.ts';
import type { PromptWords } from '../words/prompts.ts';

export interface LoginNoticesOptions {
  readonly stores: Pick<Stores, 'facts'>;
  readonly voice: ChannelVoice;
  readonly words: { readonly prompts: PromptWords };
}

/**
 * What was said because an agent needs a login: it reads that this is over as soon as it is, also after a restart. Whoever
 * calls it opens the transaction. Knows nothing about how agents log in.
 */
export class LoginNotices {
  readonly #options: LoginNoticesOptions;

  constructor(options: LoginNoticesOptions) {
    this.#options = options;
  }

  /** A notice stands in a channel, under this key of the outbox. */
  said(session: SessionNumber, key: string): void {
    const { facts } = this.#options.stores;
    const keys = this.#keys(session);
    if (!keys.includes(key)) facts.set(factOf(session), JSON.stringify([...keys, key]));
  }

  /** Whether this state shows that nobody needs to log in any more, and somebody was told to. */
  isOver(session: SessionNumber, { activity }: AgentState): boolean {
    return (activity === 'idle' || activity === 'busy') && this.#keys(session).length > 0;
  }

  /** Says so, in the place of the notices. */
  end(session: SessionNumber): void {
    const { stores, voice, words } = this.#options;
    for (const key of this.#keys(session)) voice.change(`${key}:over`, key, words.prompts.loggedIn());
    stores.facts.delete(factOf(session));
  }

  /** The session is no more. */
  forget(session: SessionNumber): void {
    this.#options.stores.facts.delete(factOf(session));
  }

  #keys(session: SessionNumber): readonly string[] {
    return JSON.parse(this.#options.stores.facts.get(factOf(session)) ?? '[]') as readonly string[];
  }
}

function factOf(session: SessionNumber): string {
  return `login-notices:${session}`;
}
