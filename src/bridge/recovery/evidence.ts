import type { AgentState } from '../../model/agent.ts';
import type { Lifecycle } from '../../model/session.ts';
import type { Finding } from '../../contracts/recovery.ts';

/** What is known about one session, from all sources, at one moment. Times are milliseconds. */
export interface Evidence {
  readonly lifecycle: Lifecycle;
  /** It is being started or ended, or a restart is planned. */
  readonly isUnderway: boolean;
  readonly hasAgent: boolean;
  readonly state: Pick<AgentState, 'activity' | 'waitingFor'>;
  /** Messages that are to go to the agent. */
  readonly waiting: number;
  /** How often in a row a message was given to the agent in vain. */
  readonly inVain: number;
  /** Since it told, showed or began anything, as far as somebody looked. */
  readonly silentMs: number;
  /** Since then, or since its processes used the processor worth mentioning. Undefined: nobody can tell. */
  readonly restingMs: number | undefined;
  /** Processes of it that are not there when it rests. Undefined: nobody can tell. */
  readonly tools: number | undefined;
  /** What stands open at its terminal and can be closed without deciding anything. */
  readonly overlay: string | undefined;
  /** Something stands open at its terminal that a person has to answer. */
  readonly asks: boolean;
}

/** Messages given in vain after which an idle agent counts as deaf. */
const deafAfter = 3;

/** An agent that draws nothing and computes gets so many times the patience: it may come to an end by itself. */
const computingFactor = 12;

/**
 * What is the matter with a session. Whoever waits for a person, or for a tool that lives, is left alone however long it
 * takes. Pure.
 *
 * @param patienceMs how long an agent that should work may show nothing.
 */
export function findingOf(evidence: Evidence, patienceMs: number): Finding {
  const { lifecycle, isUnderway, hasAgent, state, inVain, asks } = evidence;
  if (lifecycle === 'stopped') return 'stopped';
  if (lifecycle === 'failed') return 'given-up';
  if (isUnderway) return 'underway';
  if (!hasAgent) return 'missing';
  switch (state.activity) {
    case 'waiting':
      return findingOfWaiting(evidence, patienceMs);
    case 'idle':
      if (inVain < deafAfter) return 'healthy';
      return asks ? 'waiting' : 'deaf';
    case 'busy':
    case 'initializing':
    case 'unknown':
    case 'error':
      return findingOfWorking(evidence, patienceMs);
  }
}

function findingOfWaiting({ state, overlay, waiting, silentMs }: Evidence, patienceMs: number): Finding {
  // Somebody may sit there and read; with nobody's message waiting, it harms nobody.
  const isForgotten = state.waitingFor === null && overlay !== undefined && waiting > 0 && silentMs >= patienceMs;
  return isForgotten ? 'overlay' : 'waiting';
}

function findingOfWorking({ silentMs, restingMs, tools, asks }: Evidence, patienceMs: number): Finding {
  if (silentMs < patienceMs) return 'healthy';
  // Nothing told of it, and yet it is drawn: Escape would be an answer.
  if (asks) return 'waiting';
  // What nobody can tell speaks for the agent.
  if (tools === undefined || restingMs === undefined) return 'healthy';
  if (tools > 0) return 'tool';
  return restingMs >= patienceMs || silentMs >= patienceMs * computingFactor ? 'wedged' : 'healthy';
}
