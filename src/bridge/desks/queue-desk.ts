import { isoTime } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isSettled } from '../../model/message.ts';
import type { InboxMessage, InboxState } from '../../model/message.ts';
import type { BusyMode, SessionNumber } from '../../model/session.ts';
import type { MessageTrace, QueuedMessage, SessionQueue } from '../../contracts/bridge-api.ts';
import type { Stores } from '../../contracts/stores.ts';
import { readMessageReference } from './message-reference.ts';
import { beginningOfMessage, traceOf } from './message-trace.ts';
import type { ManagedSession } from '../session/managed-session.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface QueueDeskOptions {
  readonly sessions: SessionManager;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly log: Log;
}

/** Why a message cannot be taken out of the queue any more. */
const tooLate: Readonly<Record<Exclude<InboxState, 'queued' | 'held'>, string>> = {
  sending: 'is just being handed to the agent',
  steered: "lies in the agent's own queue, where only its terminal reaches it",
  uncertain: 'may have reached the agent, and is being looked up',
  acknowledged: 'has reached the agent',
  withdrawn: 'was taken back already',
  failed: 'failed, and waits no more',
};

/**
 * Shows and changes what waits for a session's agent, and tells the lives of messages. Who may do so is asked by whoever
 * calls.
 */
export class QueueDesk {
  readonly #options: QueueDeskOptions;

  constructor(options: QueueDeskOptions) {
    this.#options = options;
  }

  /** @throws BridgeError `session-unknown`. */
  queue(number: number): SessionQueue {
    const { sessions, stores } = this.#options;
    const session = sessions.get(number);
    const { entry, record, busyMode } = session;
    return {
      session: entry.number,
      agent: record.agent,
      mode: entry.whileBusy ?? 'queue',
      effective: busyMode,
      messages: stores.inbox.unsettled(entry.number).map((message) => queued(message, session, stores)),
    };
  }

  /** @throws BridgeError `session-unknown`, `message-unknown`, `message-not-removable`. */
  withdraw(number: number, reference: string, by: string): { readonly id: string } {
    const { sessions, collector, log } = this.#options;
    const { entry } = sessions.get(number);
    const message = this.#find(reference);
    if (message.session !== entry.number) {
      throw new BridgeError('message-unknown', `Message "${reference}" is not for session ${number}.`, {
        advice: `It is for session ${message.session}: vai queue ${message.session}.`,
      });
    }
    const { id, session, state } = message;
    if (state !== 'queued' && state !== 'held') {
      throw new BridgeError('message-not-removable', `Message "${reference}" ${tooLate[state]}.`, {
        advice: isSettled(state) ? `See: vai trace ${id}.` : `To stop the agent: vai interrupt ${session}.`,
      });
    }
    collector.withdraw(id, by);
    log.info({ session, message: id, by }, 'message taken out of the queue');
    return { id };
  }

  /** @throws BridgeError `session-unknown`, and as `SessionMap.update`. */
  async setBusyMode(number: number, mode: BusyMode): Promise<void> {
    await this.#options.sessions.setBusyMode(number, mode);
    this.#options.log.info({ session: number, mode }, 'what happens to messages while busy was changed');
  }

  /** @throws BridgeError `session-unknown`, and as `ManagedSession.interrupt`. */
  async interrupt(number: number): Promise<'interrupted' | 'idle'> {
    const outcome = await this.#options.sessions.get(number).interrupt();
    this.#options.log.info({ session: number, outcome }, 'interrupt asked for');
    return outcome;
  }

  /** Whose message it is; undefined for one that nobody knows. */
  sessionOf(reference: string): SessionNumber | undefined {
    return this.#known(reference)?.session;
  }

  /** @throws BridgeError `message-unknown`. */
  trace(reference: string): MessageTrace {
    const { sessions, stores } = this.#options;
    const message = this.#find(reference);
    const session = sessions.list().find(({ entry }) => entry.number === message.session);
    return traceOf(message, stores, session?.waitsFor(message.id));
  }

  #known(reference: string): InboxMessage | undefined {
    const { inbox, traces } = this.#options.stores;
    const read = readMessageReference(reference);
    const id = read?.kind === 'chat' ? traces.findByChatMessage(read.messageId) : read?.id;
    return id === undefined ? undefined : inbox.get(id);
  }

  #find(reference: string): InboxMessage {
    const message = this.#known(reference);
    if (message) return message;
    if (readMessageReference(reference) === undefined) {
      throw new BridgeError('message-unknown', `"${reference}" is neither an id of a message nor a link to one.`, {
        advice: 'Copy the link or the id of the message in the chat, or take an id from: vai queue N.',
      });
    }
    throw new BridgeError('message-unknown', `There is no message "${reference}".`, {
      advice: 'It never came in, was not for a session, or was forgotten by now.',
    });
  }
}

function queued(message: InboxMessage, session: ManagedSession, stores: Stores): QueuedMessage {
  const { id, state, source, authorName, sentAt } = message;
  if (state === 'acknowledged' || state === 'withdrawn' || state === 'failed') throw new Error(`${id} is settled`);
  const waitsFor = session.waitsFor(id);
  return {
    id,
    state,
    source,
    author: authorName,
    sentAt: isoTime(sentAt),
    beginning: beginningOfMessage(message, stores),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  };
}
