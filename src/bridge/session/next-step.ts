import { canAcceptMessage, canSteer } from '../../model/agent.ts';
import type { AgentState } from '../../model/agent.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { BusyMode } from '../../model/session.ts';
import type { AgentCapabilities } from '../../contracts/agent.ts';

/** How many messages may lie in an agent's own queue at once; more wait in ours, where they can be changed. */
export const maxSteered = 10;

/** What a session's next message meets. */
export interface Situation {
  readonly message: Pick<InboxMessage, 'state' | 'receivedAt'>;
  /** Undefined without a live agent. */
  readonly agent: AgentState | undefined;
  /** What the agent can do of what was configured: see `possibleMode`. */
  readonly mode: BusyMode;
  /** When the running turn started, epoch milliseconds; undefined when none is known. */
  readonly turnStartedAt: number | undefined;
  /** How many messages lie in the agent's own queue. */
  readonly steered: number;
  /** Whether the running turn, or what lies in the agent's own queue, is answered in another channel. */
  readonly elsewhere: boolean;
  /** Why nothing is to be given to the agent now, in a word or two, whatever it could have. */
  readonly held: string | undefined;
}

export type NextStep =
  | { readonly kind: 'deliver' | 'look-up' | 'interrupt' }
  /** `reason` in a word or two, for the trace. */
  | { readonly kind: 'wait'; readonly reason: string };

/**
 * What to do with a session's next message now. Pure.
 *
 * A message stops the turn that was running when it came, not those of messages that came together with it. What an agent
 * takes into a turn is answered where that turn is: a message of another channel waits for the end of it.
 */
export function decideNextStep(situation: Situation): NextStep {
  const { message, agent, mode, turnStartedAt, steered, elsewhere, held } = situation;
  if (!agent) return { kind: 'wait', reason: 'no agent' };
  if (held !== undefined) return { kind: 'wait', reason: held };
  const isIdle = canAcceptMessage(agent);
  const takesMore = mode === 'steer' && canSteer(agent);
  if (!isIdle && !takesMore) {
    const stops = mode === 'interrupt' && message.state === 'queued' && agent.activity === 'busy';
    if (stops && (turnStartedAt === undefined || message.receivedAt > turnStartedAt)) return { kind: 'interrupt' };
    return { kind: 'wait', reason: agent.waitingFor ?? agent.activity };
  }
  if (message.state === 'uncertain') return { kind: 'look-up' };
  if (!isIdle && elsewhere) return { kind: 'wait', reason: 'a turn of another channel' };
  // What the agent has in its own queue comes first, also in the moment between two turns.
  if (isIdle ? steered > 0 : steered >= maxSteered) return { kind: 'wait', reason: "the agent's own queue" };
  return { kind: 'deliver' };
}

/** The wanted mode, or `queue` for an agent that cannot do it. Pure. */
export function possibleMode(wanted: BusyMode, can: Pick<AgentCapabilities, 'steer' | 'interrupt'>): BusyMode {
  switch (wanted) {
    case 'queue':
      return 'queue';
    case 'steer':
      return can.steer ? 'steer' : 'queue';
    case 'interrupt':
      return can.interrupt ? 'interrupt' : 'queue';
  }
}
