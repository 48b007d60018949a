import type { Clock } from '../../base/clock.ts';
import type { AgentEvent } from '../../model/agent.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ChannelVoice } from './channel-voice.ts';
import type { TurnReports } from './turn-reports.ts';
import type { Words } from '../words.ts';

export interface PromptReportsOptions {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  readonly voice: ChannelVoice;
  readonly turns: TurnReports;
}

/**
 * What agents ask people: kept, told in the channel of its turn, and closed when the agent waits no longer. Whoever calls
 * it opens the transaction. Knows nothing about who may answer.
 */
export class PromptReports {
  readonly #options: PromptReportsOptions;

  constructor(options: PromptReportsOptions) {
    this.#options = options;
  }

  opened(session: SessionNumber, generation: number, event: Extract<AgentEvent, { kind: 'prompt-opened' }>): void {
    const { stores, clock, words, voice, turns } = this.#options;
    const { id, turn, prompt, tool, input, grants = [], questions = [] } = event;
    const since = clock.now();
    const isNew = stores.prompts.open({ id, session, generation, kind: prompt, tool, input, grants, questions, since });
    const channel = turns.channelOfTurn(session, turn);
    if (!isNew || channel === undefined) return;
    const record = turn === undefined ? stores.turns.current(session) : stores.turns.get(session, turn);
    voice.post(`prompt:${id}`, channel, words.promptOpened({ id, kind: prompt, tool, input }), record?.message);
  }

  closed(session: SessionNumber, { id, by }: Extract<AgentEvent, { kind: 'prompt-closed' }>): void {
    const { stores, clock, words, voice, turns } = this.#options;
    const to = by === 'bridge' ? 'applied' : by === 'expired' ? 'expired' : 'overtaken';
    if (!stores.prompts.move(id, to, clock.now(), by)) return;
    const channel = turns.channelOfTurn(session, undefined);
    if (channel === undefined) return;
    const message = stores.turns.latest(session)?.message;
    if (by === 'desk') voice.post(`prompt-closed:${id}`, channel, words.promptDecidedAtDesk(id), message);
    if (by === 'expired') voice.post(`prompt-closed:${id}`, channel, words.promptExpired(id), message);
  }
}
