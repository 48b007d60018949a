import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError, describeError, recoveryOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import { canAcceptMessage, canSteer } from '../../model/agent.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { BusyMode, SessionNumber } from '../../model/session.ts';
import type { Acknowledgement, RunningAgent } from '../../contracts/agent.ts';
import type { Stores, TurnRecord } from '../../contracts/stores.ts';
import { AgentQueue } from './agent-queue.ts';
import { LookUp } from './look-up.ts';
import { decideNextStep } from './next-step.ts';
import type { MessageFiles } from '../attachments/message-files.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import { Tries } from './tries.ts';
import type { Words } from '../words.ts';

/** What a message waits for while there is nobody to have it. */
const noAgent = 'no agent';
const itsFiles = 'its files';

/** How long after a failure the next try waits, in milliseconds. */
const retryDelayMs = 1_000;

export interface ConversationOptions {
  readonly session: SessionNumber;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly files: Pick<MessageFiles, 'isReady' | 'textFor' | 'kick'>;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** The session's live agent, if there is one. */
  readonly agent: () => RunningAgent | undefined;
  /** What is done while the agent is busy, as far as the agent can. */
  readonly mode: () => BusyMode;
  /** Why nothing is given to the agent now, in a word or two, although it could have it. */
  readonly held: () => string | undefined;
}

/** The message at the head of the queue and what it has waited for. */
interface Waiting {
  readonly message: string;
  readonly reasons: readonly string[];
}

/**
 * One session's messages, one at a time (I2): takes the oldest from the inbox when the agent can have it, hands it
 * over, and settles it with what became of it (I3). Knows nothing about terminals, or how agents confirm.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #stop = new AbortController();
  /** Whatever is done with the agent, one thing after another (I2). */
  readonly #steps = new SerialQueue();
  readonly #agentQueue: AgentQueue;
  #working: Promise<void> | undefined;
  #again = false;
  #retry: Cancel | undefined;
  readonly #tries = new Tries();
  readonly #lookUp: LookUp;
  /** A message may be in the middle of its delivery although nobody delivers it: that could not be written down. */
  #mayBeLeft = true;
  #waiting: Waiting | undefined;
  /** The message that stopped a turn, and the turn: it does so once. */
  #interruption: string | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#agentQueue = new AgentQueue({
      ...options,
      wake: () => {
        this.wake();
      },
    });
    this.#lookUp = new LookUp({ ...options, agentQueue: this.#agentQueue, tries: this.#tries });
  }

  /** There may be something to do: a new message, an idle agent. Returns at once. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (this.#again) {
        this.#again = false;
        this.wake();
      }
    });
  }

  /** Whether it was closed; then another one is needed. */
  get closed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** How often in a row an agent that was ready did not take what it was given. */
  get inVain(): number {
    return this.#tries.inVain;
  }

  /** What a message waits for, in a word or two; undefined unless it is the one whose turn it is. */
  waitsFor(message: string): string | undefined {
    // Closed, it looks at nothing any more: there is no agent until another conversation begins.
    if (this.closed)
      return this.#options.stores.inbox.next(this.#options.session)?.id === message ? noAgent : undefined;
    if (this.#waiting?.message !== message) return undefined;
    const reason = this.#waiting.reasons.at(-1);
    return this.#options.agent() || reason === itsFiles ? reason : noAgent;
  }

  /**
   * Stops the running turn, after a delivery that is under way. The next message follows.
   *
   * @throws BridgeError `agent-not-ready` when there is nothing that could be stopped, `interrupt-failed`.
   */
  interrupt(): Promise<'interrupted' | 'idle'> {
    return this.#steps.run(async () => {
      const agent = this.#options.agent();
      const { activity, waitingFor } = agent?.state ?? { activity: 'unknown', waitingFor: null };
      if (agent && activity === 'idle') return 'idle';
      const isInTurn =
        activity === 'busy' || (activity === 'waiting' && waitingFor !== 'trust' && waitingFor !== 'login');
      if (!agent || !isInTurn) {
        const { session } = this.#options;
        throw new BridgeError(
          'agent-not-ready',
          `The agent of session ${session} works on nothing that could be stopped (${waitingFor ?? activity}).`,
          { advice: 'See: vai status.' },
        );
      }
      await agent.interrupt();
      return 'interrupted';
    });
  }

  /** Ends a delivery in flight as well as it can and stops. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#retry?.();
    this.#agentQueue.close();
    await this.#working;
    // A turn that is being stopped on request comes to its end as well.
    await this.#steps.idle();
  }

  async #work(): Promise<void> {
    const { session, log } = this.#options;
    try {
      do this.#again = false;
      while (await this.#steps.run(() => this.#step()));
    } catch (error) {
      log.error({ session, error: describeError(error) }, 'a conversation step failed');
      this.#mayBeLeft = true;
      this.#retryLater();
    }
  }

  /** Takes the next message one step further. Returns whether to go on at once. */
  async #step(): Promise<boolean> {
    const { session, stores, files, mode } = this.#options;
    if (this.#stop.signal.aborted || this.#retry) return false;
    this.#findLeft();
    const agent = this.#options.agent();
    const steered = agent ? this.#agentQueue.observe(agent.state) : 0;
    const message = stores.inbox.next(session);
    if (!message) return false;
    if (message.state === 'queued' && !files.isReady(message.id)) {
      files.kick();
      this.#wait(message.id, itsFiles);
      return false;
    }
    const present = mode();
    const turn = present === 'queue' ? undefined : stores.turns.current(session);
    const step = decideNextStep({
      message,
      agent: agent?.state,
      mode: present,
      turnStartedAt: turn?.startedAt,
      steered,
      elsewhere: present === 'steer' && this.#isElsewhere(message, turn),
      held: this.#options.held(),
    });
    if (!agent || step.kind === 'wait') {
      this.#wait(message.id, step.kind === 'wait' ? step.reason : noAgent);
      return false;
    }
    switch (step.kind) {
      case 'look-up':
        await this.#lookUp.settle(agent, message);
        return true;
      case 'interrupt':
        return this.#interruptFor(agent, message, turn?.turn);
      case 'deliver':
        if (this.#tries.hasFailed) await this.#push(agent);
        return this.#deliver(agent, message);
    }
  }

  /** An agent that did not take the last one may be suspended. */
  async #push(agent: RunningAgent): Promise<void> {
    const { session, log } = this.#options;
    log.info({ session, inVain: this.inVain }, 'an agent that takes no messages is given a push');
    try {
      await agent.nudge();
    } catch (error) {
      log.warn({ session, error: describeError(error) }, 'an agent could not be given a push');
    }
  }

  /** Steps follow one another: what is being delivered at the begin of one is in nobody's hands, and is looked up (I4). */
  #findLeft(): void {
    if (!this.#mayBeLeft) return;
    const { session, stores, clock } = this.#options;
    stores.inbox.markUncertain('sending', clock.now(), session);
    this.#mayBeLeft = false;
  }

  /** Whether what the agent has now, or takes next, is answered in another channel than this message. */
  #isElsewhere({ channel }: InboxMessage, turn: TurnRecord | undefined): boolean {
    if (turn !== undefined && turn.channel !== channel) return true;
    const waiting = this.#options.stores.inbox.unsettled(this.#options.session);
    return waiting.some((one) => one.state === 'steered' && one.channel !== channel);
  }

  /** The message stops what the agent works on. Returns whether to go on at once. */
  async #interruptFor(agent: RunningAgent, message: InboxMessage, turn = 'unknown'): Promise<boolean> {
    const { stores, clock, log, session } = this.#options;
    const interruption = `${message.id} ${turn}`;
    if (this.#interruption === interruption) {
      this.#wait(message.id, 'busy');
      return false;
    }
    this.#interruption = interruption;
    stores.traces.note(message.id, clock.now(), 'interrupt', { turn });
    try {
      await agent.interrupt();
      return true;
    } catch (error) {
      log.warn({ session, message: message.id, error: describeError(error) }, 'a turn could not be stopped');
      stores.traces.note(message.id, clock.now(), 'interrupt-failed', { reason: describeError(error) });
      this.#wait(message.id, 'busy');
      return false;
    }
  }

  async #deliver(agent: RunningAgent, message: InboxMessage): Promise<boolean> {
    const { id, source, authorName } = message;
    await this.#noteSending(id);
    const text = this.#options.files.textFor(message);
    let confirmed: Acknowledgement;
    try {
      confirmed = await agent.deliver({ message: id, text, source, authorName }, this.#stop.signal);
    } catch (error) {
      return this.#deliveryFailed(agent, message, error);
    }
    // Not within the try: that this cannot be written down says nothing about the delivery.
    this.#confirmed(id, confirmed);
    return true;
  }

  /** When it resolves, we know also over a power cut that the agent may have the message (I4). */
  async #noteSending(id: string): Promise<void> {
    const { stores, clock } = this.#options;
    stores.unflushed(() => stores.inbox.move(id, 'sending', clock.now(), this.#waited(id)));
    try {
      await stores.flushed();
    } catch (error) {
      // Nobody was given it, and it is not its fault.
      const why = { reason: describeError(error) };
      stores.unflushed(() => stores.inbox.move(id, 'queued', clock.now(), why));
      throw error;
    }
  }

  #confirmed(message: string, { turn, by, queued, afterMs }: Acknowledgement): void {
    const { collector, session, log } = this.#options;
    const how = { by, afterMs: Math.round(afterMs) };
    log.info({ session, message, queued, ...how }, 'message confirmed by the agent');
    if (queued === true) {
      this.#agentQueue.filled();
      collector.queuedAtAgent(message, how);
    } else {
      collector.acknowledge(message, turn, how);
    }
    this.#tries.arrived(message);
  }

  #deliveryFailed(agent: RunningAgent, message: InboxMessage, error: unknown): boolean {
    const { stores, clock, session, log, mode, words } = this.#options;
    if (!this.#isOpen(message.id)) return true; // The confirmation came while the error was on its way.
    const happened = error instanceof BridgeError ? error.happened : 'unknown';
    log.warn({ session, message: message.id, happened, error: describeError(error) }, 'message not delivered');
    if (happened === 'unknown') {
      stores.inbox.move(message.id, 'uncertain', clock.now(), { reason: describeError(error) });
      this.#retryLater();
      return false;
    }
    // An agent that was not ready is no fault of the message: it waits for the agent's next state.
    const isReady = canAcceptMessage(agent.state) || (mode() === 'steer' && canSteer(agent.state));
    const wasReady = this.#options.agent() === agent && isReady && !this.#stop.signal.aborted;
    if (wasReady && this.#tries.delivered(message.id, recoveryOf(error) === 'push')) {
      this.#giveUp(message.id, words.deliveryFailed(describeError(error)));
      return true;
    }
    stores.inbox.move(message.id, 'queued', clock.now(), { reason: describeError(error) });
    this.#retryLater();
    return false;
  }

  #giveUp(id: string, text: string): void {
    this.#options.collector.reject(id, text);
    this.#tries.forget(id);
  }

  /** Whether it is still on its way, and nobody has found out meanwhile what became of it. */
  #isOpen(id: string): boolean {
    const state = this.#options.stores.inbox.get(id)?.state;
    return state === 'queued' || state === 'sending' || state === 'uncertain';
  }

  #wait(message: string, reason: string): void {
    const reasons = this.#waiting?.message === message ? this.#waiting.reasons : [];
    if (reasons.at(-1) !== reason) this.#waiting = { message, reasons: [...reasons, reason] };
  }

  /** What the message has waited for, for its trace. */
  #waited(message: string): Readonly<Record<string, string>> {
    const reasons = this.#waiting?.message === message ? this.#waiting.reasons : [];
    this.#waiting = undefined;
    return reasons.length === 0 ? {} : { waitedFor: [...new Set(reasons)].join(', ') };
  }

  #retryLater(): void {
    this.#retry?.();
    if (this.#stop.signal.aborted) return;
    this.#retry = this.#options.clock.after(retryDelayMs, () => {
      this.#retry = undefined;
      this.wake();
    });
  }
}
