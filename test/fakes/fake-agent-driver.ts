import type { Clock } from '../../src/base/clock.ts';
import { BridgeError } from '../../src/base/errors.ts';
import type { Happened } from '../../src/error-policy/row.ts';
import { newUuid } from '../../src/base/ids.ts';
import type {
  AgentCapabilities,
  AgentDriver,
  AgentListener,
  AgentSpec,
  RunningAgent,
} from '../../src/contracts/agent.ts';
import { FakeAgentProcess } from './fake-agent/agent-process.ts';
import { RunningFake } from './fake-agent/running-fake.ts';
import type { DeliveryFailure, RunningFakeOptions } from './fake-agent/running-fake.ts';

export { FakeAgentProcess } from './fake-agent/agent-process.ts';
export type { FakeOffer } from './fake-agent/agent-process.ts';

interface Conversation {
  readonly received: string[];
  readonly turns: Map<string, string>;
}

/** The machine on which fake agents live: what outlives one driver. */
export class FakeMachine {
  /** The living process of each terminal. */
  readonly processes = new Map<string, FakeAgentProcess>();
  readonly conversations = new Map<string, Conversation>();
  #nextPid = 50_000;

  newPid(): number {
    return this.#nextPid++;
  }
}

/**
 * Agents in memory, for tests of those who use drivers. Keeps the promises of the contract: order, repetition after a
 * refusal, events that wait for a listener, one prompt at a time. A test makes them work: `onMessage` for what they do
 * by themselves, or the controls of `process(…)` by hand.
 */
export class FakeAgentDriver implements AgentDriver {
  readonly name: string;
  readonly capabilities: AgentCapabilities = {
    resume: true,
    prompts: true,
    interrupt: true,
    steer: true,
    standIn: false,
  };
  /** What an agent does with a message it has. Default: nothing, its turn stays open. */
  onMessage: RunningFakeOptions['onMessage'] = () => undefined;
  /** What an agent does after a decision. Default: nothing. */
  onDecided: FakeAgentProcess['onDecided'] = () => undefined;
  readonly #clock: Clock;
  readonly #machine: FakeMachine;
  readonly #failures: DeliveryFailure[] = [];
  readonly #launchFailures: BridgeError[] = [];
  #gate: Promise<void> = Promise.resolve();

  constructor(options: { readonly clock: Clock; readonly machine?: FakeMachine; readonly name?: string }) {
    this.#clock = options.clock;
    this.#machine = options.machine ?? new FakeMachine();
    this.name = options.name ?? 'fake';
  }

  /** The living agent of a session's terminal. */
  process(terminal: string): FakeAgentProcess {
    const process = this.#machine.processes.get(terminal);
    if (!process) throw new Error(`no agent lives in ${terminal}`);
    return process;
  }

  /** The next delivery fails. With `unknown`, `arrives` says whether the agent has it all the same. */
  failNextDelivery(happened: Exclude<Happened, 'done'>, arrives = false): void {
    if (arrives && happened === 'not-done') throw new Error('a message that arrives is not "not-done"');
    this.#failures.push({ happened, arrives });
  }

  failNextLaunch(message = 'It was told to fail.'): void {
    this.#launchFailures.push(new BridgeError('agent-start-failed', message));
  }

  /** Deliveries wait from now on, until the returned function is called. */
  holdDeliveries(): () => void {
    let release = (): void => undefined;
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async launch(spec: AgentSpec, resume: string | undefined, listener: AgentListener): Promise<RunningAgent> {
    const failure = this.#launchFailures.shift();
    if (failure) throw failure;
    const agentSession = resume ?? newUuid();
    const { conversations, processes } = this.#machine;
    if (resume !== undefined && !conversations.has(resume)) {
      throw new BridgeError('agent-start-failed', `There is no conversation ${resume}.`);
    }
    const conversation = conversations.get(agentSession) ?? { received: [], turns: new Map<string, string>() };
    conversations.set(agentSession, conversation);
    const now = (): number => this.#clock.now();
    const process = new FakeAgentProcess({ pid: this.#machine.newPid(), spec, agentSession, ...conversation, now });
    process.onQueueTaken = (text) => this.onMessage(text, process);
    processes.set(spec.terminal, process);
    return this.#run(process, listener);
  }

  async recover(spec: AgentSpec, handle: string, listener: AgentListener): Promise<RunningAgent | undefined> {
    const process = this.#machine.processes.get(spec.terminal);
    if (!process || `fake:${process.pid}` !== handle) return undefined;
    const agent = this.#run(process, listener);
    if (process.alive) return agent;
    await agent.detach();
    return undefined;
  }

  #run(process: FakeAgentProcess, listener: AgentListener): RunningFake {
    process.onDecided = (prompt, decision) => this.onDecided(prompt, decision);
    const agent = new RunningFake({
      process,
      listener,
      clock: this.#clock,
      nextFailure: () => this.#failures.shift(),
      gate: () => this.#gate,
      onMessage: (text, target) => this.onMessage(text, target),
    });
    agent.listen();
    return agent;
  }
}
