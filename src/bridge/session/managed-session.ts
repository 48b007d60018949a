import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { AgentEvent, AgentState } from '../../model/agent.ts';
import { isAlive } from '../../model/session.ts';
import type { BusyMode, SessionEntry, SessionRecord } from '../../model/session.ts';
import type { AgentDriver, RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import { AgentStarter } from './agent-starter.ts';
import type { AgentStarterOptions, Started } from './agent-starter.ts';
import { Conversation } from './conversation.ts';
import type { ConversationOptions } from './conversation.ts';
import { handOverAnswers } from './held-answers.ts';
import { legible } from './legible.ts';
import { possibleMode } from './next-step.ts';
import { Restarts } from './restarts.ts';
import { SessionLife } from './session-life.ts';
import { isStateTrouble } from './state-trouble.ts';
import { SessionVoice } from './session-voice.ts';
import type { Words } from '../words.ts';

export interface ManagedSessionOptions extends Omit<AgentStarterOptions, 'life' | 'hear' | 'onLaunch' | 'stores'> {
  readonly entry: SessionEntry;
  readonly stores: Stores;
  readonly files: ConversationOptions['files'];
  readonly words: Words;
  readonly clock: Clock;
  /** Something about this session's agent changed. */
  readonly onState: (session: ManagedSession) => void;
}

type DeathEvent = Extract<AgentEvent, { kind: 'died' }>;

/** How long a start waits that could not be written down, in milliseconds. */
const storeRetryMs = 5_000;

const endedAtTerminal = 'Its agent was ended at the terminal.';

/**
 * One session's life: finds its agent again or starts it, hears it, brings it back when it dies, ends it. The only
 * one who moves its lifecycle. Steps run one after another. Knows nothing about chat or other sessions.
 */
export class ManagedSession {
  readonly #options: ManagedSessionOptions;
  readonly #life: SessionLife;
  readonly #restarts: Restarts;
  readonly #starter: AgentStarter;
  readonly #voice: SessionVoice;
  readonly #steps = new SerialQueue();
  #entry: SessionEntry;
  #conversation: Conversation;
  #agent: RunningAgent | undefined;
  /** Who made the agent, or the one before. */
  #driver: AgentDriver | undefined;
  #state: AgentState;
  #problem: string | undefined;
  #willTell = false;
  /** A death that was told before the agent was in our hands. */
  #earlyDeath: { readonly generation: number; readonly event: DeathEvent } | undefined;

  constructor(options: ManagedSessionOptions) {
    this.#options = options;
    this.#entry = options.entry;
    this.#life = new SessionLife(options);
    this.#restarts = new Restarts(options);
    this.#voice = new SessionVoice(options);
    this.#starter = new AgentStarter({
      ...options,
      life: this.#life,
      hear: (generation, event) => {
        this.#hear(generation, event);
      },
      onLaunch: () => {
        this.#state = stateNow('initializing', options.clock);
        options.onState(this);
      },
    });
    if (this.#life.isEndedByPerson) this.#problem = endedAtTerminal;
    this.#state = stateNow('unknown', options.clock);
    this.#conversation = this.#newConversation();
  }

  get entry(): SessionEntry {
    return this.#entry;
  }

  get record(): SessionRecord {
    return this.#life.record;
  }

  get agent(): RunningAgent | undefined {
    return this.#agent;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** Why the session is lost, failed or stopped, in words for a person. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What is done with messages that come while the agent is busy: what is configured, as far as the agent can. */
  get busyMode(): BusyMode {
    const wanted = this.#entry.whileBusy ?? 'queue';
    return this.#driver ? possibleMode(wanted, this.#driver.capabilities) : wanted;
  }

  /** The owner configured something else that needs no other agent. It counts at once. */
  configure(entry: SessionEntry): void {
    this.#entry = entry;
    if (this.#driver) this.#voice.busyMode(entry, this.#driver);
    this.wake();
  }

  /** There may be a message for this session. */
  wake(): void {
    this.#conversation.wake();
    if (!this.#isDown || this.#willTell) return;
    // Many messages may come at once; their channels are told together.
    this.#willTell = true;
    this.#later(() => {
      this.#willTell = false;
      if (this.#isDown) this.#voice.waiting(this.record);
      return Promise.resolve();
    });
  }

  /** Whether only a person brings the session back. */
  get #isDown(): boolean {
    // What the last daemon gave up is tried anew by this one.
    const isGivenUp = this.record.lifecycle === 'failed' && this.#problem !== undefined;
    return isGivenUp || this.#life.isEndedByPerson;
  }

  /** What a message waits for, in a word or two; undefined unless it is the next one. */
  waitsFor(message: string): string | undefined {
    return this.#conversation.waitsFor(message);
  }

  /** Stops the running turn. @throws BridgeError as `Conversation.interrupt`. */
  interrupt(): Promise<'interrupted' | 'idle'> {
    return this.#conversation.interrupt();
  }

  /**
   * Brings the session up: adopts a live agent, resumes a dead one, or starts a new one (I6). A failure is told in the
   * channel and tried again; it is not thrown. A session whose agent a person ended stays stopped (I8).
   */
  start(): Promise<void> {
    return this.#steps.run(async () => {
      if (this.#life.isEndedByPerson) this.wake();
      else await this.#bringUp();
    });
  }

  /** Starts anew, with a full budget of attempts, unless it runs. */
  recover(): Promise<'running' | 'restarted'> {
    return this.#steps.run(async () => {
      if (this.record.lifecycle === 'running' && this.#agent) return 'running';
      this.#restarts.reset();
      await this.#bringUp();
      if (this.record.lifecycle !== 'running') {
        throw new BridgeError('recover-failed', this.#problem ?? `Session ${this.entry.number} did not start.`, {
          advice: `See \`vai logs ${this.entry.number}\`.`,
        });
      }
      return 'restarted';
    });
  }

  /**
   * Ends the agent so that it resumes, and brings it up again, as one step. Its messages wait meanwhile; its budget of
   * restarts is what it was.
   *
   * @throws BridgeError `restart-failed` when it does not run afterwards, or when the same agent still runs.
   */
  restart(): Promise<void> {
    return this.#steps.run(async () => {
      const { generation } = this.record;
      let failure: unknown;
      try {
        await this.#end(this.#options.words.lifecycle.turnRestarted());
      } catch (error) {
        if (this.#agent) throw error;
        // What could not be ended is not left without a keeper: it is found again.
        failure = error;
      }
      await this.#bringUp();
      const runs = this.record.lifecycle === 'running';
      if (runs && this.record.generation !== generation) return;
      const why = runs ? 'its agent could not be ended' : (this.#problem ?? 'it did not start');
      throw new BridgeError('restart-failed', `Session ${this.entry.number} was not restarted: ${why}.`, {
        advice: `See \`vai logs ${this.entry.number}\`.`,
        cause: failure,
      });
    });
  }

  /** Ends the agent so that it can be resumed (I8). */
  stop(): Promise<void> {
    this.#restarts.cancel();
    return this.#steps.run(() => this.#end(this.#options.words.turnStopped()));
  }

  async #end(tell: string): Promise<void> {
    this.#restarts.cancel();
    this.#life.forgetEnd();
    this.#life.move('stopped');
    const agent = this.#agent;
    this.#agent = undefined;
    this.#state = stateNow('unknown', this.#options.clock);
    this.#options.onState(this);
    try {
      await this.#conversation.close();
      await agent?.stop();
    } catch (error) {
      await this.#leave(agent);
      throw error;
    } finally {
      this.#options.collector.agentEnded(this.entry.number, tell);
    }
  }

  /** Stops listening and leaves the agent running (I6). */
  async detach(): Promise<void> {
    this.#restarts.cancel();
    await this.#steps.run(async () => {
      this.#restarts.cancel();
      await this.#conversation.close();
      const agent = this.#agent;
      this.#agent = undefined;
      await agent?.detach();
    });
  }

  async #bringUp(): Promise<void> {
    const { log } = this.#options;
    try {
      if (this.record.lifecycle !== 'running') {
        this.#life.move('starting');
        this.#options.onState(this);
      }
      const started = await this.#starter.start(this.entry);
      if (started) await this.#takeOver(started);
      else this.#endedByPerson();
    } catch (error) {
      log.error({ session: this.entry.number, error: describeError(error) }, 'session did not start');
      this.#problem = legible(describeError(error));
      const half = this.#agent;
      this.#agent = undefined;
      await this.#leave(half);
      this.#loseUnlessFull(error);
    }
  }

  /** The next start finds the agent again by its handle; one that could not be written down as ours is ended. */
  async #leave(agent: RunningAgent | undefined): Promise<void> {
    try {
      await (this.record.handle === agent?.handle ? agent?.detach() : agent?.stop());
    } catch (error) {
      const { log } = this.#options;
      log.error({ session: this.entry.number, error: describeError(error) }, 'a session could not be left');
    }
  }

  /** That nothing can be stored says nothing about the session: it is tried again until it can, and nothing is counted. */
  #loseUnlessFull(error: unknown): void {
    try {
      if (!isStateTrouble(error)) {
        this.#lose(() => undefined);
        return;
      }
    } catch (further) {
      if (!isStateTrouble(further)) throw further;
    }
    this.#state = stateNow('unknown', this.#options.clock);
    this.#options.onState(this);
    this.#restarts.again(storeRetryMs, () => {
      this.#later(() => this.#bringUp());
    });
  }

  async #takeOver({ agent, driver }: Started): Promise<void> {
    this.#agent = agent;
    this.#driver = driver;
    this.#state = agent.state;
    this.#problem = undefined;
    this.#restarts.running();
    this.#life.forgetEnd();
    this.#life.save({ handle: agent.handle, agentSession: agent.agentSession });
    this.#life.move('running');
    const early = this.#earlyDeath;
    this.#earlyDeath = undefined;
    if (early?.generation === this.record.generation) {
      this.#died(early.event);
      return;
    }
    await handOverAnswers(this.entry.number, agent, this.#options);
    if (this.#conversation.closed) this.#conversation = this.#newConversation();
    this.#options.onState(this);
    this.#voice.busyMode(this.entry, driver);
    this.#conversation.wake();
  }

  #newConversation(): Conversation {
    return new Conversation({
      ...this.#options,
      session: this.entry.number,
      agent: () => this.#agent,
      mode: () => this.busyMode,
    });
  }

  #hear(generation: number, event: AgentEvent): void {
    const isOlder = generation !== this.record.generation;
    // Of an older process the words count; its state does not, and what it asks nobody can answer.
    if (isOlder && event.kind === 'prompt-opened') return;
    this.#options.collector.collect(this.entry.number, generation, event);
    if (isOlder) return;
    if (event.kind === 'state' && isAlive(this.record.lifecycle)) {
      this.#state = event.state;
      if (this.#agent && this.#agent.agentSession !== this.record.agentSession) {
        this.#life.save({ agentSession: this.#agent.agentSession, handle: this.#agent.handle });
      }
      this.#options.onState(this);
      this.#conversation.wake();
    }
    if (event.kind === 'died') this.#died(event);
  }

  #died(event: DeathEvent): void {
    const { exitCode, lastLines } = event;
    const agent = this.#agent;
    if (!agent) {
      // Its end was asked for (I8), or it is just being brought up: then whoever does that must hear of it.
      if (isAlive(this.record.lifecycle)) this.#earlyDeath = { generation: this.record.generation, event };
      return;
    }
    if (event.asked) this.#endedByPerson();
    else {
      this.#options.log.warn({ session: this.entry.number, exitCode }, 'agent died');
      this.#options.collector.agentEnded(this.entry.number);
      this.#restarts.died();
      const tail = legible(lastLines.trim().split('\n').slice(-4).join('\n'));
      this.#problem = `The agent ended with exit code ${exitCode ?? 'unknown'}.${tail === '' ? '' : ` Last words: ${tail}.`}`;
      this.#lose((delay) => {
        this.#voice.lost(this.record, exitCode, delay);
      });
    }
    // Last: a death that could not be written down is told again, and must find its agent.
    this.#agent = undefined;
    this.#later(() => agent.detach());
  }

  /** I8: what a person ended at its terminal is not brought back, and its messages wait. */
  #endedByPerson(): void {
    const { clock, collector, words, log } = this.#options;
    const { number } = this.entry;
    log.info({ session: number }, 'agent ended at its terminal');
    collector.agentEnded(number, words.turnEndedAtDesk());
    this.#problem = endedAtTerminal;
    this.#earlyDeath = undefined;
    this.#life.endedByPerson();
    this.#state = stateNow('unknown', clock);
    this.#voice.down(this.record, this.entry, words.sessionEnded(number));
    this.#options.onState(this);
  }

  /** Decides what follows a death or a failed start. */
  #lose(tell: (delayMs: number) => void): void {
    const { clock, words, log } = this.#options;
    const { number } = this.entry;
    const decision = this.#restarts.decide();
    if (decision.action === 'give-up') {
      this.#life.move('failed');
      this.#state = stateNow('error', clock);
      this.#voice.down(this.record, this.entry, words.sessionGivenUp(number, this.#problem ?? ''));
      this.#options.onState(this);
      return;
    }
    this.#life.move('lost');
    this.#state = stateNow('unknown', clock);
    tell(decision.afterMs);
    log.info({ session: number, attempt: decision.attempt, afterMs: decision.afterMs }, 'session will be restarted');
    this.#options.onState(this);
    this.#restarts.schedule(decision, () => {
      this.#later(() => this.#restartNow());
    });
  }

  /** Adds a step that nobody waits for. */
  #later(step: () => Promise<void>): void {
    this.#steps.run(step).catch((error: unknown) => {
      this.#options.log.error({ session: this.entry.number, error: describeError(error) }, 'a session step failed');
    });
  }

  async #restartNow(): Promise<void> {
    if (this.record.lifecycle !== 'lost') return;
    await this.#bringUp();
    if (this.#agent) this.#voice.back(this.record);
  }
}

function stateNow(activity: AgentState['activity'], clock: Clock): AgentState {
  return { activity, waitingFor: null, source: 'process', since: clock.now() };
}
