import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Delivered, RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { MessageFiles } from '../attachments/message-files.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import type { Words } from '../words.ts';
import type { AgentQueue } from './agent-queue.ts';
import { passesByItself } from './passing-trouble.ts';
import type { Tries } from './tries.ts';

export interface LookUpOptions {
  readonly session: SessionNumber;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly files: Pick<MessageFiles, 'textFor'>;
  readonly agentQueue: Pick<AgentQueue, 'filled'>;
  readonly tries: Tries;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** The session's live agent, if there is one. */
  readonly agent: () => RunningAgent | undefined;
}

/**
 * Finds out what became of a message that an agent may or may not have, before anything is sent again (I4). Knows
 * nothing about the order of messages, and types nothing.
 */
export class LookUp {
  readonly #options: LookUpOptions;

  constructor(options: LookUpOptions) {
    this.#options = options;
  }

  /**
   * Moves an uncertain message to where it belongs.
   *
   * @throws whatever asking the agent throws; then nothing is known yet.
   */
  async settle(agent: RunningAgent, message: InboxMessage): Promise<void> {
    const { stores, words, clock, log, session, tries } = this.#options;
    const { id } = message;
    const turn = stores.turns.byMessage(id)?.turn;
    const found: Delivered = turn === undefined ? await this.#ask(agent, message) : { delivered: 'yes', turn };
    // Its own event may have told meanwhile.
    if (stores.inbox.get(id)?.state !== 'uncertain') return;
    switch (found.delivered) {
      case 'yes':
        log.info({ session, message: id }, 'uncertain message found at the agent');
        this.#found(id, found);
        return;
      case 'no':
        // An agent that never confirms and never has it must not be typed at for ever.
        if (tries.delivered(id, true)) {
          this.#giveUp(id, words.deliveryUnconfirmed());
          return;
        }
        log.info({ session, message: id }, 'uncertain message was not delivered, sending it again');
        stores.inbox.move(id, 'queued', clock.now(), { lookUp: 'the agent does not have it' });
        return;
      case 'unknown':
        this.#giveUp(id, words.deliveryUnsure());
        return;
    }
  }

  #found(id: string, { turn, queued }: Extract<Delivered, { delivered: 'yes' }>): void {
    const { collector, agentQueue, tries, words } = this.#options;
    if (queued !== true || turn !== undefined) {
      collector.acknowledge(id, turn, { lookUp: 'the agent has it' });
      tries.arrived(id);
    } else if (tries.delivered(id, true)) {
      this.#giveUp(id, words.deliveryUnsure());
    } else {
      agentQueue.filled();
      collector.queuedAtAgent(id, { lookUp: "it lies in the agent's own queue" });
    }
  }

  /** An agent that can never be asked must not keep all that follows waiting. */
  async #ask(agent: RunningAgent, message: InboxMessage): Promise<Delivered> {
    const { tries, session, log, files } = this.#options;
    const { id } = message;
    try {
      const found = await agent.wasDelivered(id, files.textFor(message));
      tries.answered(id);
      return found;
    } catch (error) {
      // Neither the end of the agent nor a full disk says anything about what can be known.
      const mayPass = this.#options.agent() !== agent || passesByItself(error);
      if (mayPass || !tries.asked(id)) throw error;
      log.error({ session, message: id, error: describeError(error) }, 'nobody can tell about a message');
      return { delivered: 'unknown' };
    }
  }

  #giveUp(id: string, text: string): void {
    this.#options.collector.reject(id, text);
    this.#options.tries.forget(id);
  }
}
