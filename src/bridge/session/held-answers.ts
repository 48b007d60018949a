import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';

/**
 * Hands answers that were on their way when the last daemon ended over again; a repetition changes nothing. One that
 * comes too late is closed, one that does not fit can be given anew. Of one that may have arrived the agent's next event
 * tells what became of it.
 */
export async function handOverAnswers(
  session: SessionNumber,
  agent: Pick<RunningAgent, 'answer'>,
  { stores, clock, log }: { readonly stores: Stores; readonly clock: Clock; readonly log: Log },
): Promise<void> {
  for (const { id, answer } of stores.prompts.listSent(session)) {
    try {
      await agent.answer(id, answer);
    } catch (error) {
      log.warn({ session, prompt: id, error: describeError(error) }, 'answer was not taken');
      if (!(error instanceof BridgeError) || error.happened === 'unknown') continue;
      stores.prompts.move(id, error.code === 'prompt-gone' ? 'overtaken' : 'open', clock.now(), 'agent');
    }
  }
}
