import type { Clock } from '../../base/clock.ts';
import type { AgentState, StateSource, WaitingFor } from '../../model/agent.ts';
import type { PromptKind } from '../../model/prompt.ts';
import { asksSomething } from './state-file.ts';
import type { StateFile } from './state-file.ts';

/** Everything that is known about what the agent does, from all sources. */
export interface StateFacts {
  /** It has not come up yet. */
  readonly starting: boolean;
  readonly dead: boolean;
  /** What only a person at the terminal can give. */
  readonly desk: { readonly waitingFor: WaitingFor | null; readonly detail: string } | undefined;
  /** Requests that hooks hold up, oldest first. */
  readonly prompts: readonly PromptKind[];
  /** Whether a turn began (by a hook) and has not ended. */
  readonly turnIsOpen: boolean;
  /** The agent's own word; undefined when it has none. */
  readonly file: StateFile | undefined;
  readonly retry: string | undefined;
}

type Derived = Pick<AgentState, 'activity' | 'waitingFor' | 'source' | 'detail'>;

/** The state that follows from the facts; the better source wins: hooks, state file, screen, process. */
export function deriveState(facts: StateFacts): Derived {
  if (facts.dead) return state('unknown', null, 'process', 'the agent has ended');
  if (facts.desk) return state('waiting', facts.desk.waitingFor, 'screen', facts.desk.detail);
  if (facts.starting) return state('initializing', null, 'process');
  const [prompt] = facts.prompts;
  if (prompt !== undefined) return state('waiting', prompt, 'hook');
  if (facts.file?.status === 'waiting') return waitingByFile(facts.file);
  if (facts.turnIsOpen) return state('busy', null, 'hook', facts.retry);
  if (facts.file?.status === 'busy' || facts.file?.status === 'other') {
    return state('busy', null, 'state-file', facts.retry);
  }
  return state('idle', null, facts.file ? 'state-file' : 'hook');
}

/** Holds the state and tells when it changes. */
export class StateKeeper {
  readonly #clock: Clock;
  readonly #onChange: (state: AgentState) => void;
  #state: AgentState;

  constructor(options: { readonly clock: Clock; readonly onChange: (state: AgentState) => void }) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#state = { activity: 'initializing', waitingFor: null, source: 'process', since: options.clock.now() };
  }

  get state(): AgentState {
    return this.#state;
  }

  update(facts: StateFacts): void {
    const next = deriveState(facts);
    const now = this.#state;
    const same = next.activity === now.activity && next.waitingFor === now.waitingFor && next.detail === now.detail;
    if (same) return;
    const since = next.activity === now.activity && next.waitingFor === now.waitingFor ? now.since : this.#clock.now();
    this.#state = { ...next, since };
    this.#onChange(this.#state);
  }
}

function waitingByFile(file: StateFile): Derived {
  // A request whose hook is gone: it can be decided at the desk only.
  const asked = asksSomething(file);
  if (asked) return state('waiting', asked, 'state-file');
  return state('waiting', null, 'state-file', file.waitingFor ?? 'something is open at the terminal');
}

function state(
  activity: AgentState['activity'],
  waitingFor: WaitingFor | null,
  source: StateSource,
  detail?: string,
): Derived {
  return { activity, waitingFor, source, ...(detail === undefined ? {} : { detail }) };
}
