import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { may } from '../model/access.ts';
import type { InboundMessage } from '../model/message.ts';
import type { SessionEntry, SessionNumber } from '../model/session.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Owners } from './owners.ts';
import { route } from './routing.ts';
import type { UnmappedPolicy } from './routing.ts';
import type { Words } from './words.ts';

export interface IntakeOptions {
  readonly stores: Stores;
  readonly owners: Owners;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly entries: () => readonly SessionEntry[];
  readonly policy: { readonly defaultSession: () => SessionNumber; readonly unmapped: UnmappedPolicy };
  /** Something was stored for this session. */
  readonly onStored: (session: SessionNumber) => void;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
}

/**
 * The one door for messages from chat: access, then duplicates, then the inbox. When `receive` returns, the message is
 * on disk or refused for good (I1). Knows nothing about agents.
 */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  receive(message: InboundMessage): void {
    const { owners, log, words, policy } = this.#options;
    if (message.author.kind !== 'human') return;
    if (owners.claim(message.author.id, message.text)) {
      log.info({ channel: message.channel }, 'a chat user became the owner');
      this.#say(`paired:${message.id}`, message, words.paired());
      return;
    }

    const target = route(message.channel, this.#options.entries(), policy);
    if (target.kind === 'ignored') {
      log.debug({ channel: message.channel }, 'message in a channel without a session ignored');
      return;
    }
    const action = target.kind === 'mapped' ? 'message' : 'message-unmapped';
    const actor = { kind: 'chat', userId: message.author.id, role: owners.roleOf(message.author.id) } as const;
    const decision = may(actor, action, target.session);
    if (!decision.allowed) {
      log.warn({ channel: message.channel, author: message.author.id, reason: decision.reason }, 'message refused');
      // In a channel that is not ours nobody spoke to us; a refusal there would be noise.
      if (target.kind === 'mapped' || message.direct) this.#refuseOnce(message);
      return;
    }
    if (target.kind === 'unmapped') {
      const known = this.#options.entries().some((entry) => entry.number === target.session);
      log.warn({ channel: message.channel, session: target.session }, 'channel without a session, using the default');
      if (!known) {
        this.#say(`no-default:${message.id}`, message, words.noDefaultSession(target.session));
        return;
      }
    }
    this.#store(message, target.session);
  }

  #store(message: InboundMessage, session: SessionNumber): void {
    const { stores, clock, log, words } = this.#options;
    const files = message.attachments.map((file) => words.fileNotSupported(oneLine(file.name), file.size));
    const text = [message.text, ...files].filter((part) => part.trim() !== '').join('\n');
    if (text === '') {
      log.warn({ channel: message.channel, message: message.id }, 'message without any text ignored');
      return;
    }
    const added = stores.transaction(() => {
      const isNew = stores.inbox.append({
        id: message.id,
        session,
        source: 'discord',
        channel: message.channel,
        messageId: message.messageId,
        authorId: message.author.id,
        authorName: message.author.name,
        text,
        sentAt: message.sentAt,
        receivedAt: clock.now(),
      });
      if (isNew) {
        stores.outbox.append({
          key: `reaction:stored:${message.id}`,
          channel: message.channel,
          content: { kind: 'reaction', messageId: message.messageId, reaction: 'stored' },
          createdAt: clock.now(),
        });
      }
      return isNew;
    });
    if (!added) {
      log.debug({ message: message.id }, 'message known already');
      return;
    }
    log.info({ session, channel: message.channel, message: message.id, length: text.length }, 'message stored');
    this.#options.onOutbox();
    this.#options.onStored(session);
  }

  /** One refusal per person: enough to be polite, too little to be used for flooding. */
  #refuseOnce(message: InboundMessage): void {
    const { owners, words } = this.#options;
    const text = owners.known() ? words.refusedStranger() : words.refusedNoOwner();
    this.#say(`refused:${owners.known() ? 'stranger' : 'no-owner'}:${message.author.id}`, message, text);
  }

  #say(key: string, message: InboundMessage, text: string): void {
    this.#options.stores.outbox.append({
      key,
      channel: message.channel,
      content: { kind: 'text', text, replyTo: message.messageId },
      createdAt: this.#options.clock.now(),
    });
    this.#options.onOutbox();
  }
}

/** A file name as harmless text: one line, no quotes that could end it, 100 characters at most. */
function oneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}"]/gu, '_').slice(0, 100);
}
