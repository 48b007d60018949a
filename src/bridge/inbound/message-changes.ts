import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { isSettled } from '../../model/message.ts';
import type { AttachmentRef, InboundMessage, InboxMessage } from '../../model/message.ts';
import type { ChannelId } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import { actionOf } from './admission.ts';
import type { Doorkeeper } from './admission.ts';
import { ownTextOf, textOf } from './message-text.ts';
import { isQuotes } from './quote-text.ts';
import { route } from './routing.ts';
import type { Words } from '../words.ts';

export interface MessageChangesOptions extends Doorkeeper {
  readonly stores: Stores;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
  /** Files of messages are not wanted any more; these of them are stored. */
  readonly onFilesGone: (paths: readonly string[]) => void;
}

/**
 * Follows what authors do to their messages afterwards, as long as no agent is known to have them. Every call may be
 * repeated, and may name messages that nobody knows. Knows nothing about how the changes were heard of.
 */
export class MessageChanges {
  readonly #options: MessageChangesOptions;

  constructor(options: MessageChangesOptions) {
    this.#options = options;
  }

  /** A message has this text now. */
  edited(message: InboundMessage): void {
    const { stores, clock, log } = this.#options;
    const known = stores.inbox.get(message.id);
    const text = textOf(message);
    if (!known || (text === '' && message.attachments.length === 0)) return;
    const filesGone = this.#filesGone(known, message);
    const saysTheSame = this.#saysTheSame(known, message);
    if ((saysTheSame && !filesGone) || !this.#mayEdit(message, known)) return;
    if (filesGone) this.#forgetFiles(known, message.attachments);
    if (saysTheSame) return;
    const outcome = stores.inbox.edit(message.id, text, clock.now());
    if (outcome === 'edited' || outcome === 'noted') {
      log.info({ session: known.session, message: message.id, outcome, length: text.length }, 'message edited');
    } else if (outcome === 'too-late' && text !== known.text && this.#isBeingAnswered(known)) {
      this.#tellTooLate(message);
    }
  }

  /** Messages are gone. */
  deleted(channel: ChannelId, messageIds: readonly string[]): void {
    const { stores, clock, log } = this.#options;
    const gone = new Set(messageIds);
    const paths = stores.transaction(() =>
      stores.inbox.changeable(channel).flatMap((message) => {
        const { id, messageId, session } = message;
        if (messageId === undefined || !gone.has(messageId)) return [];
        if (stores.inbox.takeBack(id, clock.now())) log.info({ session, message: id }, 'message deleted by its author');
        return stores.inbox.get(id)?.state === 'withdrawn' ? stores.files.keepOnly(id, [], clock.now()) : [];
      }),
    );
    this.#options.onFilesGone(paths);
  }

  /** Whether its author took files off a message that no agent can have. */
  #filesGone({ id, state }: InboxMessage, { attachments }: InboundMessage): boolean {
    if (state !== 'queued' && state !== 'held') return false;
    const left = new Set(attachments.map((file) => file.id));
    return this.#options.stores.files.of(id).some((file) => !left.has(file.id));
  }

  #forgetFiles({ id, session }: InboxMessage, left: readonly AttachmentRef[]): void {
    const { stores, clock, log, onFilesGone } = this.#options;
    const ids = left.map((file) => file.id);
    const paths = stores.files.keepOnly(id, ids, clock.now());
    log.info({ session, message: id, left: ids.length }, 'files of a message taken off by its author');
    onFilesGone(paths);
  }

  /** What it quotes may have changed since; that is nothing its author did. */
  #saysTheSame(known: InboxMessage, message: InboundMessage): boolean {
    const text = this.#options.stores.inbox.amendment(known.id) ?? known.text;
    const own = ownTextOf(message);
    if (text === own || !text.endsWith(own)) return text === own;
    const before = text.slice(0, text.length - own.length);
    return isQuotes(own === '' ? before : before.replace(/\n$/, ''));
  }

  /** The words go to the session that has the message, whatever its channel is mapped to by now. */
  #mayEdit(message: InboundMessage, { session, authorId }: InboxMessage): boolean {
    const { gate, entries, policy, log } = this.#options;
    const { id, channel, author } = message;
    const { kind } = route({ channel, parent: message.parent ?? this.#parentOf(message) }, entries(), policy);
    if (kind === 'ignored' || (authorId !== undefined && author.id !== authorId)) {
      log.warn({ channel, message: id }, 'edit of a message refused');
      return false;
    }
    const via = { surface: 'onEdited', channel, about: id } as const;
    return gate.decide(author, actionOf(kind === 'mapped'), session, via).allowed;
  }

  #parentOf({ channel }: InboundMessage): ChannelId | undefined {
    return this.#options.stores.channels.get(channel)?.parent;
  }

  /** Whoever corrects an answered message corrects the record, and wants nothing. */
  #isBeingAnswered({ id, state }: InboxMessage): boolean {
    if (!isSettled(state)) return true;
    const turn = this.#options.stores.turns.byMessage(id);
    return state === 'acknowledged' && turn !== undefined && turn.outcome === undefined;
  }

  #tellTooLate({ id, channel, messageId }: InboundMessage): void {
    const { stores, words, clock, onOutbox } = this.#options;
    const isNew = stores.outbox.append({
      key: `edited-too-late:${id}`,
      channel,
      content: { kind: 'text', text: words.editedTooLate(), replyTo: messageId },
      createdAt: clock.now(),
      message: id,
    });
    if (isNew) onOutbox();
  }
}
