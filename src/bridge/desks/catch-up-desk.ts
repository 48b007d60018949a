import { isoTime } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { CatchUpDecision, HeldMessage } from '../../contracts/bridge-api.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { HeldMessages } from '../catch-up/held-messages.ts';
import { beginningOfMessage } from './message-trace.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface CatchUpDeskOptions {
  readonly sessions: SessionManager;
  readonly held: HeldMessages;
  readonly stores: Pick<Stores, 'files'>;
  readonly transport: Pick<ChatTransport, 'channelName'>;
  readonly log: Log;
}

/** Shows the messages of a session that are too old to be run unasked, and has them run or dropped. Who may do so is asked by whoever calls. */
export class CatchUpDesk {
  readonly #options: CatchUpDeskOptions;

  constructor(options: CatchUpDeskOptions) {
    this.#options = options;
  }

  /**
   * What is held of a session, as it was before anything was done with it.
   * @throws BridgeError `session-unknown`.
   */
  decide(number: number, decision: CatchUpDecision | undefined): readonly HeldMessage[] {
    const { sessions, held, log } = this.#options;
    const session = sessions.get(number);
    const listed = held.list(session.entry.number).map((message) => this.#listing(message));
    if (decision === undefined) return listed;
    const { length: count } = held[decision](session.entry.number);
    log.info({ session: number, decision, count }, 'held messages decided');
    if (decision === 'run') session.wake();
    return listed;
  }

  #listing(message: InboxMessage): HeldMessage {
    const { transport, stores } = this.#options;
    const { id, channel, authorName, sentAt } = message;
    const channelName = transport.channelName(channel);
    return {
      id,
      channel,
      ...(channelName === undefined ? {} : { channelName }),
      author: authorName,
      sentAt: isoTime(sentAt),
      beginning: beginningOfMessage(message, stores),
    };
  }
}
