import type { Clock } from '../base/clock.ts';
import { shortHash } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { AgentEvent, TurnOutcome } from '../model/agent.ts';
import { isSettled } from '../model/message.ts';
import type { InboxMessage } from '../model/message.ts';
import type { ReactionName } from '../model/outbound.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';
import type { MessageDetail, Stores, TurnRecord } from '../contracts/stores.ts';
import type { Words } from './words.ts';

/** What channels hear of; the rest belongs to the session's lifecycle. */
type ChannelEvent = Exclude<AgentEvent, { kind: 'state' | 'died' }>;

/** How much of a text that was not written in the channel is shown there, in characters. */
const relayLimit = 1500;

export interface ReplyCollectorOptions {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** The channel of a session as mapped now; undefined when it was removed. */
  readonly channelOf: (session: SessionNumber) => ChannelId | undefined;
  readonly onOutbox: () => void;
}

/**
 * Turns what agents tell into what channels hear. Every event is one transaction: what it produces and the mark that it
 * was seen (I5), so that an event told again changes nothing. Knows nothing about processes or the chat server.
 */
export class ReplyCollector {
  readonly #options: ReplyCollectorOptions;

  constructor(options: ReplyCollectorOptions) {
    this.#options = options;
  }

  /** Takes one event of a session's agent. When it returns, the event is on disk. */
  collect(session: SessionNumber, generation: number, event: AgentEvent): void {
    if (event.kind === 'state' || event.kind === 'died') return;
    this.#options.stores.transaction(() => {
      this.#apply(session, generation, event);
    });
    this.#options.onOutbox();
  }

  /** The agent has the message: by its confirmation, or found afterwards. Harmless to repeat. */
  acknowledge(messageId: string, turn: string | undefined, how: MessageDetail = {}): void {
    const { stores, clock } = this.#options;
    stores.transaction(() => {
      stores.traces.note(messageId, clock.now(), 'confirmed', how);
      this.#acknowledge(messageId, turn);
    });
    this.#options.onOutbox();
  }

  /** The message lies in the agent's own queue; nothing happens to one that is part of a turn by now. */
  queuedAtAgent(messageId: string, how: MessageDetail): void {
    const { stores, clock } = this.#options;
    stores.transaction(() => {
      stores.traces.note(messageId, clock.now(), 'confirmed', how);
      const state = stores.inbox.get(messageId)?.state;
      if (state === 'sending' || state === 'uncertain') stores.inbox.move(messageId, 'steered', clock.now());
    });
  }

  /** The message will not reach the agent: says why, as a reply. */
  reject(messageId: string, text: string): void {
    const { stores, clock } = this.#options;
    stores.transaction(() => {
      stores.inbox.move(messageId, 'failed', clock.now(), { reason: text });
      this.#react(messageId, 'failed');
      this.#replyTo(messageId, `failed:${messageId}`, text);
    });
    this.#options.onOutbox();
  }

  /** A session is no more: every message that still waits for it is settled with this text (I3). */
  rejectWaiting(session: SessionNumber, text: string): void {
    for (const { id } of this.#options.stores.inbox.unsettled(session)) this.reject(id, text);
  }

  /** The agent is gone: its open turns are lost, its prompts void, and what lay in its own queue is to be looked up. */
  agentEnded(session: SessionNumber, tell = this.#options.words.turnLost()): void {
    const { stores, clock } = this.#options;
    stores.transaction(() => {
      for (const turn of stores.turns.endAll(session, 'lost', clock.now())) {
        this.#concludeTurn(turn, 'lost', tell);
      }
      stores.prompts.closeAll(session, 'overtaken', clock.now(), 'agent-ended');
      stores.inbox.markUncertain('steered', clock.now(), session);
    });
    this.#options.onOutbox();
  }

  /** Says something in a session's channel, once per key. */
  announce(session: SessionNumber, key: string, text: string): void {
    const channel = this.#options.channelOf(session);
    if (channel !== undefined) this.say(key, channel, text);
  }

  /** Says something in a channel, once per key. */
  say(key: string, channel: ChannelId, text: string): void {
    this.#post(key, channel, text);
    this.#options.onOutbox();
  }

  /** Whether words posted with `dp` are to be shown, or were said by the agent in the same turn already (BX-04). */
  claimPosted(session: SessionNumber, channel: ChannelId, key: string, text: string): boolean {
    const { stores } = this.#options;
    const turn = stores.turns.current(session);
    if (turn?.channel !== channel) return true;
    return stores.turns.claimText({ session, turn: turn.turn, key, hash: hashOfWords(text), origin: 'dp' });
  }

  #apply(session: SessionNumber, generation: number, event: ChannelEvent): void {
    const { stores, clock, words, log } = this.#options;
    switch (event.kind) {
      case 'turn-started':
        this.#startTurn(session, event);
        break;
      case 'message-taken':
        this.#takeIn(session, event.turn, event.message);
        break;
      case 'text': {
        const turn = this.#turnOf(session, event.turn);
        if (!turn || event.text.trim() === '') break;
        const key = `text:${session}:${event.key}`;
        const claim = { session, turn: event.turn, key, hash: hashOfWords(event.text), origin: 'agent' } as const;
        if (stores.turns.claimText(claim)) this.#post(key, turn.channel, event.text);
        break;
      }
      case 'turn-ended': {
        const turn = this.#turnOf(session, event.turn);
        if (!turn || !stores.turns.end(session, event.turn, event.outcome, clock.now())) break;
        this.#concludeTurn(turn, event.outcome, this.#outcomeText(event.outcome, event.reason));
        log.info({ session, turn: event.turn, outcome: event.outcome }, 'turn ended');
        break;
      }
      case 'prompt-opened': {
        const { id, prompt, tool, input } = event;
        const isNew = stores.prompts.open({ id, session, generation, kind: prompt, tool, input, since: clock.now() });
        const channel = this.#channelOfTurn(session, event.turn);
        if (isNew && channel !== undefined) {
          this.#post(`prompt:${id}`, channel, words.promptOpened({ id, kind: prompt, tool, input }));
        }
        break;
      }
      case 'prompt-closed':
        this.#closePrompt(session, event.id, event.by);
        break;
      case 'notice': {
        const channel = this.#options.channelOf(session);
        if (channel !== undefined) {
          this.#post(`notice:${session}:${generation}:${event.key}`, channel, words.notice(event.notice, session));
        }
        break;
      }
    }
  }

  /** Must run inside a transaction; nobody is told to look at the outbox before that one is on disk (I1). */
  #acknowledge(messageId: string, turn: string | undefined): void {
    const { stores, clock } = this.#options;
    const message = stores.inbox.get(messageId);
    if (!message) return;
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
    this.#react(messageId, 'delivered');
  }

  /** A message that lay in the agent's own queue is part of a turn now: it shares the turn's outcome. */
  #takeIn(session: SessionNumber, turn: string, messageId: string): void {
    const { stores, clock } = this.#options;
    const message = stores.inbox.get(messageId);
    if (!message || !this.#turnOf(session, turn)) return;
    stores.turns.join(session, turn, messageId, clock.now());
    this.#settleAsHad(message);
    this.#react(messageId, 'delivered');
  }

  /** A confirmation that comes after we gave up on a message is news, not an error: the answer still counts. */
  #settleAsHad({ id, state }: InboxMessage): void {
    const { stores, clock } = this.#options;
    if (state === 'held' || isSettled(state)) return;
    if (state === 'queued') stores.inbox.move(id, 'sending', clock.now());
    stores.inbox.move(id, 'acknowledged', clock.now());
  }

  #startTurn(session: SessionNumber, event: Extract<AgentEvent, { kind: 'turn-started' }>): void {
    const { stores, clock, words } = this.#options;
    if (event.by === 'bridge' && stores.inbox.get(event.message)) {
      this.#acknowledge(event.message, event.turn);
      return;
    }
    // At the desk people speak in the session's own channel; what the agent starts by itself goes on where it was.
    const channel = event.by === 'agent' ? this.#channelOfTurn(session, undefined) : this.#options.channelOf(session);
    if (channel === undefined) return;
    const isNew = stores.turns.begin({
      session,
      turn: event.turn,
      channel,
      message: undefined,
      startedAt: clock.now(),
    });
    if (isNew && event.by === 'desk') {
      this.#post(`desk:${session}:${event.turn}`, channel, words.typedAtDesk(words.shortened(event.text, relayLimit)));
    }
  }

  /** The turn of an event; one that nobody announced is begun in the session's channel. */
  #turnOf(session: SessionNumber, turn: string): TurnRecord | undefined {
    const { stores } = this.#options;
    if (!stores.turns.get(session, turn)) this.#startTurn(session, { kind: 'turn-started', turn, by: 'agent' });
    return stores.turns.get(session, turn);
  }

  #channelOfTurn(session: SessionNumber, turn: string | undefined): ChannelId | undefined {
    const { stores, channelOf } = this.#options;
    const record = turn === undefined ? stores.turns.latest(session) : stores.turns.get(session, turn);
    return record?.channel ?? channelOf(session);
  }

  #closePrompt(session: SessionNumber, id: string, by: Extract<AgentEvent, { kind: 'prompt-closed' }>['by']): void {
    const { stores, clock, words } = this.#options;
    const to = by === 'bridge' ? 'applied' : by === 'expired' ? 'expired' : 'overtaken';
    if (!stores.prompts.move(id, to, clock.now(), by)) return;
    const channel = this.#channelOfTurn(session, undefined);
    if (channel === undefined) return;
    if (by === 'desk') this.#post(`prompt-closed:${id}`, channel, words.promptDecidedAtDesk(id));
    if (by === 'expired') this.#post(`prompt-closed:${id}`, channel, words.promptExpired(id));
  }

  #outcomeText(outcome: TurnOutcome, reason: string | undefined): string | undefined {
    const { words } = this.#options;
    switch (outcome) {
      case 'completed':
        return undefined;
      case 'interrupted':
        return words.turnInterrupted();
      case 'failed':
        return words.turnFailed(reason);
      case 'rate-limited':
        return words.turnFailed(reason);
      case 'lost':
        return words.turnLost();
    }
  }

  #concludeTurn(turn: TurnRecord, outcome: TurnOutcome, text: string | undefined): void {
    if (text !== undefined) {
      const key = `turn:${turn.session}:${turn.turn}`;
      if (turn.message === undefined) this.#post(key, turn.channel, text);
      else this.#replyTo(turn.message, key, text);
    }
    const reaction = outcome === 'completed' ? 'answered' : 'failed';
    for (const message of this.#options.stores.turns.messagesOf(turn.session, turn.turn))
      this.#react(message, reaction);
  }

  /** Reacts to the chat message behind an inbox message. `answered` waits until the answer is posted. */
  #react(inboxId: string, reaction: ReactionName): void {
    const { stores, clock } = this.#options;
    const message = stores.inbox.get(inboxId);
    if (message?.messageId === undefined) return;
    const item = {
      key: `reaction:${reaction}:${inboxId}`,
      channel: message.channel,
      content: { kind: 'reaction', messageId: message.messageId, reaction },
    } as const;
    const last = reaction === 'answered' ? stores.outbox.tail(message.channel, 'text') : undefined;
    if (last && stores.outbox.follow(last.key, item)) return;
    stores.outbox.append({ ...item, createdAt: clock.now() });
  }

  #replyTo(inboxId: string, key: string, text: string): void {
    const { stores, clock } = this.#options;
    const message = stores.inbox.get(inboxId);
    if (!message) return;
    const replyTo = message.messageId === undefined ? {} : { replyTo: message.messageId };
    stores.outbox.append({
      key,
      channel: message.channel,
      content: { kind: 'text', text, ...replyTo },
      createdAt: clock.now(),
    });
  }

  #post(key: string, channel: ChannelId, text: string): void {
    const { stores, clock } = this.#options;
    stores.outbox.append({ key, channel, content: { kind: 'text', text }, createdAt: clock.now() });
  }
}

/** Texts that differ in white space only read the same. */
function hashOfWords(text: string): string {
  return shortHash(text.replace(/\s+/g, ' ').trim(), 32);
}
