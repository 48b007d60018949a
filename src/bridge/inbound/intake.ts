import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import { actionOf, admit } from './admission.ts';
import type { Accepted, Doorkeeper, Refused } from './admission.ts';
import { FloodNotice } from './flood-notice.ts';
import { LoopBudget } from './loop-budget.ts';
import { textOf } from './message-text.ts';
import type { Owners } from './owners.ts';
import { Refusals } from './refusals.ts';
import { ToldLately } from './told-lately.ts';
import { UnreadChannels } from './unread-channels.ts';
import type { Words } from '../words.ts';

export interface IntakeOptions extends Doorkeeper {
  readonly stores: Stores;
  readonly owners: Owners;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** As many messages of a session may wait before the channel is told so. */
  readonly queueNotice: number;
  /** As many messages of bots are taken in a channel before a person must speak there. */
  readonly botMessages: number;
  /** Something was stored for this session. */
  readonly onStored: (session: SessionNumber) => void;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
}

/** How far a channel was read, and what of it is too old to be run unasked. */
export interface ReadRange {
  readonly channel: ChannelId;
  readonly parent: ChannelId | undefined;
  /** The newest message that was read, whoever said it. */
  readonly upTo: string;
  /** What was sent before this time (epoch milliseconds) is held. */
  readonly heldBefore: number;
}

/** What is done once everything is on disk. */
interface Aftermath {
  readonly actions: (() => void)[];
  readonly audits: (() => void)[];
  readonly sessions: Set<SessionNumber>;
}

/**
 * The one door for messages from chat: access, then duplicates, then the inbox. When `receive` returns, the message is
 * on disk or refused for good (I1), and the mark how far its channel was read has moved with it (I5). Knows nothing
 * about agents.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #refusals: Refusals;
  readonly #floods: FloodNotice;
  readonly #unread: UnreadChannels;
  readonly #loops: LoopBudget;
  readonly #told: ToldLately;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.stores.facts);
    this.#floods = new FloodNotice(options.queueNotice);
    this.#unread = new UnreadChannels(options);
    this.#loops = new LoopBudget({ facts: options.stores.facts, limit: options.botMessages });
    this.#told = new ToldLately({ facts: options.stores.facts, clock: options.clock });
  }

  /** Takes in what was just said. */
  receive(message: InboundMessage): void {
    this.#take([message]);
  }

  /** Takes in what was missed in a channel, as one step on disk. */
  receiveMissed(messages: readonly InboundMessage[], range: ReadRange): void {
    this.#take(messages, range);
  }

  #take(messages: readonly InboundMessage[], range?: ReadRange): void {
    const { stores } = this.#options;
    const after: Aftermath = { actions: [], audits: [], sessions: new Set() };
    // Undone by a power cut, it is read again: the marks are undone with it. What comes of it outside is flushed first.
    stores.unflushed(() => {
      for (const message of messages) this.#judge(message, range?.heldBefore, after);
      if (range) stores.channels.advance(range.channel, range.upTo, range.parent);
    });
    for (const action of [...after.actions, ...after.audits]) action();
    if (after.actions.length > 0) this.#options.onOutbox();
    for (const session of after.sessions) this.#options.onStored(session);
  }

  #judge(told: InboundMessage, heldBefore: number | undefined, after: Aftermath): void {
    const { stores, owners, gate, log, words } = this.#options;
    const record = stores.channels.get(told.channel);
    // A thread that sleeps is not always known as one to the chat server's library.
    const message = { ...told, parent: told.parent ?? record?.parent };
    const { channel, messageId } = message;
    const isUnread = this.#unread.of(message) !== undefined;
    const isBehind = isUnread || (record !== undefined && BigInt(messageId) <= BigInt(record.watermark));
    const admission = admit(message, this.#options);
    const isServed = record !== undefined || (admission.kind !== 'ignored' && admission.mapped);
    if (isServed) this.#advance(message, isUnread);
    if (isBehind && this.#refusals.covers(message)) return;
    if (stores.inbox.get(message.id)) {
      // What was taken in stays so, whatever its author may do by now.
      log.debug({ message: message.id }, 'message known already');
      return;
    }
    if (message.author.kind !== 'human' && (admission.kind !== 'accepted' || !this.#mayGoOn(message, after))) {
      // What bots say is answered by nobody: two of them would thank each other for ever.
      if (isServed) this.#refusals.note(message);
      if (isServed && admission.kind === 'refused') after.audits.push(() => this.#record(message, admission));
      return;
    }

    if (message.author.kind === 'human' && owners.claim(message.author.id, message.text)) {
      this.#say(`paired:${message.id}`, message, words.paired(), after);
      after.actions.push(() => log.info({ channel }, 'a chat user became the owner'));
      const via = { surface: 'onMessage', channel, about: 'pairing' } as const;
      after.audits.push(() => gate.record(message.author, 'manage', undefined, via, { allowed: true }));
      this.#refusals.note(message); // Read again, the code means nothing; its author may speak by then.
      return;
    }
    if (admission.kind === 'ignored') {
      log.debug({ channel }, 'message in a channel without a session ignored');
      if (isServed) this.#refusals.note(message);
      return;
    }
    if (admission.kind === 'refused') {
      after.audits.push(() => this.#record(message, admission));
      if (isServed) this.#refusals.note(message);
      // In a channel that is not ours nobody spoke to us; a refusal there would be noise.
      if (admission.mapped || message.direct) this.#refuse(message, admission, after);
      return;
    }
    if (!admission.mapped) {
      const known = this.#options.entries().some((entry) => entry.number === admission.session);
      log.warn({ channel, session: admission.session }, 'channel without a session, using the default');
      if (!known) {
        this.#say(`no-default:${message.id}`, message, words.noDefaultSession(admission.session), after);
        return;
      }
      this.#advance(message, isUnread);
    }
    const isTooOld = heldBefore !== undefined && message.sentAt < heldBefore;
    this.#store(message, admission, isTooOld ? 'held' : 'queued', after);
  }

  /** Whether a bot may speak once more before a person does. */
  #mayGoOn(message: InboundMessage, after: Aftermath): boolean {
    const { log, words } = this.#options;
    const { id, channel, parent } = message;
    const verdict = this.#loops.spend(parent ?? channel);
    if (verdict === 'within') return true;
    log.warn(
      { channel, message: id, author: message.author.id },
      'message of a bot ignored: no person spoke in between',
    );
    if (verdict === 'just-spent') this.#say(`bot-loop:${id}`, message, words.botLoop(this.#options.botMessages), after);
    return false;
  }

  #record(message: InboundMessage, admission: Accepted | Refused): void {
    const { session, mapped, decision } = admission;
    const { author, channel, id } = message;
    const via = { surface: 'onMessage', channel, about: id } as const;
    this.#options.gate.record(author, actionOf(mapped), session, via, decision);
  }

  /** What was missed before it keeps the mark where it is; a thread that is new begins where its channel was read to. */
  #advance({ channel, parent, messageId }: InboundMessage, isUnread: boolean): void {
    const { channels } = this.#options.stores;
    if (!isUnread) channels.advance(channel, messageId, parent);
    else if (parent === undefined || channels.get(channel)) return;
    else channels.advance(channel, channels.get(parent)?.watermark ?? messageId, parent);
  }

  #store(message: InboundMessage, admission: Accepted, state: 'queued' | 'held', after: Aftermath): void {
    const { session } = admission;
    const { stores, clock, log } = this.#options;
    const { id, channel, messageId, attachments } = message;
    const text = textOf(message);
    if (text === '' && attachments.length === 0) {
      log.warn({ channel, message: id }, 'message without any text or file ignored');
      return;
    }
    const isNew = stores.inbox.append(
      {
        id,
        session,
        source: 'discord',
        channel,
        messageId,
        authorId: message.author.id,
        authorName: message.author.name,
        text,
        sentAt: message.sentAt,
        receivedAt: clock.now(),
      },
      state,
    );
    if (!isNew) {
      log.debug({ message: id }, 'message known already');
      return;
    }
    stores.files.add(id, attachments);
    stores.outbox.append({
      key: `reaction:stored:${id}`,
      channel,
      content: { kind: 'reaction', messageId, reaction: 'stored' },
      createdAt: clock.now(),
      message: id,
    });
    if (message.author.kind === 'human') this.#loops.reset(message.parent ?? channel);
    after.actions.push(() =>
      log.info(
        { session, channel, message: id, length: text.length, files: attachments.length, state },
        'message stored',
      ),
    );
    after.audits.push(() => this.#record(message, admission));
    after.sessions.add(session);
    if (state === 'queued') this.#noticeFlood(message, session, after);
  }

  /** A person who writes faster than the agent works is told that nothing is lost. */
  #noticeFlood(message: InboundMessage, session: SessionNumber, after: Aftermath): void {
    const { stores, words } = this.#options;
    const { channel } = message;
    const waiting = stores.inbox.countUnsettled(session);
    if (!this.#floods.isDue(channel, waiting)) return;
    this.#say(`many-waiting:${message.id}`, message, words.manyWaiting(waiting), after);
    after.actions.push(() => this.#floods.told(channel));
  }

  /** Enough to be polite, too little to be used for flooding. */
  #refuse(message: InboundMessage, { session, mapped }: Refused, after: Aftermath): void {
    const { owners, gate, words } = this.#options;
    const { author, channel } = message;
    const kind = !owners.known() ? 'no-owner' : gate.consider(author, 'read', session).allowed ? 'reader' : 'stranger';
    if (!this.#told.isDue(`${kind}:${author.id}@${channel}`)) return;
    const text = {
      'no-owner': () => words.refusedNoOwner(),
      reader: () => words.refusedReader(mapped),
      stranger: () => words.refusedStranger(),
    }[kind]();
    this.#say(`refused:${kind}:${message.id}`, message, text, after);
  }

  #say(key: string, { channel, messageId }: InboundMessage, text: string, after: Aftermath): void {
    const { stores, clock, onOutbox } = this.#options;
    stores.outbox.append({
      key,
      channel,
      content: { kind: 'text', text, replyTo: messageId },
      createdAt: clock.now(),
    });
    after.actions.push(onOutbox);
  }
}
