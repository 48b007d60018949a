import { shortHash } from '../../base/ids.ts';
import type { Clock } from '../../base/clock.ts';
import type { AgentState } from '../../model/agent.ts';
import type { Lifecycle } from '../../model/session.ts';
import type { AgentLook } from '../../contracts/agent.ts';
import type { TreeUsage } from '../../contracts/gauges.ts';
import type { RecoveryStep } from '../../contracts/recovery.ts';
import { quietTimeMs } from '../session/recovery-policy.ts';
import { findingOf } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { isTrouble, nothingSpent } from './ladder.ts';
import type { Spent } from './ladder.ts';

/** What is seen of a session in one look. */
export interface Sight {
  readonly lifecycle: Lifecycle;
  readonly isUnderway: boolean;
  readonly hasAgent: boolean;
  readonly generation: number;
  readonly state: AgentState;
  /** How many events were heard of this agent. */
  readonly heard: number;
  readonly waiting: number;
  readonly inVain: number;
  /** Undefined: nobody could look. */
  readonly look: AgentLook | undefined;
  /** Undefined: nobody could measure. */
  readonly usage: TreeUsage | undefined;
}

export interface SessionWatchOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Between two looks at most this much counts, in milliseconds: in a longer gap nobody looked, and perhaps nothing ran. */
  readonly mostMs: number;
  readonly patienceMs: number;
}

/** Processor time that counts as work: so many milliseconds in one look, and so much of the time that passed. */
const workMs = 100;
const workShare = 0.01;

/** What an agent has at rest that was never seen so: its own process, and the one that holds its terminal. */
const fewest = 2;

/** What does not change while an agent is stuck. */
interface Signs {
  readonly generation: number;
  readonly state: string;
  readonly heard: number;
  readonly screen: string | undefined;
  readonly processes: number | undefined;
}

/**
 * What is remembered of one session from look to look: since when it shows nothing, how many processes it has at rest,
 * and what was tried for it. Only time in which somebody looked counts. Knows nothing about what is done.
 */
export class SessionWatch {
  readonly #options: SessionWatchOptions;
  #lookedAt: number | undefined;
  #signs: Signs | undefined;
  #cpuMs: number | undefined;
  #silentMs = 0;
  #restingMs = 0;
  /** The fewest processes that were there while it rested. */
  #atRest: number | undefined;
  #wellMs = 0;
  #spent: Spent = nothingSpent;

  constructor(options: SessionWatchOptions) {
    this.#options = options;
  }

  get spent(): Spent {
    return this.#spent;
  }

  /** A step was taken. */
  spend(step: RecoveryStep): void {
    this.#spent = { ...this.#spent, [step]: this.#spent[step] + 1 };
  }

  /** One more look. What was tried is forgotten after ten minutes without trouble. */
  observe(sight: Sight): Evidence {
    const between = this.#passed();
    // Nobody has seen it: that says nothing about it.
    const passed = sight.look || !sight.hasAgent ? between : 0;
    const isAnother = sight.generation !== this.#signs?.generation;
    if (isAnother) this.#atRest = undefined;
    const signs = this.#signsOf(sight);
    const moved = isAnother || !isSame(signs, this.#signs);
    const worked = this.#hasWorked(sight.usage, between);
    this.#silentMs = moved ? 0 : this.#silentMs + passed;
    this.#restingMs = moved || worked ? 0 : this.#restingMs + passed;
    this.#signs = signs;
    this.#cpuMs = sight.usage?.cpuMs;
    const evidence = this.#evidence(sight);
    this.#countWell(evidence, passed);
    return evidence;
  }

  #evidence({ usage, look, state, ...sight }: Sight): Evidence {
    const isAtRest = sight.lifecycle === 'running' && state.activity === 'idle';
    if (isAtRest && usage) this.#atRest = Math.min(usage.processes, this.#atRest ?? usage.processes);
    return {
      ...sight,
      state,
      silentMs: this.#silentMs,
      restingMs: usage && this.#restingMs,
      tools: usage && Math.max(0, usage.processes - (this.#atRest ?? fewest)),
      overlay: look?.overlay,
      asks: look?.asks ?? false,
    };
  }

  #passed(): number {
    const { clock, mostMs } = this.#options;
    const now = clock.monotonic();
    const passed = Math.min(now - (this.#lookedAt ?? now), mostMs);
    this.#lookedAt = now;
    return passed;
  }

  #signsOf({ generation, state, heard, look, usage }: Sight): Signs {
    const { activity, waitingFor, detail, since } = state;
    return {
      generation,
      state: JSON.stringify([activity, waitingFor, detail, since]),
      heard,
      // What could not be seen is taken for unchanged: one failed look is no sign of life.
      screen: look ? shortHash(look.screen, 16) : this.#signs?.screen,
      processes: usage?.processes ?? this.#signs?.processes,
    };
  }

  /** Less than before: one of its processes has ended, which is work as well. */
  #hasWorked(usage: TreeUsage | undefined, passed: number): boolean {
    if (!usage || this.#cpuMs === undefined) return false;
    const used = usage.cpuMs - this.#cpuMs;
    return used < 0 || used >= Math.max(workMs, passed * workShare);
  }

  #countWell(evidence: Evidence, passed: number): void {
    const finding = findingOf(evidence, this.#options.patienceMs);
    // One that should work and shows nothing is not well yet, only not given up.
    const isDoubtful = finding === 'healthy' && evidence.state.activity !== 'idle' && evidence.silentMs > 0;
    if (isTrouble(finding)) this.#wellMs = 0;
    else if (!isDoubtful) this.#wellMs += passed;
    if (this.#wellMs >= quietTimeMs) this.#spent = nothingSpent;
  }
}

function isSame(left: Signs, right: Signs | undefined): boolean {
  return right !== undefined && (Object.keys(left) as (keyof Signs)[]).every((name) => left[name] === right[name]);
}
