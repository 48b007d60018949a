import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import type { OutboxItem, OutboxState } from '../../model/outbound.ts';
import type { Decider, Prompt, PromptAnswer } from '../../model/prompt.ts';
import type { Lifecycle, SessionEntry, SessionNumber } from '../../model/session.ts';
import type { Audit, AuditedDeed } from '../../contracts/audit.ts';
import type { Stores } from '../../contracts/stores.ts';

export interface DeedsOptions {
  readonly audit: Audit;
  readonly stores: Pick<Stores, 'inbox' | 'prompts'>;
  readonly clock: Clock;
}

/** Who does what nobody asked for by name. */
const itself = 'bridge';

/**
 * Writes into the audit what came of what was let in: what agents were given, what was decided, what was posted, which
 * sessions came and went. Ids and names of tools only, never a word of what was said. Knows nothing about who may do what.
 */
export class Deeds {
  readonly #options: DeedsOptions;
  readonly #lifecycles = new Map<SessionNumber, Lifecycle>();

  constructor(options: DeedsOptions) {
    this.#options = options;
  }

  /** The agent has the message. */
  messageGiven(id: string): void {
    this.#message('message-given', id, 'done');
  }

  /** No agent will get it. */
  messageRejected(id: string): void {
    this.#message('message-rejected', id, 'failed');
  }

  promptDecided({ id, session, tool }: Prompt, { behavior }: PromptAnswer, { from, userId }: Decider): void {
    const who = from === 'shell' ? 'local' : userId === undefined ? itself : `user ${userId}`;
    this.#note({ who, deed: 'prompt-decided', session, about: id, tool, answer: behavior, outcome: 'done' });
  }

  /** Somebody decided at the agent's own terminal. */
  promptClosedAtTerminal(id: string): void {
    const prompt = this.#options.stores.prompts.get(id);
    if (!prompt) return;
    const { session, tool } = prompt;
    this.#note({ who: 'terminal', deed: 'prompt-decided', session, about: id, tool, outcome: 'done' });
  }

  /** Something was to go out, and is, or never will. Reactions and edits are not worth a line. */
  posted({ key, channel, content }: OutboxItem, outcome: Exclude<OutboxState, 'pending'>): void {
    if (content.kind !== 'text') return;
    const is = outcome === 'posted' ? 'done' : 'failed';
    this.#note({ who: itself, deed: 'posted', channel, about: key, outcome: is });
  }

  sessionAdded({ number, channel }: SessionEntry): void {
    this.#note({ who: itself, deed: 'session-added', session: number, channel, outcome: 'done' });
  }

  sessionRemoved({ number, channel }: SessionEntry): void {
    this.#lifecycles.delete(number);
    this.#note({ who: itself, deed: 'session-removed', session: number, channel, outcome: 'done' });
  }

  /** Something about a session changed; kept is where it stands in its life. */
  sessionIs(session: SessionNumber, state: Lifecycle): void {
    if (this.#lifecycles.get(session) === state) return;
    this.#lifecycles.set(session, state);
    const outcome = state === 'failed' || state === 'lost' ? 'failed' : 'done';
    this.#note({ who: itself, deed: 'session-moved', session, state, outcome });
  }

  #message(deed: 'message-given' | 'message-rejected', id: string, outcome: 'done' | 'failed'): void {
    const message = this.#options.stores.inbox.get(id);
    if (!message) return;
    const { session, channel, source, authorId } = message;
    // Whether that is a person or a bot says the line about the message itself.
    const who = source === 'cli' ? 'local' : authorId === undefined ? itself : `author ${authorId}`;
    this.#note({ who, deed, session, channel, about: id, outcome });
  }

  #note(deed: Omit<AuditedDeed, 'at'>): void {
    const { audit, clock } = this.#options;
    audit.note({ at: isoTime(clock.now()), ...deed });
  }
}
