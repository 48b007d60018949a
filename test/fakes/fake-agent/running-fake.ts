import { isDeepStrictEqual } from 'node:util';

import type { Cancel, Clock } from '../../../src/base/clock.ts';
import { BridgeError } from '../../../src/base/errors.ts';
import type { Happened } from '../../../src/error-policy/row.ts';
import type {
  Acknowledgement,
  AgentListener,
  AgentLook,
  Delivered,
  RunningAgent,
} from '../../../src/contracts/agent.ts';
import { canAcceptMessage, canSteer } from '../../../src/model/agent.ts';
import type { AgentState } from '../../../src/model/agent.ts';
import type { TurnInput } from '../../../src/model/message.ts';
import { whyUnfit } from '../../../src/model/prompt.ts';
import type { PromptAnswer } from '../../../src/model/prompt.ts';
import type { FakeAgentProcess } from './agent-process.ts';

/** How the next delivery goes wrong. */
export interface DeliveryFailure {
  readonly happened: Exclude<Happened, 'done'>;
  /** Whether the agent gets the message all the same; only when `happened` is `unknown`. */
  readonly arrives: boolean;
}

export interface RunningFakeOptions {
  readonly process: FakeAgentProcess;
  readonly listener: AgentListener;
  readonly clock: Clock;
  /** What goes wrong with this delivery; asked once for each. */
  readonly nextFailure: () => DeliveryFailure | undefined;
  /** Resolves when deliveries are not held. */
  readonly gate: () => Promise<void>;
  /** The agent has a message: whatever it does with it. */
  readonly onMessage: (text: string, process: FakeAgentProcess) => void;
}

/** Milliseconds until a refused event is told again. */
const tellAgainMs = 1000;

/** The bridge's side of one fake agent. */
export class RunningFake implements RunningAgent {
  readonly #options: RunningFakeOptions;
  readonly #acknowledgements = new Map<string, { accepted: () => void; lost: () => void }>();
  #lastAnswer: { readonly promptId: string; readonly answer: PromptAnswer } | undefined;
  #retry: Cancel | undefined;
  #listening = false;
  #telling = false;

  constructor(options: RunningFakeOptions) {
    this.#options = options;
  }

  get handle(): string {
    return `fake:${this.#options.process.pid}`;
  }

  get agentSession(): string {
    return this.#options.process.agentSession;
  }

  get pid(): number {
    return this.#options.process.pid;
  }

  get state(): AgentState {
    return this.#options.process.state;
  }

  /** Tells what nobody was told, what it still asks, then everything as it comes. States of the past are not told. */
  listen(): void {
    const { process } = this.#options;
    const past = process.untold.splice(0).filter((event) => {
      return event.kind !== 'state' && (event.kind !== 'died' || event.asked);
    });
    const open = process.prompt?.opened;
    process.untold.push(...past, ...(open === undefined || past.includes(open) ? [] : [open]));
    this.#listening = true;
    process.onNews = () => this.#tell();
    this.#tell();
  }

  async deliver(input: TurnInput, signal?: AbortSignal): Promise<Acknowledgement> {
    this.#refuseUnlessReady(signal);
    await this.#options.gate();
    this.#refuseUnlessReady(signal);
    const failure = this.#options.nextFailure();
    if (failure && !failure.arrives) throw new BridgeError('agent-silent', 'It was told to fail.', failure);
    const { process, clock, onMessage } = this.#options;
    const start = clock.monotonic();
    let turn = '';
    if (canSteer(process.state)) {
      turn = process.accept(input.text, input.message);
      if (failure) throw new BridgeError('agent-silent', 'It was told to fail.', failure);
      return { by: 'hook', turn, queued: true, afterMs: clock.monotonic() - start };
    }
    await new Promise<void>((accepted, reject) => {
      const lost = (): void => reject(new BridgeError('delivery-unsure', 'Nobody listens.', { happened: 'unknown' }));
      this.#acknowledgements.set(input.message, { accepted, lost });
      turn = process.accept(input.text, input.message);
      onMessage(input.text, process);
    }).finally(() => this.#acknowledgements.delete(input.message));
    if (failure) throw new BridgeError('agent-silent', 'It was told to fail.', failure);
    return { by: 'hook', turn, afterMs: clock.monotonic() - start };
  }

  async wasDelivered(message: string): Promise<Delivered> {
    const { turns, queue } = this.#options.process;
    const turn = turns.get(message);
    if (turn !== undefined) return { delivered: 'yes', turn };
    const waits = queue.some((one) => one.message === message);
    return waits ? { delivered: 'yes', turn: undefined, queued: true } : { delivered: 'no' };
  }

  async answer(promptId: string, answer: PromptAnswer): Promise<void> {
    const { process } = this.#options;
    const { prompt } = process;
    const isRepeated = isDeepStrictEqual(this.#lastAnswer, { promptId, answer });
    if (this.#listening && process.alive && isRepeated) return;
    if (!this.#listening || !process.alive || prompt?.id !== promptId) {
      throw new BridgeError('prompt-gone', `Nobody waits for prompt "${promptId}" any more.`);
    }
    const unfit = whyUnfit({ ...prompt, kind: prompt.prompt }, answer);
    if (unfit) throw new BridgeError('answer-does-not-fit', unfit.sentence, { advice: unfit.advice });
    this.#lastAnswer = { promptId, answer };
    process.decide(answer, 'bridge');
  }

  async interrupt(): Promise<void> {
    const { process } = this.#options;
    // What is queued runs as soon as the turn before it is stopped: it is stopped as well.
    while (process.alive && process.turn !== undefined) process.interrupted();
  }

  async look(): Promise<AgentLook | undefined> {
    const { process } = this.#options;
    return process.alive ? { screen: process.received.join('\n') } : undefined;
  }

  async nudge(): Promise<void> {
    if (this.#listening) this.#tell();
  }

  async stop(): Promise<void> {
    this.#options.process.end();
    await this.detach();
  }

  async detach(): Promise<void> {
    if (!this.#listening) return;
    this.#listening = false;
    this.#retry?.();
    this.#options.process.onNews = () => undefined;
    for (const { lost } of this.#acknowledgements.values()) lost();
  }

  #refuseUnlessReady(signal: AbortSignal | undefined): void {
    const { process } = this.#options;
    if (signal?.aborted) throw new BridgeError('delivery-stopped', 'The delivery was stopped.');
    if (!this.#listening || !process.alive) throw new BridgeError('agent-gone', 'The agent has ended.');
    if (!canAcceptMessage(process.state) && !canSteer(process.state)) {
      throw new BridgeError('agent-not-idle', `The agent is ${process.state.activity}.`);
    }
  }

  /** In order: what the listener refuses holds up the rest until it is told again. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    this.#retry?.();
    const { process, listener, clock } = this.#options;
    try {
      for (let event = process.untold[0]; event && this.#listening; event = process.untold[0]) {
        listener.onEvent(event);
        process.untold.shift();
        if (event.kind === 'turn-started' && event.by === 'bridge') {
          this.#acknowledgements.get(event.message)?.accepted();
        }
      }
    } catch {
      // The listener's own trouble: the event stays the first of those to be told.
      this.#retry = clock.after(tellAgainMs, () => this.#tell());
    } finally {
      this.#telling = false;
    }
  }
}
