import type { Log } from '../base/log.ts';
import type { ActAnswer, ChatAct, ChatDeed } from '../contracts/chat.ts';
import type { ActWords } from './words/acts.ts';

/** Takes what people do with the controls, forms and commands that are its own. Asks the access question itself (I9). */
export interface ActTaker {
  act(act: ChatAct): Promise<ActAnswer>;
}

export interface ActsOptions {
  /** By what the ids of their controls and forms begin with: `file:`. */
  readonly takers: ReadonlyMap<string, ActTaker>;
  /** Takes the commands. */
  readonly commands?: ActTaker;
  readonly words: ActWords;
  readonly log: Log;
}

/** The one way for what people do in the chat: to whoever the control belongs to. Knows nothing about what comes of it. */
export class Acts {
  readonly #options: ActsOptions;

  constructor(options: ActsOptions) {
    this.#options = options;
  }

  /** @throws as whoever takes it. */
  take(act: ChatAct): Promise<ActAnswer> {
    const { words, log } = this.#options;
    const taker = this.#takerOf(act.deed);
    if (taker) return taker.act(act);
    log.warn({ channel: act.channel, kind: act.deed.kind }, 'an act that nobody takes');
    return Promise.resolve({ kind: 'private', text: words.notUnderstood });
  }

  #takerOf(deed: ChatDeed): ActTaker | undefined {
    switch (deed.kind) {
      case 'press':
      case 'choose':
        return this.#byPrefix(deed.control);
      case 'submit':
        return this.#byPrefix(deed.form);
      case 'command':
      case 'message-command':
        return this.#options.commands;
    }
  }

  #byPrefix(id: string): ActTaker | undefined {
    return this.#options.takers.get(id.slice(0, id.indexOf(':') + 1));
  }
}
