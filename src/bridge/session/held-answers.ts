import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';

export interface HeldAnswersOptions {
  readonly stores: Stores;
  readonly collector: Pick<ReplyCollector, 'answerNotTaken'>;
  readonly log: Log;
}

/**
 * Hands answers that were decided while the agent was not connected over, or that were on their way when the last daemon
 * ended; a repetition changes nothing. One that comes too late is closed, one that does not fit can be given anew. Of one
 * that may have arrived the agent's next event tells what became of it.
 */
export async function handOverAnswers(
  session: SessionNumber,
  agent: Pick<RunningAgent, 'answer'>,
  { stores, collector, log }: HeldAnswersOptions,
): Promise<void> {
  for (const { id, answer } of stores.prompts.listSent(session)) {
    try {
      await agent.answer(id, answer);
    } catch (error) {
      log.warn({ session, prompt: id, error: describeError(error) }, 'answer was not taken');
      collector.answerNotTaken(id, error);
    }
  }
}
