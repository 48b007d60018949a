import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { failPoint } from '../../base/fail-point.ts';
import type { AgentState } from '../../model/agent.ts';
import type { BusyMode, SessionEntry, SessionRecord, StaysDown } from '../../model/session.ts';
import type { AgentDriver, RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import { AgentInHand } from './agent-in-hand.ts';
import type { DeathEvent } from './agent-in-hand.ts';
import { AgentStarter } from './agent-starter.ts';
import type { AgentStarterOptions, Started } from './agent-starter.ts';
import { Conversation } from './conversation.ts';
import type { ConversationOptions } from './conversation.ts';
import { DeathNotes } from './death-notes.ts';
import type { DeathNotesOptions } from './death-notes.ts';
import { handOverAnswers } from './held-answers.ts';
import { legible } from './legible.ts';
import { possibleMode } from './next-step.ts';
import { Restarts } from './restarts.ts';
import { SessionLife } from './session-life.ts';
import { SessionVoice } from './session-voice.ts';
import type { Down } from './session-voice.ts';
import { passesByItself } from './passing-trouble.ts';
import type { Words } from '../words.ts';

export interface AgentKeeperOptions extends Omit<AgentStarterOptions, 'life' | 'hear' | 'onLaunch' | 'stores'> {
  /** As it was configured when the bridge began. */
  readonly entry: SessionEntry;
  /** As it is configured now. */
  readonly present: () => SessionEntry;
  readonly stores: Stores;
  readonly files: ConversationOptions['files'];
  readonly words: Words;
  readonly clock: Clock;
  /** Keeps what was tried to bring it back. */
  readonly book: DeathNotesOptions['book'];
  /** Why nothing is given to the agent now, in a word or two. */
  readonly held: () => string | undefined;
  /** Does a step after those that are under way. */
  readonly later: (step: () => Promise<void>) => void;
  /** Something about this session's agent changed. */
  readonly onChange: () => void;
}

/** How long a start waits that could not be written down, in milliseconds. */
const storeRetryMs = 5_000;

/** Why a session stays down, for a person. */
const stayingDown: Readonly<Record<StaysDown, string>> = {
  asked: 'It was stopped on request.',
  'ended-at-terminal': 'Its agent was ended at the terminal.',
};

/**
 * Keeps one session's agent: finds it again or starts it, brings it back when it dies, ends it, and lets it converse. The
 * only one who moves the session's lifecycle. Knows nothing about who asks for it; whoever does calls one thing after
 * another.
 */
export class AgentKeeper {
  readonly #options: AgentKeeperOptions;
  readonly #life: SessionLife;
  readonly #restarts: Restarts;
  readonly #starter: AgentStarter;
  readonly #hand: AgentInHand;
  readonly #voice: SessionVoice;
  readonly #notes: DeathNotes;
  #conversation: Conversation;
  #problem: string | undefined;

  constructor(options: AgentKeeperOptions) {
    this.#options = options;
    this.#life = new SessionLife(options);
    this.#restarts = new Restarts(options);
    this.#voice = new SessionVoice(options);
    this.#notes = new DeathNotes(options);
    this.#hand = new AgentInHand({
      ...options,
      session: options.entry.number,
      life: this.#life,
      onState: () => {
        options.onChange();
        this.#conversation.wake();
      },
      onDeath: (event) => {
        this.#died(event);
      },
    });
    this.#starter = new AgentStarter({
      ...options,
      life: this.#life,
      hear: (generation, event) => {
        this.#hand.hear(generation, event);
      },
      onLaunch: () => {
        this.#become('initializing');
      },
    });
    this.#conversation = this.#newConversation();
  }

  get entry(): SessionEntry {
    return this.#options.present();
  }

  get record(): SessionRecord {
    return this.#life.record;
  }

  get agent(): RunningAgent | undefined {
    return this.#hand.agent;
  }

  /** Who made the agent, or the one before. */
  get driver(): AgentDriver | undefined {
    return this.#hand.driver;
  }

  get state(): AgentState {
    return this.#hand.state;
  }

  /** How often something was heard of the newest agent. */
  get heard(): number {
    return this.#hand.heard;
  }

  /** Whether it is about to be brought up by itself. */
  get isRestartPlanned(): boolean {
    return this.#restarts.isPlanned;
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  runs(): boolean {
    return this.record.lifecycle === 'running' && this.agent !== undefined;
  }

  /** Why the session is lost, failed or stopped, in words for a person. */
  get problem(): string | undefined {
    return this.#problem ?? (this.#life.staysDown && stayingDown[this.#life.staysDown]);
  }

  /** Why it is not brought up by itself, although it did not fail (I8). */
  get staysDown(): StaysDown | undefined {
    return this.#life.staysDown;
  }

  /** Why only a person brings the session back. */
  get down(): Down['kind'] | undefined {
    // What the last daemon gave up is tried anew by this one.
    if (this.record.lifecycle === 'failed' && this.#problem !== undefined) return 'given-up';
    return this.#life.staysDown;
  }

  /** What is done with messages that come while the agent is busy: what is configured, as far as the agent can. */
  get busyMode(): BusyMode {
    const wanted = this.entry.whileBusy ?? 'queue';
    return this.driver ? possibleMode(wanted, this.driver.capabilities) : wanted;
  }

  /** Tells the channel when its agent cannot do what is configured. */
  tellBusyMode(): void {
    if (this.driver) this.#voice.busyMode(this.entry, this.driver);
  }

  /** Tells the channels whose messages wait for a session that only a person brings back. */
  tellWaiting(): void {
    const why = this.down;
    if (why) this.#voice.waiting(this.record, why);
  }

  /** A person wants it to run: nothing keeps it down any more, and its budget of attempts is full. */
  mayStart(): void {
    this.#restarts.reset();
    this.#life.mayStart();
  }

  /** No restart is about to come. */
  cancelRestart(): void {
    this.#restarts.cancel();
  }

  /**
   * Brings the session up: adopts a live agent, resumes a dead one, or starts a new one (I6). A failure is told in the
   * channel and tried again; it is not thrown.
   *
   * @param isOnlyKept whether only an agent that lives is taken; without one the session stays down from now on.
   */
  async bringUp(isOnlyKept = false): Promise<void> {
    try {
      if (this.record.lifecycle !== 'running') {
        this.#life.move('starting');
        this.#options.onChange();
      }
      const started = await this.#starter.start(this.entry, isOnlyKept);
      if (started === 'ended by a person') this.#endedByPerson();
      else if (started === 'not alive') {
        this.#life.askedToStop();
        this.#become('unknown');
        this.#conversation.wake();
        this.tellWaiting();
      } else await this.#takeOver(started);
    } catch (error) {
      this.#options.log.error({ session: this.entry.number, error: describeError(error) }, 'session did not start');
      this.#problem = legible(describeError(error));
      this.#notes.notStarted(error instanceof BridgeError ? error.code : 'internal');
      const half = this.#hand.drop();
      if (half) await this.#hand.leave(half);
      this.#loseUnlessFull(error, isOnlyKept);
    }
  }

  /**
   * Ends the agent so that it can be resumed (I8).
   *
   * @param tell what is said of the turn that runs.
   * @param stays whether the session stays down until somebody asks for its start. Written down before anything is ended.
   */
  async end(tell: string, stays: boolean): Promise<void> {
    this.#restarts.cancel();
    const isNew = stays && this.staysDown !== 'asked';
    if (stays) this.#life.askedToStop();
    else this.#life.fullStop();
    failPoint('stop:written');
    const agent = this.#hand.drop();
    this.#problem = undefined;
    this.#become('unknown');
    try {
      await this.#conversation.close();
      if (agent) await agent.stop();
      else if (stays) await this.#starter.endLeft(this.entry);
    } catch (error) {
      await this.#hand.leave(agent);
      throw error;
    } finally {
      this.#options.collector.agentEnded(this.entry.number, tell);
      if (isNew) this.#voice.down(this.record, this.entry, { kind: 'asked' });
    }
  }

  /** A stop that was asked for, and that the last daemon may not have come to the end of. Never throws. */
  async finishStop(): Promise<void> {
    const { collector, words } = this.#options;
    try {
      await this.#starter.endLeft(this.entry);
      collector.agentEnded(this.entry.number, words.turnStopped());
    } catch (error) {
      this.#problem = `${stayingDown.asked} Its agent could not be ended: ${legible(describeError(error))}`;
      this.#options.log.error({ session: this.entry.number, error: describeError(error) }, 'a stop could not be ended');
    }
  }

  /** Stops listening and leaves the agent running (I6). */
  async detach(): Promise<void> {
    // Until it is let go, its death is heard of, and written down.
    this.#restarts.end();
    await this.#conversation.close();
    await this.#hand.drop()?.detach();
  }

  /** That nothing can be stored says nothing about the session: it is tried again until it can, and nothing is counted. */
  #loseUnlessFull(error: unknown, isOnlyKept: boolean): void {
    try {
      if (!passesByItself(error)) {
        this.#lose(() => undefined, isOnlyKept);
        return;
      }
    } catch (further) {
      if (!passesByItself(further)) throw further;
    }
    this.#become('unknown');
    this.#restarts.again(storeRetryMs, () => {
      this.#options.later(() => this.bringUp(isOnlyKept));
    });
  }

  async #takeOver(started: Started): Promise<void> {
    const { agent, driver } = started;
    this.#hand.take(started);
    this.#problem = undefined;
    failPoint('start:launched');
    this.#restarts.running();
    this.#life.mayStart();
    this.#life.save({ handle: agent.handle, agentSession: agent.agentSession });
    this.#life.move('running');
    const early = this.#hand.earlyDeath();
    if (early) {
      this.#died(early);
      return;
    }
    await handOverAnswers(this.entry.number, agent, this.#options);
    if (this.#conversation.closed) this.#conversation = this.#newConversation();
    this.#options.onChange();
    this.#voice.busyMode(this.entry, driver);
    this.#conversation.wake();
  }

  #newConversation(): Conversation {
    return new Conversation({
      ...this.#options,
      session: this.entry.number,
      agent: () => this.agent,
      mode: () => this.busyMode,
    });
  }

  #died(event: DeathEvent): void {
    const { exitCode, lastLines } = event;
    if (event.asked) this.#endedByPerson();
    else {
      this.#options.log.warn({ session: this.entry.number, exitCode }, 'agent died');
      this.#options.collector.agentEnded(this.entry.number);
      this.#restarts.died();
      this.#notes.died(exitCode);
      const tail = legible(lastLines.trim().split('\n').slice(-4).join('\n'));
      this.#problem = `The agent ended with exit code ${exitCode ?? 'unknown'}.${tail === '' ? '' : ` Last words: ${tail}.`}`;
      this.#lose((delay) => {
        this.#voice.lost(this.record, exitCode, delay);
      });
    }
    // Last: a death that could not be written down is told again, and must find its agent.
    const agent = this.#hand.drop();
    if (agent) this.#options.later(() => agent.detach());
  }

  /** I8: what a person ended at its terminal is not brought back, and its messages wait. */
  #endedByPerson(): void {
    const { collector, words, log } = this.#options;
    const { number } = this.entry;
    log.info({ session: number }, 'agent ended at its terminal');
    collector.agentEnded(number, words.turnEndedAtDesk());
    this.#problem = undefined;
    this.#life.endedByPerson();
    this.#voice.down(this.record, this.entry, { kind: 'ended-at-terminal' });
    this.#become('unknown');
  }

  /** Decides what follows a death or a failed start. */
  #lose(tell: (delayMs: number) => void, isOnlyKept = false): void {
    const decision = this.#restarts.decide();
    if (decision.action === 'give-up') {
      this.#life.move('failed');
      this.#notes.gaveUp(this.record, this.#restarts.attempts);
      this.#voice.down(this.record, this.entry, { kind: 'given-up', reason: this.#problem ?? '' });
      this.#become('error');
      return;
    }
    this.#life.move('lost');
    tell(decision.afterMs);
    const { attempt, afterMs } = decision;
    this.#options.log.info({ session: this.entry.number, attempt, afterMs }, 'session will be restarted');
    this.#become('unknown');
    this.#restarts.schedule(decision, () => {
      this.#options.later(() => this.#restartNow(attempt, isOnlyKept));
    });
  }

  async #restartNow(attempt: number, isOnlyKept: boolean): Promise<void> {
    const found = this.record;
    if (found.lifecycle !== 'lost' || this.#restarts.isOver) return;
    await this.bringUp(isOnlyKept);
    this.#notes.restarted(found, attempt, this.agent !== undefined);
    if (this.agent) this.#voice.back(this.record);
  }

  /** There is no agent whose state could be told. */
  #become(activity: 'unknown' | 'initializing' | 'error'): void {
    this.#hand.become(activity);
    this.#options.onChange();
  }
}
