import { isoTime } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { CatchUpDecision, HeldMessage } from '../../contracts/bridge-api.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { HeldMessages } from '../catch-up/held-messages.ts';
import { beginningOf } from './message-trace.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface CatchUpDeskOptions {
  readonly sessions: SessionManager;
  readonly held: HeldMessages;
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
    const messages = decision === undefined ? held.list(session.entry.number) : held[decision](session.entry.number);
    if (decision !== undefined)
      log.info({ session: number, decision, count: messages.length }, 'held messages decided');
    if (decision === 'run') session.wake();
    return messages.map((message) => this.#listing(message));
  }

  #listing({ id, channel, authorName, sentAt, text }: InboxMessage): HeldMessage {
    const channelName = this.#options.transport.channelName(channel);
    return {
      id,
      channel,
      ...(channelName === undefined ? {} : { channelName }),
      author: authorName,
      sentAt: isoTime(sentAt),
      beginning: beginningOf(text),
    };
  }
}
