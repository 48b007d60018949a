import { newUuid, shortHash } from '../../../src/base/ids.ts';
import type { AgentSpec } from '../../../src/contracts/agent.ts';
import type { AgentActivity, AgentEvent, AgentState, TurnOutcome, WaitingFor } from '../../../src/model/agent.ts';
import type { PromptAnswer, PromptGrant, PromptKind, PromptQuestion } from '../../../src/model/prompt.ts';

/** A prompt that was read while a turn ran. */
export interface QueuedPrompt {
  readonly text: string;
  /** The bridge's id of it; undefined for what was typed at the desk. */
  readonly message: string | undefined;
}

/** What a prompt offers beyond a yes and a no. */
export interface FakeOffer {
  readonly grants?: readonly PromptGrant[];
  readonly questions?: readonly PromptQuestion[];
}

export interface FakePrompt {
  readonly id: string;
  readonly prompt: PromptKind;
  readonly grants: readonly PromptGrant[];
  readonly questions: readonly PromptQuestion[];
  /** As it was told. */
  readonly opened: Extract<AgentEvent, { kind: 'prompt-opened' }>;
  /** What became of it, once it is decided. */
  decision: PromptAnswer | undefined;
}

/**
 * The agent's side: what outlives the bridge. Keeps its events until somebody has taken them, as a mailbox does. A
 * test says what the agent does; by itself it only accepts messages.
 */
export class FakeAgentProcess {
  readonly pid: number;
  readonly spec: AgentSpec;
  readonly agentSession: string;
  /** Everything it has read, in order; shared by all processes of one conversation. */
  readonly received: string[];
  /** The turn of each message that it has, by the message's id; shared as well. */
  readonly turns: Map<string, string>;
  /** Told to nobody yet. */
  readonly untold: AgentEvent[] = [];
  state: AgentState;
  alive = true;
  /** The turn that is running. */
  turn: string | undefined;
  prompt: FakePrompt | undefined;
  /** The rules, modes and directories that it was granted. */
  readonly granted = new Set<string>();
  /** Its own queue: becomes the next turn, all of it at once, or part of the running one with `absorb`. */
  queue: QueuedPrompt[] = [];
  /** What it does with a turn that began with its queue. Default: nothing, the turn stays open. */
  onQueueTaken: (text: string) => void = () => undefined;
  /** Hears that there is something to tell. */
  onNews: () => void = () => undefined;
  /** What a person decided, or somebody outside. */
  onDecided: (prompt: FakePrompt, decision: PromptAnswer) => void = () => undefined;
  readonly #now: () => number;
  #texts = 0;
  #prompts = 0;

  constructor(options: {
    readonly pid: number;
    readonly spec: AgentSpec;
    readonly agentSession: string;
    readonly received: string[];
    readonly turns: Map<string, string>;
    readonly now: () => number;
  }) {
    const { pid, spec, agentSession, received, turns, now } = options;
    this.pid = pid;
    this.spec = spec;
    this.agentSession = agentSession;
    this.received = received;
    this.turns = turns;
    this.#now = now;
    this.state = { activity: 'idle', waitingFor: null, source: 'hook', since: now() };
  }

  /**
   * Accepts a prompt: one of the bridge when `message` is given, else one typed at the desk. Returns its turn, or the
   * running one when it went into the queue.
   */
  accept(text: string, message?: string): string {
    if (this.state.activity === 'busy') {
      this.queue.push({ text, message });
      this.onNews();
      return this.#runningTurn();
    }
    if (this.state.activity !== 'idle') throw new Error(`a ${this.state.activity} agent accepts nothing`);
    const turn = newUuid();
    this.turn = turn;
    this.received.push(text);
    if (message !== undefined) this.turns.set(message, turn);
    this.#tell(
      message === undefined
        ? { kind: 'turn-started', turn, by: 'desk', text }
        : { kind: 'turn-started', turn, by: 'bridge', message },
    );
    this.#become('busy');
    return turn;
  }

  say(text: string): void {
    const turn = this.#runningTurn();
    this.#texts += 1;
    this.#tell({ kind: 'text', turn, key: `${turn}:${this.#texts}`, text });
  }

  /** Ends the turn; with a text, after saying it. */
  finish(text?: string): void {
    if (text !== undefined) this.say(text);
    this.#endTurn('completed');
  }

  fail(reason: string): void {
    this.#endTurn('failed', reason);
  }

  /** Ends the turn because the provider takes no more. */
  limit(reason: string): void {
    this.#endTurn('rate-limited', reason);
  }

  /** Takes what is queued into the turn that runs. */
  absorb(): void {
    const turn = this.#runningTurn();
    for (const one of this.queue.splice(0)) this.#join(turn, one);
  }

  interrupted(): void {
    if (this.prompt) this.decide({ behavior: 'deny' }, 'desk', false);
    this.#endTurn('interrupted');
  }

  /** Asks a person. Returns the prompt's id. */
  openPrompt(
    prompt: PromptKind = 'permission',
    tool = 'Write',
    input: Readonly<Record<string, unknown>> = {},
    { grants = [], questions = [] }: FakeOffer = {},
  ): string {
    const turn = this.#runningTurn();
    this.#prompts += 1;
    const id = shortHash(`${this.agentSession} ${this.pid} ${this.#prompts}`, 8);
    const opened = { kind: 'prompt-opened', id, turn, prompt, tool, input, grants, questions } as const;
    this.prompt = { id, prompt, grants, questions, opened, decision: undefined };
    this.#tell(opened);
    this.#become('waiting', prompt);
    return id;
  }

  /** Decides the open prompt. */
  decide(decision: PromptAnswer, by: 'bridge' | 'desk' | 'expired', goOn = true): void {
    const { prompt } = this;
    if (!prompt) throw new Error('there is no prompt to decide');
    this.prompt = undefined;
    prompt.decision = decision;
    if (decision.behavior === 'allow') this.#grant(prompt.grants.find(({ id }) => id === decision.grant));
    this.#tell({ kind: 'prompt-closed', id: prompt.id, by });
    this.#become('busy');
    if (goOn) this.onDecided(prompt, decision);
  }

  /** Ends without being asked; with `asked`, a person ends it at its terminal. */
  die(exitCode: number | undefined = 1, lastLines = '', asked = false): void {
    this.end();
    if (this.turn !== undefined) {
      const outcome = asked ? 'interrupted' : 'lost';
      this.#tell({ kind: 'turn-ended', turn: this.turn, outcome, reason: 'the agent ended' });
      this.turn = undefined;
    }
    this.#tell({ kind: 'died', exitCode, lastLines, asked });
  }

  /** Ends because the bridge asks. */
  end(): void {
    this.alive = false;
    this.queue = [];
    if (this.prompt) this.#tell({ kind: 'prompt-closed', id: this.prompt.id, by: 'agent-ended' });
    this.prompt = undefined;
  }

  #grant(grant: PromptGrant | undefined): void {
    if (grant?.kind === 'mode') this.granted.add(grant.mode);
    if (grant?.kind === 'directories') for (const one of grant.directories) this.granted.add(one);
    if (grant?.kind === 'rules' && grant.effect === 'allow') for (const one of grant.rules) this.granted.add(one);
  }

  #endTurn(outcome: TurnOutcome, reason?: string): void {
    this.#tell({ kind: 'turn-ended', turn: this.#runningTurn(), outcome, ...(reason === undefined ? {} : { reason }) });
    this.turn = undefined;
    if (this.queue.length === 0) this.#become('idle');
    else this.#takeQueue();
  }

  /** All that waits begins a turn, with the first message of the bridge if there is one. */
  #takeQueue(): void {
    const queue = this.queue.splice(0);
    const turn = newUuid();
    this.turn = turn;
    const first = queue.find(({ message }) => message !== undefined);
    const text = queue.map((one) => one.text).join('\n');
    if (first?.message === undefined) this.#tell({ kind: 'turn-started', turn, by: 'desk', text });
    else this.#tell({ kind: 'turn-started', turn, by: 'bridge', message: first.message });
    for (const one of queue) this.#join(turn, one, one !== first);
    this.onQueueTaken(text);
  }

  #join(turn: string, { text, message }: QueuedPrompt, tell = true): void {
    this.received.push(text);
    if (message === undefined) return;
    this.turns.set(message, turn);
    if (tell) this.#tell({ kind: 'message-taken', turn, message });
  }

  #runningTurn(): string {
    if (this.turn === undefined) throw new Error('no turn is running');
    return this.turn;
  }

  #become(activity: AgentActivity, waitingFor: WaitingFor | null = null): void {
    this.state = { activity, waitingFor, source: 'hook', since: this.#now() };
    this.#tell({ kind: 'state', state: this.state });
  }

  #tell(event: AgentEvent): void {
    this.untold.push(event);
    this.onNews();
  }
}
