import type { Log } from '../../base/log.ts';
import type { AgentListener } from '../../contracts/agent.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import { programEvents } from './program-events.ts';
import type { ProgramEvents } from './program-events.ts';

/** What is done with each kind of event. */
export type EventHandlers = {
  readonly [Kind in keyof ProgramEvents]: (event: MailboxEvent, content: ProgramEvents[Kind]) => void;
};

export interface EventFeedOptions {
  readonly mailbox: Mailbox;
  /** Whoever is told of the events, and has them on disk before they are removed. */
  readonly listener: Pick<AgentListener, 'flush'>;
  readonly log: Log;
  readonly handlers: EventHandlers;
  /** Whether an event stays after it was handled, and is heard again by whoever listens next. Whoever says so removes it. */
  readonly keeps: (event: MailboxEvent) => boolean;
}

/**
 * The program's events in the order in which they were left: one that a handler refused by throwing comes again, and the
 * later ones wait behind it. An event is removed once it was
 * handled, unless it is kept. Knows nothing about what events mean.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  #refused: string | undefined;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** Whether an event was refused and has not been handled since. */
  get isHeldUp(): boolean {
    return this.#refused !== undefined;
  }

  /** Begins: the recorded events first. Returns the end of it. */
  listen(): () => void {
    return this.#options.mailbox.listen((event) => {
      if (this.isHeldUp && this.#refused !== event.id) throw new Error('waits behind an earlier event');
      this.#refused = event.id; // Whoever throws below leaves it here.
      this.#take(event);
      this.#options.listener.flush();
      this.#refused = undefined;
      if (!this.#options.keeps(event)) this.#options.mailbox.remove([event.id]);
    });
  }

  #take(event: MailboxEvent): void {
    const { log, handlers } = this.#options;
    const kind = event.kind;
    if (!isProgramEvent(kind)) {
      log.warn({ event: event.id }, 'an event of an unknown kind was dropped');
      return;
    }
    const parsed = programEvents[kind].safeParse(event.event);
    if (!parsed.success) {
      log.error({ event: event.id, error: parsed.error }, 'an event of a wrong shape was dropped');
      return;
    }
    const apply = handlers[kind] as (event: MailboxEvent, content: typeof parsed.data) => void;
    apply(event, parsed.data);
  }
}

function isProgramEvent(kind: string): kind is keyof ProgramEvents {
  return kind in programEvents;
}
