import type { Clock } from '../../base/clock.ts';
import { shortHash } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../model/agent.ts';
import type { Controls } from '../../model/controls.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { MessageDetail, Stores } from '../../contracts/stores.ts';
import { ChannelVoice } from './channel-voice.ts';
import { LoginNotices } from './login-notices.ts';
import { PromptCards } from '../prompts/prompt-cards.ts';
import { patientPolicy } from '../prompts/prompt-policy.ts';
import type { PromptPolicy } from '../prompts/prompt-policy.ts';
import { PromptReports } from '../prompts/prompt-reports.ts';
import { TurnReports } from './turn-reports.ts';
import type { Words } from '../words.ts';

/** Something that an agent said, for the offers under it. */
interface Saying {
  readonly session: SessionNumber;
  readonly turn: string;
  readonly key: string;
  readonly text: string;
}

/** What channels hear of; the rest belongs to the session's lifecycle. */
type ChannelEvent = Exclude<AgentEvent, { kind: 'state' | 'died' }>;

/** Hears of what was done, once it is on disk. */
export interface Witness {
  messageGiven(message: string): void;
  messageRejected(message: string): void;
  promptClosedAtTerminal(prompt: string): void;
}

export interface ReplyCollectorOptions {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** The channel of a session as mapped now; undefined when it was removed. */
  readonly channelOf: (session: SessionNumber) => ChannelId | undefined;
  /** Default: what agents ask waits for a person. */
  readonly promptPolicy?: PromptPolicy;
  readonly onOutbox: () => void;
  /** Files of messages are not wanted any more; these of them are stored. */
  readonly onFilesGone?: (paths: readonly string[]) => void;
  /** Offers what an agent's texts name; called inside the transaction. */
  readonly offers?: { under(saying: Saying): Controls };
  readonly witness?: Witness;
}

/**
 * Turns what agents tell into what channels hear. Every event is one transaction: what it produces and the mark that it
 * was seen (I5), so that an event told again changes nothing. Knows nothing about processes or the chat server.
 */
export class ReplyCollector {
  readonly #options: ReplyCollectorOptions;
  readonly #voice: ChannelVoice;
  readonly #turns: TurnReports;
  readonly #prompts: PromptReports;
  readonly #logins: LoginNotices;
  /** What was done in the step that is being taken. */
  #done: ((witness: Witness) => void)[] = [];

  constructor(options: ReplyCollectorOptions) {
    this.#options = options;
    this.#voice = new ChannelVoice(options);
    this.#logins = new LoginNotices({ ...options, voice: this.#voice });
    this.#turns = new TurnReports({
      ...options,
      voice: this.#voice,
      onGiven: (id) => this.#done.push((witness) => witness.messageGiven(id)),
    });
    this.#prompts = new PromptReports({
      ...options,
      cards: new PromptCards({ ...options, policy: options.promptPolicy ?? patientPolicy }),
      channelOfTurn: (session, turn) => this.#turns.channelOfTurn(session, turn),
    });
  }

  /** Takes one event of a session's agent. When it returns, the event is on disk. */
  collect(session: SessionNumber, generation: number, event: AgentEvent): void {
    if (event.kind === 'died') return;
    if (event.kind === 'state') {
      if (this.#logins.isOver(session, event.state)) this.#asOneStep(() => this.#logins.end(session), 'unflushed');
      return;
    }
    this.#asOneStep(() => this.#apply(session, generation, event), 'unflushed');
  }

  /** The agent has the message: by its confirmation, or found afterwards. Harmless to repeat. */
  acknowledge(messageId: string, turn: string | undefined, how: MessageDetail = {}): void {
    const { stores, clock } = this.#options;
    this.#asOneStep(() => {
      stores.traces.note(messageId, clock.now(), 'confirmed', how);
      this.#turns.acknowledge(messageId, turn);
    }, 'unflushed');
  }

  /** The message lies in the agent's own queue; nothing happens to one that is part of a turn by now. */
  queuedAtAgent(messageId: string, how: MessageDetail): void {
    const { stores, clock } = this.#options;
    this.#asOneStep(() => {
      stores.traces.note(messageId, clock.now(), 'confirmed', how);
      const state = stores.inbox.get(messageId)?.state;
      if (state !== 'sending' && state !== 'uncertain') return;
      stores.inbox.move(messageId, 'steered', clock.now());
      this.#turns.tellChangedTooLate(messageId);
    });
  }

  /** The message will not reach the agent: says why, as a reply. */
  reject(messageId: string, text: string): void {
    this.#asOneStep(() => this.#reject(messageId, text));
  }

  /** Somebody took a message back that waited. Its files go at once. */
  withdraw(messageId: string, by: string): void {
    const { stores, clock, onFilesGone } = this.#options;
    const paths: string[] = [];
    this.#asOneStep(() => {
      stores.inbox.move(messageId, 'withdrawn', clock.now(), { by });
      paths.push(...stores.files.keepOnly(messageId, [], clock.now()));
      this.#voice.react(messageId, 'withdrawn');
    });
    onFilesGone?.(paths);
  }

  /** A session is no more: every message that still waits for it is settled with this text (I3). */
  rejectWaiting(session: SessionNumber, text: string): void {
    this.#logins.forget(session);
    for (const { id } of this.#options.stores.inbox.unsettled(session)) this.reject(id, text);
  }

  /** The agent is gone: its open turns are lost, its prompts void, and what lay in its own queue is to be looked up. */
  agentEnded(session: SessionNumber, tell = this.#options.words.turnLost()): void {
    const { stores, clock } = this.#options;
    this.#asOneStep(() => {
      this.#turns.endAll(session, tell);
      this.#prompts.agentEnded(session);
      stores.inbox.markUncertain('steered', clock.now(), session);
    });
  }

  /** An agent did not take a person's decision that was sent to it. */
  answerNotTaken(promptId: string, error: unknown): void {
    this.#asOneStep(() => this.#prompts.notTaken(promptId, error));
  }

  /** Says something in a session's channel, once per key. */
  announce(session: SessionNumber, key: string, text: string, message?: string): void {
    const channel = this.#options.channelOf(session);
    if (channel !== undefined) this.say(key, channel, text, message);
  }

  /**
   * Says something in a channel, once per key.
   *
   * @param message the inbox message that it belongs to, if any.
   */
  say(key: string, channel: ChannelId, text: string, message?: string): void {
    this.#voice.post(key, channel, text, message);
    this.#options.onOutbox();
  }

  /** Whether words posted with `dp` are to be shown, or were said by the agent in the same turn already (BX-04). */
  claimPosted(session: SessionNumber, channel: ChannelId, key: string, text: string): boolean {
    const { turns } = this.#options.stores;
    const turn = turns.current(session);
    if (turn?.channel !== channel) return true;
    return turns.claimText({ session, turn: turn.turn, key, hash: hashOfWords(text), origin: 'dp' });
  }

  /** The inbox message that a session's agent works on in a channel, if any. */
  messageInWork(session: SessionNumber, channel: ChannelId): string | undefined {
    const turn = this.#options.stores.turns.current(session);
    return turn?.channel === channel ? turn.message : undefined;
  }

  /** A message left the agent's own queue for no turn: it is in the hands of whoever took it out at the terminal. */
  #giveBack(messageId: string): void {
    const state = this.#options.stores.inbox.get(messageId)?.state;
    const waited = state === 'sending' || state === 'steered' || state === 'uncertain';
    if (waited) this.#reject(messageId, this.#options.words.takenBackAtDesk());
  }

  #reject(messageId: string, text: string): void {
    const { stores, clock } = this.#options;
    // What lay in the agent's own queue is there no more.
    if (stores.inbox.get(messageId)?.state === 'steered') stores.inbox.move(messageId, 'uncertain', clock.now());
    stores.inbox.move(messageId, 'failed', clock.now(), { reason: text });
    this.#done.push((witness) => witness.messageRejected(messageId));
    this.#voice.react(messageId, 'failed');
    this.#voice.replyTo(messageId, `failed:${messageId}`, text);
  }

  #apply(session: SessionNumber, generation: number, event: ChannelEvent): void {
    switch (event.kind) {
      case 'turn-started':
        this.#turns.start(session, event);
        break;
      case 'message-taken':
        this.#turns.takeIn(session, event.turn, event.message);
        break;
      case 'message-returned':
        this.#giveBack(event.message);
        break;
      case 'text':
        this.#say(session, event);
        break;
      case 'turn-ended':
        this.#turns.end(session, event);
        break;
      case 'prompt-opened':
        this.#prompts.opened(session, generation, event);
        break;
      case 'prompt-closed':
        this.#prompts.closed(session, event);
        if (event.by === 'desk') this.#done.push((witness) => witness.promptClosedAtTerminal(event.id));
        break;
      case 'notice':
        this.#notice(session, generation, event);
        break;
    }
  }

  #say(session: SessionNumber, event: Extract<AgentEvent, { kind: 'text' }>): void {
    const turn = this.#turns.turnOf(session, event.turn);
    if (!turn || event.text.trim() === '') return;
    const key = `text:${session}:${event.key}`;
    const claim = { session, turn: event.turn, key, hash: hashOfWords(event.text), origin: 'agent' } as const;
    if (!this.#options.stores.turns.claimText(claim)) return;
    const controls = this.#options.offers?.under({ session, turn: event.turn, key, text: event.text });
    this.#voice.post(key, turn.channel, event.text, turn.message, controls);
  }

  /** How often the agent tries again within a turn is one line that changes, not one for each time. */
  #notice(session: SessionNumber, generation: number, event: Extract<AgentEvent, { kind: 'notice' }>): void {
    const { stores, words, channelOf } = this.#options;
    const key = `notice:${session}:${generation}:${event.key}`;
    const text = words.notice(event.notice, session);
    const turn = event.notice.kind === 'retrying' ? stores.turns.current(session) : undefined;
    const channel = turn?.channel ?? channelOf(session);
    if (channel === undefined) return;
    if (!turn) {
      const isNew = this.#voice.post(key, channel, text);
      if (isNew && event.notice.kind === 'needs-login') this.#logins.said(session, key);
      return;
    }
    const first = `retrying:${session}:${generation}:${turn.turn}`;
    if (!this.#voice.post(first, channel, text, turn.message)) this.#voice.change(key, first, text);
  }

  /**
   * Nobody is told to look at the outbox before everything is stored (I1). Unflushed is what can be found out again after a
   * power cut: from who told it, or from the agent, which is asked about a message whose sending is on the disk.
   */
  #asOneStep(action: () => void, how: 'transaction' | 'unflushed' = 'transaction'): void {
    const { stores, witness, onOutbox } = this.#options;
    this.#done = [];
    stores[how](action);
    if (witness) for (const tell of this.#done) tell(witness);
    onOutbox();
  }
}

/** Texts that differ in white space only read the same. */
function hashOfWords(text: string): string {
  return shortHash(text.replace(/\s+/g, ' ').trim(), 32);
}
