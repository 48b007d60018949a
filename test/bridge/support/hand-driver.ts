import { BridgeError } from '../../../src/base/errors.ts';
import type { AgentActivity, AgentEvent, AgentState, WaitingFor } from '../../../src/model/agent.ts';
import type { TurnInput } from '../../../src/model/message.ts';
import type { PromptAnswer } from '../../../src/model/prompt.ts';
import type {
  Acknowledgement,
  AgentDriver,
  AgentListener,
  AgentLook,
  AgentSpec,
  Delivered,
  RunningAgent,
} from '../../../src/contracts/agent.ts';

/** An agent in the hands of a test. It confirms messages at once, unless it is told otherwise. */
export class HandAgent implements RunningAgent {
  readonly handle: string;
  readonly pid: number;
  readonly spec: AgentSpec;
  agentSession: string | undefined;
  state: AgentState = stateOf('idle');
  /** What was handed over, in order. */
  readonly delivered: TurnInput[] = [];
  readonly lookedUp: string[] = [];
  /** The texts that were looked for. */
  readonly lookedFor: string[] = [];
  readonly answers: { readonly id: string; readonly answer: PromptAnswer }[] = [];
  stopped = false;
  detached = false;
  /** What lies in its own queue: messages that came while it was busy. */
  readonly ownQueue: string[] = [];
  interrupts = 0;
  /** Runs before a message is confirmed; throws to refuse it. */
  beforeConfirm: (input: TurnInput, signal: AbortSignal | undefined) => void | Promise<void> = () => undefined;
  lookUp: (message: string) => Delivered | Promise<Delivered> = () => ({ delivered: 'unknown' });
  beforeAnswer: (id: string) => void | Promise<void> = () => undefined;
  beforeStop: () => void | Promise<void> = () => undefined;
  /** Runs before a turn is stopped; throws when it cannot be. */
  beforeInterrupt: () => void | Promise<void> = () => undefined;
  /** What a look shows; undefined when its terminal is gone. */
  view: AgentLook | undefined = { screen: 'at rest' };
  nudges = 0;
  /** What a push does to it. Default: nothing. */
  onNudge: () => void | Promise<void> = () => undefined;
  /** The turn that runs. */
  turn: string | undefined;
  #listener: AgentListener;

  constructor(spec: AgentSpec, handle: string, pid: number, agentSession: string, listener: AgentListener) {
    this.spec = spec;
    this.handle = handle;
    this.pid = pid;
    this.agentSession = agentSession;
    this.#listener = listener;
  }

  async deliver(input: TurnInput, signal?: AbortSignal): Promise<Acknowledgement> {
    this.delivered.push(input);
    await this.beforeConfirm(input, signal);
    if (this.state.activity === 'busy') {
      this.ownQueue.push(input.message);
      return { by: 'hook', turn: this.turn ?? 'unknown', queued: true, afterMs: 20 };
    }
    const turn = `turn-of-${input.message}`;
    this.turn = turn;
    this.become('busy');
    this.tell({ kind: 'turn-started', turn, by: 'bridge', message: input.message });
    return { by: 'hook', turn, afterMs: 20 };
  }

  async wasDelivered(message: string, text: string): Promise<Delivered> {
    this.lookedUp.push(message);
    this.lookedFor.push(text);
    return this.lookUp(message);
  }

  async answer(id: string, answer: PromptAnswer): Promise<void> {
    await this.beforeAnswer(id);
    this.answers.push({ id, answer });
  }

  async interrupt(): Promise<void> {
    this.interrupts += 1;
    await this.beforeInterrupt();
    if (this.turn !== undefined) this.tell({ kind: 'turn-ended', turn: this.turn, outcome: 'interrupted' });
    this.turn = undefined;
    this.become('idle');
  }

  look(): Promise<AgentLook | undefined> {
    return Promise.resolve(this.view);
  }

  async nudge(): Promise<void> {
    this.nudges += 1;
    await this.onNudge();
  }

  /** Takes the oldest message of its own queue into the running turn, or into a new one. */
  takeUp(): string {
    const message = this.ownQueue.shift();
    if (message === undefined) throw new Error('its queue is empty');
    if (this.turn !== undefined) this.tell({ kind: 'message-taken', turn: this.turn, message });
    else {
      this.turn = `turn-of-${message}`;
      this.tell({ kind: 'turn-started', turn: this.turn, by: 'bridge', message });
      this.become('busy');
    }
    return message;
  }

  /** As with a real one, the death is told as well, although it was asked for. */
  async stop(): Promise<void> {
    await this.beforeStop();
    this.stopped = true;
    this.tell({ kind: 'died', exitCode: 0, lastLines: '', asked: false });
  }

  detach(): Promise<void> {
    this.detached = true;
    return Promise.resolve();
  }

  /** Another bridge listens from now on. */
  listenAgain(listener: AgentListener): void {
    this.#listener = listener;
    this.detached = false;
  }

  tell(event: AgentEvent): void {
    if (!this.detached) this.#listener.onEvent(event);
  }

  become(activity: AgentActivity, waitingFor: WaitingFor | null = null): void {
    this.state = stateOf(activity, waitingFor);
    this.tell({ kind: 'state', state: this.state });
  }

  /** Says something, ends its turn and is idle. */
  finish(message: string, text: string): void {
    const turn = `turn-of-${message}`;
    this.tell({ kind: 'text', turn, key: `${turn}:text`, text });
    this.turn = undefined;
    this.tell({ kind: 'turn-ended', turn, outcome: 'completed' });
    this.become('idle');
  }

  /** Ends by itself. */
  die(exitCode: number | undefined = 1, lastLines = 'bye'): void {
    this.stopped = true;
    this.tell({ kind: 'died', exitCode, lastLines, asked: false });
  }

  /** A person ends it at its terminal. */
  leave(): void {
    this.stopped = true;
    this.tell({ kind: 'died', exitCode: 0, lastLines: '', asked: true });
  }
}

/** A driver in the hands of a test. Its agents outlive whoever started them. */
export class HandDriver implements AgentDriver {
  readonly name: string;
  capabilities = { resume: true, prompts: true, interrupt: true, steer: false, standIn: false };
  readonly launches: { readonly spec: AgentSpec; readonly resume: string | undefined }[] = [];
  readonly recoveries: { readonly spec: AgentSpec; readonly handle: string }[] = [];
  readonly agents: HandAgent[] = [];
  /** Runs before an agent is there; throws to fail the launch. */
  beforeLaunch: (spec: AgentSpec, listener: AgentListener) => void | Promise<void> = () => undefined;
  /** Prepares an agent before anybody else sees it. */
  onLaunched: (agent: HandAgent) => void | Promise<void> = () => undefined;
  onRecovering: (agent: HandAgent | undefined, listener: AgentListener) => void | Promise<void> = () => undefined;

  constructor(name = 'hand') {
    this.name = name;
  }

  /** The newest agent. */
  get agent(): HandAgent {
    const agent = this.agents.at(-1);
    if (!agent) throw new Error('no agent was launched');
    return agent;
  }

  async launch(spec: AgentSpec, resume: string | undefined, listener: AgentListener): Promise<RunningAgent> {
    this.launches.push({ spec, resume });
    await this.beforeLaunch(spec, listener);
    const count = this.agents.length + 1;
    const handle = `${this.name}-handle-${count}`;
    const agent = new HandAgent(spec, handle, 1_000 + count, resume ?? `${this.name}-conversation-${count}`, listener);
    this.agents.push(agent);
    await this.onLaunched(agent);
    return agent;
  }

  async recover(spec: AgentSpec, handle: string, listener: AgentListener): Promise<RunningAgent | undefined> {
    this.recoveries.push({ spec, handle });
    const agent = this.agents.find((candidate) => candidate.handle === handle && !candidate.stopped);
    await this.onRecovering(agent, listener);
    agent?.listenAgain(listener);
    return agent;
  }
}

export function stateOf(activity: AgentActivity, waitingFor: WaitingFor | null = null): AgentState {
  return { activity, waitingFor, source: 'hook', since: 0 };
}

/** An error of a driver that says whether the agent has the message. */
export function deliveryError(happened: 'not-done' | 'unknown'): BridgeError {
  return new BridgeError('agent-silent', `it was ${happened}`, { happened });
}
