import type { Cancel, Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import { newSecret } from '../base/ids.ts';
import type { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import type { AgentEvent, AgentState } from '../model/agent.ts';
import { canMove, isAlive } from '../model/session.ts';
import type { Lifecycle, SessionEntry, SessionRecord } from '../model/session.ts';
import type { AgentDriver, AgentSpec, RunningAgent } from '../contracts/agent.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Workspace } from '../contracts/workspace.ts';
import { Conversation } from './conversation.ts';
import { legible } from './legible.ts';
import { countedAttempts, decideRecovery } from './recovery-policy.ts';
import type { ReplyCollector } from './reply-collector.ts';
import type { Words } from './words.ts';

export interface ManagedSessionOptions {
  readonly entry: SessionEntry;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly workspace: Workspace;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** The driver of a name. @throws BridgeError `agent-unknown`. */
  readonly driver: (name: string) => AgentDriver;
  /** The driver of a session that names none. */
  readonly defaultAgent: string;
  /** The whole environment of this session's agent, with its token. */
  readonly environment: (entry: SessionEntry, token: string) => Readonly<Record<string, string>>;
  /** How many agents may be started at once, of all sessions together. */
  readonly launches: Limiter;
  /** Something about this session's agent changed. */
  readonly onState: (session: ManagedSession) => void;
}

type DeathEvent = Extract<AgentEvent, { kind: 'died' }>;

/** Name of a session's terminal, as the predecessor named it. */
export function terminalName(entry: Pick<SessionEntry, 'number'>): string {
  return `claude-session-${entry.number}`;
}

/**
 * One session's life: finds its agent again or starts it, hears it, brings it back when it dies, ends it. The only
 * one who moves its lifecycle. Steps run one after another. Knows nothing about chat or other sessions.
 */
export class ManagedSession {
  readonly entry: SessionEntry;
  readonly #options: ManagedSessionOptions;
  #conversation: Conversation;
  readonly #steps = new SerialQueue();
  #record: SessionRecord;
  #agent: RunningAgent | undefined;
  #state: AgentState;
  #problem: string | undefined;
  #restart: Cancel | undefined;
  #attempts = 0;
  #runningSince = 0;
  /** A death that was told before the agent was in our hands. */
  #earlyDeath: { readonly generation: number; readonly event: DeathEvent } | undefined;

  constructor(options: ManagedSessionOptions) {
    const { entry, stores, clock } = options;
    this.entry = entry;
    this.#options = options;
    this.#record = stores.records.get(entry.number) ?? {
      number: entry.number,
      generation: 0,
      lifecycle: 'stopped',
      agent: entry.agent ?? options.defaultAgent,
      agentSession: undefined,
      handle: undefined,
      token: newSecret(),
      since: clock.now(),
    };
    this.#state = stateNow('unknown', clock);
    this.#conversation = this.#newConversation();
  }

  get record(): SessionRecord {
    return this.#record;
  }

  get agent(): RunningAgent | undefined {
    return this.#agent;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** Why the session is lost or failed, in words for a person. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** There may be a message for this session. */
  wake(): void {
    this.#conversation.wake();
  }

  /**
   * Brings the session up: adopts a live agent, resumes a dead one, or starts a new one (I6). A failure is told in the
   * channel and tried again; it is not thrown.
   */
  start(): Promise<void> {
    return this.#steps.run(() => this.#bringUp());
  }

  /** Starts anew, with a full budget of attempts, unless it runs. */
  recover(): Promise<'running' | 'restarted'> {
    return this.#steps.run(async () => {
      if (this.#record.lifecycle === 'running' && this.#agent) return 'running';
      this.#restart?.();
      this.#attempts = 0;
      await this.#bringUp();
      if (this.#record.lifecycle !== 'running') {
        throw new BridgeError('recover-failed', this.#problem ?? `Session ${this.entry.number} did not start.`, {
          advice: `See \`vai logs ${this.entry.number}\`.`,
        });
      }
      return 'restarted';
    });
  }

  /** Ends the agent so that it can be resumed (I8). */
  stop(): Promise<void> {
    this.#restart?.();
    return this.#steps.run(async () => {
      this.#restart?.();
      const agent = this.#agent;
      this.#agent = undefined;
      this.#move('stopped');
      this.#state = stateNow('unknown', this.#options.clock);
      this.#options.onState(this);
      try {
        await this.#conversation.close();
        await agent?.stop();
      } finally {
        this.#options.collector.agentEnded(this.entry.number, this.#options.words.turnStopped());
      }
    });
  }

  /** Stops listening and leaves the agent running (I6). */
  async detach(): Promise<void> {
    this.#restart?.();
    await this.#steps.run(async () => {
      this.#restart?.();
      await this.#conversation.close();
      const agent = this.#agent;
      this.#agent = undefined;
      await agent?.detach();
    });
  }

  async #bringUp(): Promise<void> {
    const { log } = this.#options;
    try {
      if (this.#record.lifecycle !== 'running') {
        this.#move('starting');
        this.#options.onState(this);
      }
      const driver = this.#wantedDriver();
      const adopted = await this.#adopt(driver);
      if (!adopted) await this.#options.launches.run(() => this.#launch(driver));
    } catch (error) {
      log.error({ session: this.entry.number, error: describeError(error) }, 'session did not start');
      this.#problem = legible(describeError(error));
      this.#lose(() => undefined);
    }
  }

  /** A real agent is never replaced by a stand-in just because its program is not found today. */
  #wantedDriver(): AgentDriver {
    const { driver, defaultAgent } = this.#options;
    if (this.entry.agent !== undefined) return driver(this.entry.agent);
    const standard = driver(defaultAgent);
    return standard.capabilities.standIn && this.#record.generation > 0 ? driver(this.#record.agent) : standard;
  }

  async #adopt(driver: AgentDriver): Promise<boolean> {
    const { handle, generation, agent: name } = this.#record;
    if (handle === undefined) return false;
    // An agent of another kind is ended by the driver that made it.
    const maker = name === driver.name ? driver : this.#options.driver(name);
    const agent = await maker.recover(this.#spec(), handle, { onEvent: (event) => this.#hear(generation, event) });
    if (agent && maker !== driver) {
      await agent.stop();
      this.#options.collector.agentEnded(this.entry.number);
      return false;
    }
    if (!agent) {
      this.#options.collector.agentEnded(this.entry.number);
      return false;
    }
    this.#options.log.info({ session: this.entry.number, pid: agent.pid }, 'agent found alive and adopted');
    await this.#takeOver(agent);
    return true;
  }

  async #launch(driver: AgentDriver): Promise<void> {
    const { clock, stores, log } = this.#options;
    const sameAgent = this.#record.agent === driver.name;
    const generation = this.#record.generation + 1;
    this.#save({
      generation,
      agent: driver.name,
      token: newSecret(),
      handle: undefined,
      agentSession: sameAgent && driver.capabilities.resume ? this.#record.agentSession : undefined,
    });
    this.#move('starting');
    this.#state = stateNow('initializing', clock);
    this.#options.onState(this);
    // The number is given from here on, whatever becomes of it.
    stores.records.claimNumber(this.entry.number);
    const agent = await driver.launch(this.#spec(), this.#record.agentSession, {
      onEvent: (event) => this.#hear(generation, event),
    });
    log.info({ session: this.entry.number, agent: driver.name, generation, pid: agent.pid }, 'agent started');
    await this.#takeOver(agent);
  }

  async #takeOver(agent: RunningAgent): Promise<void> {
    const { clock, stores, log } = this.#options;
    this.#agent = agent;
    this.#state = agent.state;
    this.#problem = undefined;
    this.#runningSince = clock.monotonic();
    this.#save({ handle: agent.handle, agentSession: agent.agentSession });
    this.#move('running');
    const early = this.#earlyDeath;
    this.#earlyDeath = undefined;
    if (early?.generation === this.#record.generation) {
      this.#died(early.event);
      return;
    }
    // Answers that were on their way when the last daemon ended are handed over again; a repetition changes nothing.
    for (const { id, answer } of stores.prompts.listSent(this.entry.number)) {
      try {
        await agent.answer(id, answer);
      } catch (error) {
        log.warn({ session: this.entry.number, prompt: id, error: describeError(error) }, 'answer was not taken');
        const unfit = error instanceof BridgeError && error.happened === 'not-done' && error.code !== 'prompt-gone';
        stores.prompts.move(id, unfit ? 'open' : 'overtaken', clock.now(), 'agent');
      }
    }
    if (this.#conversation.closed) this.#conversation = this.#newConversation();
    this.#options.onState(this);
    this.#conversation.wake();
  }

  #newConversation(): Conversation {
    return new Conversation({ ...this.#options, session: this.entry.number, agent: () => this.#agent });
  }

  #spec(): AgentSpec {
    const place = this.#options.workspace.prepare(this.entry);
    return {
      session: this.entry.number,
      generation: this.#record.generation,
      terminal: terminalName(this.entry),
      workDir: place.workDir,
      trusted: place.ownWorkDir || this.entry.trusted === true,
      directory: place.directory,
      environment: this.#options.environment(this.entry, this.#record.token),
    };
  }

  #hear(generation: number, event: AgentEvent): void {
    const isOlder = generation !== this.#record.generation;
    // Of an older process the words count; its state does not, and what it asks nobody can answer.
    if (isOlder && event.kind === 'prompt-opened') return;
    this.#options.collector.collect(this.entry.number, generation, event);
    if (isOlder) return;
    if (event.kind === 'state' && isAlive(this.#record.lifecycle)) {
      this.#state = event.state;
      if (this.#agent && this.#agent.agentSession !== this.#record.agentSession) {
        this.#save({ agentSession: this.#agent.agentSession, handle: this.#agent.handle });
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
      if (isAlive(this.#record.lifecycle)) this.#earlyDeath = { generation: this.#record.generation, event };
      return;
    }
    this.#options.log.warn({ session: this.entry.number, exitCode }, 'agent died');
    this.#options.collector.agentEnded(this.entry.number);
    this.#attempts = countedAttempts(this.#attempts, this.#options.clock.monotonic() - this.#runningSince);
    const tail = legible(lastLines.trim().split('\n').slice(-4).join('\n'));
    this.#problem = `The agent ended with exit code ${exitCode ?? 'unknown'}.${tail === '' ? '' : ` Last words: ${tail}.`}`;
    this.#lose((delay) => this.#options.words.sessionLost(exitCode, delay));
    // Last: a death that could not be written down is told again, and must find its agent.
    this.#agent = undefined;
    this.#later(() => agent.detach());
  }

  /** Decides what follows a death or a failed start. */
  #lose(tell: (delayMs: number) => string | undefined): void {
    const { clock, collector, words, log } = this.#options;
    const { number } = this.entry;
    const { generation } = this.#record;
    const decision = decideRecovery(this.#attempts);
    if (decision.action === 'give-up') {
      this.#move('failed');
      this.#state = stateNow('error', clock);
      const key = `given-up:${number}:${generation}:${this.#record.since}`;
      collector.announce(number, key, words.sessionGivenUp(number, this.#problem ?? ''));
      this.#options.onState(this);
      return;
    }
    this.#move('lost');
    this.#state = stateNow('unknown', clock);
    const text = tell(decision.afterMs);
    if (text !== undefined) collector.announce(number, `lost:${number}:${generation}`, text);
    this.#attempts = decision.attempt;
    log.info({ session: number, attempt: decision.attempt, afterMs: decision.afterMs }, 'session will be restarted');
    this.#options.onState(this);
    this.#restart = clock.after(decision.afterMs, () => {
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
    if (this.#record.lifecycle !== 'lost') return;
    await this.#bringUp();
    const { collector, words } = this.#options;
    const { number } = this.entry;
    if (this.#agent) {
      collector.announce(number, `back:${number}:${this.#record.generation}`, words.sessionRestarted(number));
    }
  }

  #move(to: Lifecycle): void {
    const from = this.#record.lifecycle;
    if (from === to) return;
    if (!canMove(from, to)) throw new Error(`session ${this.entry.number} cannot go from ${from} to ${to}`);
    this.#save({ lifecycle: to, since: this.#options.clock.now() });
  }

  #save(change: Partial<SessionRecord>): void {
    // A live agent is found as it was left: a restart with hundreds of them has nothing to write down.
    const fields = Object.keys(change) as (keyof SessionRecord)[];
    if (fields.every((field) => this.#record[field] === change[field])) return;
    const record = { ...this.#record, ...change };
    this.#options.stores.records.save(record);
    // Known only once it is written: what failed is not taken for done the next time.
    this.#record = record;
  }
}

function stateNow(activity: AgentState['activity'], clock: Clock): AgentState {
  return { activity, waitingFor: null, source: 'process', since: clock.now() };
}
