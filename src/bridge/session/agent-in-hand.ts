import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent, AgentState } from '../../model/agent.ts';
import { isAlive } from '../../model/session.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { AgentDriver, RunningAgent } from '../../contracts/agent.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import type { Started } from './agent-starter.ts';
import type { SessionLife } from './session-life.ts';

export type DeathEvent = Extract<AgentEvent, { kind: 'died' }>;

export interface AgentInHandOptions {
  readonly session: SessionNumber;
  readonly life: SessionLife;
  readonly collector: Pick<ReplyCollector, 'collect'>;
  readonly clock: Clock;
  readonly log: Log;
  /** What the agent does has changed. */
  readonly onState: () => void;
  /** The agent in hand died. When it throws, the death is told again, and the agent is in hand until then. */
  readonly onDeath: (event: DeathEvent) => void;
}

/**
 * The agent that a session has in its hand, and what is heard of it: passes its words on, knows its state, and overlooks
 * no death, also not one that is told before the agent is in the hand. Knows nothing about what follows.
 */
export class AgentInHand {
  readonly #options: AgentInHandOptions;
  #agent: RunningAgent | undefined;
  #driver: AgentDriver | undefined;
  #state: AgentState;
  #heard = 0;
  #earlyDeath: { readonly generation: number; readonly event: DeathEvent } | undefined;

  constructor(options: AgentInHandOptions) {
    this.#options = options;
    this.#state = stateNow('unknown', options.clock);
  }

  get agent(): RunningAgent | undefined {
    return this.#agent;
  }

  /** Who made the agent, or the one before. */
  get driver(): AgentDriver | undefined {
    return this.#driver;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** How often something was heard of a session's newest agent. */
  get heard(): number {
    return this.#heard;
  }

  /** There is no agent whose state could be told. */
  become(activity: 'unknown' | 'initializing' | 'error'): void {
    this.#state = stateNow(activity, this.#options.clock);
  }

  /** Takes a live agent into the hand. */
  take({ agent, driver }: Started): void {
    this.#agent = agent;
    this.#driver = driver;
    this.#state = agent.state;
  }

  /** The death that was told before this generation was in the hand, once. */
  earlyDeath(): DeathEvent | undefined {
    const early = this.#earlyDeath;
    this.#earlyDeath = undefined;
    return early?.generation === this.#options.life.record.generation ? early.event : undefined;
  }

  /** Opens the hand: from now on nobody hears of the agent's end. */
  drop(): RunningAgent | undefined {
    const agent = this.#agent;
    this.#agent = undefined;
    return agent;
  }

  /** Leaves an agent to be found again by its handle; one that could not be written down as ours is ended. Never throws. */
  async leave(agent: RunningAgent | undefined): Promise<void> {
    const { life, log, session } = this.#options;
    try {
      await (life.record.handle === agent?.handle ? agent?.detach() : agent?.stop());
    } catch (error) {
      log.error({ session, error: describeError(error) }, 'a session could not be left');
    }
  }

  /** Hears the agent of a generation. @throws whatever the stores throw; then it is told again. */
  hear(generation: number, event: AgentEvent): void {
    const { life, collector, session, onState } = this.#options;
    const isOlder = generation !== life.record.generation;
    // Of an older process the words count; its state does not, and what it asks nobody can answer.
    if (isOlder && event.kind === 'prompt-opened') return;
    collector.collect(session, generation, event);
    if (isOlder) return;
    this.#heard += 1;
    if (event.kind === 'state' && isAlive(life.record.lifecycle)) {
      this.#state = event.state;
      const agent = this.#agent;
      if (agent && agent.agentSession !== life.record.agentSession) {
        life.save({ agentSession: agent.agentSession, handle: agent.handle });
      }
      onState();
    }
    if (event.kind === 'died') this.#died(event);
  }

  #died(event: DeathEvent): void {
    const { life, onDeath } = this.#options;
    const { generation, lifecycle } = life.record;
    if (this.#agent) onDeath(event);
    // Its end was asked for (I8), or it is just being brought up: then whoever does that must hear of it.
    else if (isAlive(lifecycle)) this.#earlyDeath = { generation, event };
  }
}

function stateNow(activity: AgentState['activity'], clock: Clock): AgentState {
  return { activity, waitingFor: null, source: 'process', since: clock.now() };
}
