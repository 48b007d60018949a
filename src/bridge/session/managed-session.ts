import { BridgeError, describeError } from '../../base/errors.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import { isAtRest } from '../../model/agent.ts';
import type { AgentState } from '../../model/agent.ts';
import type { BusyMode, SessionEntry, SessionNumber, SessionRecord, StaysDown } from '../../model/session.ts';
import type { RunningAgent } from '../../contracts/agent.ts';
import { AgentKeeper } from './agent-keeper.ts';
import type { AgentKeeperOptions } from './agent-keeper.ts';
import { Lull } from './lull.ts';

export interface ManagedSessionOptions extends Omit<AgentKeeperOptions, 'present' | 'held' | 'later' | 'onChange'> {
  /** Why a session is given nothing new, in a word or two; undefined when nothing holds its messages back. */
  readonly heldBack?: (session: SessionNumber) => string | undefined;
  /** Something about this session's agent changed. */
  readonly onState: (session: ManagedSession) => void;
}

/**
 * One session, as others know it: its state, and what can be asked of it. Whatever is asked, and whatever follows a death,
 * is done one after another. Knows nothing about chat or other sessions.
 */
export class ManagedSession {
  readonly #options: ManagedSessionOptions;
  readonly #keeper: AgentKeeper;
  readonly #lull: Lull;
  readonly #steps = new SerialQueue();
  #entry: SessionEntry;
  #willTell = false;

  constructor(options: ManagedSessionOptions) {
    this.#options = options;
    this.#entry = options.entry;
    this.#lull = new Lull({
      clock: options.clock,
      isAtRest: () => this.isAtRest,
      onEnd: () => {
        this.#keeper.conversation.wake();
      },
    });
    this.#keeper = new AgentKeeper({
      ...options,
      present: () => this.#entry,
      held: () => (this.#lull.isHeld ? 'a restart' : options.heldBack?.(this.#entry.number)),
      later: (step) => {
        this.#later(step);
      },
      onChange: () => {
        this.#lull.changed();
        options.onState(this);
      },
    });
  }

  get entry(): SessionEntry {
    return this.#entry;
  }

  get record(): SessionRecord {
    return this.#keeper.record;
  }

  get agent(): RunningAgent | undefined {
    return this.#keeper.agent;
  }

  get state(): AgentState {
    return this.#keeper.state;
  }

  /** How often something was heard of the newest agent. */
  get heard(): number {
    return this.#keeper.heard;
  }

  /** How often in a row a message was given to the agent in vain. */
  get inVain(): number {
    return this.#keeper.conversation.inVain;
  }

  /** Whether it is being started or ended, or will be by itself. */
  get isUnderway(): boolean {
    return this.#steps.isBusy || this.#keeper.isRestartPlanned;
  }

  /** Why it is not brought up by itself, although it did not fail (I8). */
  get staysDown(): StaysDown | undefined {
    return this.#keeper.staysDown;
  }

  /** Why the session is lost, failed or stopped, in words for a person. */
  get problem(): string | undefined {
    return this.#keeper.problem;
  }

  /** What is done with messages that come while the agent is busy: what is configured, as far as the agent can. */
  get busyMode(): BusyMode {
    return this.#keeper.busyMode;
  }

  /** Whether an end of the agent would cut no turn. */
  get isAtRest(): boolean {
    if (!this.agent) return true;
    const under = this.#options.stores.inbox.unsettled(this.entry.number);
    return isAtRest(this.state) && !under.some(({ state }) => state === 'sending' || state === 'steered');
  }

  /** The owner configured something else that needs no other agent. It counts at once. */
  configure(entry: SessionEntry): void {
    this.#entry = entry;
    this.#keeper.tellBusyMode();
    this.wake();
  }

  /** There may be a message for this session. */
  wake(): void {
    this.#keeper.conversation.wake();
    if (this.#keeper.down === undefined || this.#willTell) return;
    // Many messages may come at once; their channels are told together.
    this.#willTell = true;
    this.#later(() => {
      this.#willTell = false;
      this.#keeper.tellWaiting();
      return Promise.resolve();
    });
  }

  /** What a message waits for, in a word or two; undefined unless it is the next one. */
  waitsFor(message: string): string | undefined {
    return this.#keeper.conversation.waitsFor(message);
  }

  /** Stops the running turn. @throws BridgeError as `Conversation.interrupt`. */
  interrupt(): Promise<'interrupted' | 'idle'> {
    return this.#keeper.conversation.interrupt();
  }

  /**
   * Brings the session up. A failure is told in the channel and tried again; it is not thrown. What stays down is not
   * brought up (I8).
   *
   * @param wish `asked`: also when it stays down. `if-alive`: only when its agent lives; else it stays down from now on.
   */
  start(wish: 'usual' | 'asked' | 'if-alive' = 'usual'): Promise<void> {
    return this.#steps.run(async () => {
      if (wish === 'asked') this.#keeper.mayStart();
      if (this.staysDown === undefined) return this.#keeper.bringUp(wish === 'if-alive');
      if (this.staysDown === 'asked') await this.#keeper.finishStop();
      this.wake();
    });
  }

  /** Starts anew, with a full budget of attempts, unless it runs. @throws BridgeError `recover-failed`. */
  recover(): Promise<'running' | 'restarted'> {
    return this.#steps.run(async () => {
      if (this.#keeper.runs()) return 'running';
      this.#keeper.mayStart();
      await this.#keeper.bringUp();
      if (this.#keeper.runs()) return 'restarted';
      throw new BridgeError('recover-failed', this.problem ?? `Session ${this.entry.number} did not start.`, {
        advice: `See \`vai logs ${this.entry.number}\`.`,
      });
    });
  }

  /**
   * Ends the agent so that it resumes, and brings it up again, as one step. Its messages wait meanwhile; its budget of
   * restarts is what it was. Never brings up what is stopped (I8).
   *
   * @param options.whenIdle cuts no turn: waits up to 10 s for the end of one. Meanwhile, and for some seconds more, the
   * agent is given no other message, so that a call that follows finds it idle.
   * @param options.generation only this agent: another one is left alone.
   * @throws BridgeError `agent-busy` when the turn still runs; `session-stopped`; `restart-failed` when it does not run
   * afterwards, or when the same agent still runs.
   */
  async restart(options: { readonly whenIdle?: boolean; readonly generation?: number } = {}): Promise<void> {
    const { whenIdle = false, generation } = options;
    const { number } = this.entry;
    const lull = whenIdle ? await this.#lull.wait() : 'at-rest';
    if (lull === 'busy') throw busyError(number);
    if (lull === 'over') throw overtaken(number);
    return this.#steps.run(async () => {
      if (this.record.lifecycle === 'stopped') {
        throw new BridgeError('session-stopped', `Session ${number} is stopped.`, {
          advice: `Run: vai start ${number}`,
        });
      }
      if (generation !== undefined && generation !== this.record.generation) throw overtaken(number);
      if (whenIdle && !this.isAtRest) throw busyError(number);
      try {
        await this.#endAndBringUp();
      } finally {
        this.#lull.end();
      }
    });
  }

  /**
   * Ends the agent so that it can be resumed (I8).
   *
   * @param options.stays whether the session stays down until somebody asks for its start, also for the next daemon.
   * @returns `was-stopped` when it was down already.
   */
  stop({ stays = false }: { readonly stays?: boolean } = {}): Promise<'stopped' | 'was-stopped'> {
    this.#keeper.cancelRestart();
    return this.#steps.run(async () => {
      const wasStopped = this.record.lifecycle === 'stopped';
      try {
        await this.#keeper.end(this.#options.words.turnStopped(), stays);
      } finally {
        this.#lull.end();
      }
      return wasStopped ? 'was-stopped' : 'stopped';
    });
  }

  /** Stops listening and leaves the agent running (I6). */
  async detach(): Promise<void> {
    this.#keeper.cancelRestart();
    await this.#steps.run(async () => {
      await this.#keeper.detach();
      this.#lull.end();
    });
  }

  async #endAndBringUp(): Promise<void> {
    const { number } = this.entry;
    const { generation } = this.record;
    let failure: unknown;
    try {
      await this.#keeper.end(this.#options.words.lifecycle.turnRestarted(), false);
    } catch (error) {
      if (this.agent) throw error;
      // What could not be ended is not left without a keeper: it is found again.
      failure = error;
    }
    await this.#keeper.bringUp();
    const runs = this.#keeper.runs();
    if (runs && this.record.generation !== generation) return;
    const why = runs ? 'Its agent could not be ended.' : (this.problem ?? 'It did not start.');
    throw new BridgeError('restart-failed', `Session ${number} was not restarted: ${why}`, {
      advice: `See \`vai logs ${number}\`.`,
      cause: failure,
    });
  }

  /** Adds a step that nobody waits for. */
  #later(step: () => Promise<void>): void {
    this.#steps.run(step).catch((error: unknown) => {
      this.#options.log.error({ session: this.entry.number, error: describeError(error) }, 'a session step failed');
    });
  }
}

function overtaken(session: number): BridgeError {
  return new BridgeError('restart-failed', `Session ${session} was stopped or restarted by somebody else meanwhile.`, {
    advice: 'See: vai status.',
  });
}

function busyError(session: number): BridgeError {
  return new BridgeError('agent-busy', `The agent of session ${session} works.`, {
    advice: 'Try again when it is idle, or without --when-idle.',
  });
}
