import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent, TurnOutcome } from '../../model/agent.ts';
import { isSettled } from '../../model/message.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { Stores, TurnRecord } from '../../contracts/stores.ts';
import type { ChannelVoice } from './channel-voice.ts';
import type { Words } from '../words.ts';

/** How much of a text that was typed at the terminal is shown in the channel, in characters. */
const relayLimit = 1500;

export interface TurnReportsOptions {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly voice: ChannelVoice;
  /** The channel of a session as mapped now; undefined when it was removed. */
  readonly channelOf: (session: SessionNumber) => ChannelId | undefined;
  /** An agent has a message; called inside the transaction. */
  readonly onGiven: (message: string) => unknown;
}

/**
 * What becomes of messages in an agent's turns: which turn took which message, and how each ended. Every message of a
 * turn gets its own outcome. Whoever calls it opens the transaction. Knows nothing about what is said in turns.
 */
export class TurnReports {
  readonly #options: TurnReportsOptions;

  constructor(options: TurnReportsOptions) {
    this.#options = options;
  }

  /** The agent has the message: by its confirmation, or found afterwards. Harmless to repeat. */
  acknowledge(messageId: string, turn: string | undefined): void {
    const { stores, clock, voice } = this.#options;
    const message = stores.inbox.get(messageId);
    if (!message) return;
    // Something else was heard of the turn before: the message is part of it all the same, and shares its outcome.
    if (turn !== undefined && stores.turns.get(message.session, turn)) {
      this.takeIn(message.session, turn, messageId);
      return;
    }
    this.#settleAsHad(message);
    if (turn !== undefined) {
      stores.turns.begin({
        session: message.session,
        turn,
        channel: message.channel,
        message: messageId,
        startedAt: clock.now(),
      });
    }
    voice.react(messageId, 'delivered');
  }

  start(session: SessionNumber, event: Extract<AgentEvent, { kind: 'turn-started' }>): void {
    const { stores, clock, words, channelOf, voice } = this.#options;
    if (event.by === 'bridge' && stores.inbox.get(event.message)) {
      this.acknowledge(event.message, event.turn);
      return;
    }
    // At the desk people speak in the session's own channel; what the agent starts by itself goes on where it was.
    const channel = event.by === 'agent' ? this.channelOfTurn(session, undefined) : channelOf(session);
    if (channel === undefined) return;
    const isNew = stores.turns.begin({
      session,
      turn: event.turn,
      channel,
      message: undefined,
      startedAt: clock.now(),
    });
    if (isNew && event.by === 'desk') {
      // A person may have made a line before the first word.
      const text = words.shortened(event.text.trim(), relayLimit);
      voice.post(`desk:${session}:${event.turn}`, channel, words.typedAtDesk(text));
    }
  }

  /** A message that lay in the agent's own queue is part of a turn now: it shares the turn's outcome. */
  takeIn(session: SessionNumber, turn: string, messageId: string): void {
    const { stores, clock, words, voice } = this.#options;
    const message = stores.inbox.get(messageId);
    const record = message && this.turnOf(session, turn);
    if (!record) return;
    const isNew = stores.turns.join(session, turn, messageId, clock.now());
    this.#settleAsHad(message);
    voice.react(messageId, 'delivered');
    // The turn was over before anybody told what it had taken in.
    if (isNew && record.outcome !== undefined) {
      this.#tellOutcome(record, messageId, record.outcome, outcomeText(words, record.outcome, undefined));
    }
  }

  /** A turn is over; nothing happens when that is known already. */
  end(session: SessionNumber, event: Extract<AgentEvent, { kind: 'turn-ended' }>): void {
    const { stores, clock, words, log } = this.#options;
    const { turn, outcome, reason } = event;
    const record = this.turnOf(session, turn);
    if (!record || !stores.turns.end(session, turn, outcome, clock.now())) return;
    this.#conclude(record, outcome, outcomeText(words, outcome, reason));
    log.info({ session, turn, outcome }, 'turn ended');
  }

  /** The agent is gone: its open turns are lost. */
  endAll(session: SessionNumber, tell: string): void {
    const { stores, clock } = this.#options;
    for (const turn of stores.turns.endAll(session, 'lost', clock.now())) this.#conclude(turn, 'lost', tell);
  }

  /** The turn of an event; one that nobody announced is begun in the session's channel. */
  turnOf(session: SessionNumber, turn: string): TurnRecord | undefined {
    const { turns } = this.#options.stores;
    if (!turns.get(session, turn)) this.start(session, { kind: 'turn-started', turn, by: 'agent' });
    return turns.get(session, turn);
  }

  /** Where a turn's words go; without a turn, where the last one's went. */
  channelOfTurn(session: SessionNumber, turn: string | undefined): ChannelId | undefined {
    const { stores, channelOf } = this.#options;
    const record = turn === undefined ? stores.turns.latest(session) : stores.turns.get(session, turn);
    return record?.channel ?? channelOf(session);
  }

  #conclude(turn: TurnRecord, outcome: TurnOutcome, text: string | undefined): void {
    const { stores, voice } = this.#options;
    const messages = stores.turns.messagesOf(turn.session, turn.turn);
    if (messages.length === 0 && text !== undefined) voice.post(outcomeKey(turn), turn.channel, text);
    for (const message of messages) this.#tellOutcome(turn, message, outcome, text);
  }

  #tellOutcome(turn: TurnRecord, message: string, outcome: TurnOutcome, text: string | undefined): void {
    const { voice } = this.#options;
    if (text !== undefined) voice.replyTo(message, outcomeKey(turn, message), text);
    voice.react(message, outcome === 'completed' ? 'answered' : 'failed');
  }

  /** The agent has a message as it was: whoever has changed it meanwhile hears that this came too late. */
  tellChangedTooLate(messageId: string): void {
    const { stores, words, voice } = this.#options;
    const text = stores.inbox.amendment(messageId);
    if (text === undefined || text === stores.inbox.get(messageId)?.text) return;
    voice.replyTo(messageId, `edited-too-late:${messageId}`, words.editedTooLate());
  }

  /** A confirmation that comes after we gave up on a message is news, not an error: the answer still counts. */
  #settleAsHad({ id, state }: InboxMessage): void {
    const { stores, clock } = this.#options;
    if (state === 'held' || isSettled(state)) return;
    this.tellChangedTooLate(id);
    if (state === 'queued') stores.inbox.move(id, 'sending', clock.now());
    stores.inbox.move(id, 'acknowledged', clock.now());
    this.#options.onGiven(id);
  }
}

function outcomeKey({ session, turn, message: starter }: TurnRecord, message = starter): string {
  return message === starter ? `turn:${session}:${turn}` : `turn:${session}:${turn}:${message ?? ''}`;
}

/** What is said about the end of a turn; nothing when all went well. */
function outcomeText(words: Words, outcome: TurnOutcome, reason: string | undefined): string | undefined {
  switch (outcome) {
    case 'completed':
      return undefined;
    case 'interrupted':
      return words.turnInterrupted();
    case 'failed':
      return words.turnFailed(reason);
    case 'rate-limited':
      return words.turnRateLimited(reason);
    case 'lost':
      return words.turnLost();
  }
}
