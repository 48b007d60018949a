import { BridgeError } from '../../base/errors.ts';
import { canAcceptMessage, canSteer } from '../../model/agent.ts';
import type { AgentState } from '../../model/agent.ts';
import type { StateFile } from './state-file.ts';

/** Why nothing may be typed to an agent now, or undefined: an idle one takes a message, a busy one queues it. */
export function whyNotReady(state: AgentState, status: StateFile['status'] | undefined): BridgeError | undefined {
  const { activity, waitingFor, detail } = state;
  if (activity === 'waiting' || status === 'waiting') {
    const what = waitingFor ?? detail ?? 'at the terminal';
    return new BridgeError('agent-waiting', `The agent waits for a person (${what}).`, { advice: 'Answer it first.' });
  }
  if ((canAcceptMessage(state) || canSteer(state)) && status !== 'other') return undefined;
  return new BridgeError('agent-busy', `The agent is ${activity === 'idle' ? 'busy' : activity}.`, {
    advice: 'Wait until it is idle.',
  });
}
