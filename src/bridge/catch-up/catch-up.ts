import { backoffDelay } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { ChannelId } from '../../model/session.ts';
import { timeOfSnowflake } from '../../model/snowflake.ts';
import type { ChatHandlers, ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { AuthorRoles } from './author-roles.ts';
import type { ChannelReader } from './channel-reader.ts';
import { overlapMs } from './followed-channels.ts';
import type { FollowedChannels, Place } from './followed-channels.ts';
import { GapGate } from './gap-gate.ts';
import type { LiveEvent } from './gap-gate.ts';
import type { HeldMessages } from './held-messages.ts';
import type { Intake } from '../inbound/intake.ts';
import type { MessageChanges } from '../inbound/message-changes.ts';
import { isRefusal } from '../outbound/refusal.ts';

/** As many channels are read at the same time. */
const channelsAtOnce = 4;

/** As many events are held back at most, of all channels together: some megabytes. */
const heldEvents = 2_000;

/** Waits between tries to read one channel, in milliseconds. */
const retryBackoff = { firstMs: 1_000, maxMs: 30_000, jitter: 0.2 };

/** A channel that may not be read is not tried again sooner than this because somebody speaks there, in milliseconds. */
const unreadableMs = 60_000;

export interface CatchUpOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'threadsOf'>;
  readonly intake: Intake;
  readonly changes: MessageChanges;
  readonly followed: FollowedChannels;
  readonly reader: ChannelReader;
  readonly authorRoles: AuthorRoles;
  readonly held: HeldMessages;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Hears the chat server, and reads what it did not tell (BX-01): after every fresh connection, and where something could
 * not be stored. Until a channel is read, what is said in it waits, so that everything is taken in in the order in which
 * it was said. A channel that cannot be read now is tried again and goes on waiting. Knows nothing about agents.
 */
export class CatchUp implements Omit<ChatHandlers, 'onState' | 'onAct'> {
  readonly #options: CatchUpOptions;
  readonly #gate = new GapGate(heldEvents);
  readonly #limiter = new Limiter(channelsAtOnce);
  /** Edits whose authors' roles are looked up, in order. */
  readonly #lookups = new SerialQueue();
  /** The readings of the present round; a new connection begins a new one. */
  #round = new AbortController();
  readonly #readings = new Map<ChannelId, Promise<void>>();
  /** When channels were found to be unreadable in this round, on the monotonic scale. */
  readonly #unreadable = new Map<ChannelId, number>();
  /** When this round began, on the monotonic scale; undefined once it is over. */
  #began: number | undefined;
  #problem: string | undefined;
  #isClosed = false;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Why messages are not taken in at the moment, in words for a person; undefined when they are. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onMessage(message: InboundMessage): void {
    this.#hear({ kind: 'said', message }, message);
  }

  onEdited(message: InboundMessage): void {
    const { authorRoles } = this.#options;
    const round = this.#round.signal;
    // One that has to be looked up is not overtaken by a later one, or the old text would be the last.
    if (this.#lookups.isBusy || authorRoles.areMissing(message)) {
      void this.#lookups.run(() => this.#lookUpAndHear(message, round));
    } else this.#hear({ kind: 'edited', message }, message);
  }

  onDeleted(channel: ChannelId, messageIds: readonly string[]): void {
    this.#hear({ kind: 'deleted', channel, messageIds }, { channel, parent: undefined });
  }

  onGap(): void {
    if (this.#isClosed) return;
    this.#round.abort();
    this.#round = new AbortController();
    this.#readings.clear();
    this.#unreadable.clear();
    const { channels, threads } = this.#options.followed.afterGap();
    for (const channel of channels) this.#gate.closeWithThreads(channel);
    for (const { channel, parent } of threads) this.#gate.close(channel, parent);
    // What an earlier round did not finish is among them. Channels come first: they are in line before their threads.
    const closed = this.#gate.channels();
    this.#began = this.#options.clock.monotonic();
    this.#options.log.info({ channels: closed.length }, 'looking for missed messages');
    for (const place of closed.filter(({ parent }) => parent === undefined)) this.#read(place);
    for (const place of closed.filter(({ parent }) => parent !== undefined)) this.#read(place);
    if (this.#readings.size === 0) this.#roundIsOver();
  }

  onOpened(channel: ChannelId): void {
    if (this.#isFollowed(channel)) this.#readAgain(channel);
  }

  /** The chat server refused something in a channel: perhaps it does not tell the bot either what is said there. */
  onRefused(channel: ChannelId): void {
    this.#options.followed.unread.note(channel);
  }

  /** A channel that refused something takes it now. */
  onTaken(channel: ChannelId): void {
    if (this.#options.followed.unread.has(channel)) this.#readAgain(channel);
  }

  /** Resolves when every channel is read, or no more is read. */
  async settled(): Promise<void> {
    while (this.#readings.size > 0) await Promise.all(this.#readings.values());
  }

  /** Reads no further; what waits is read at the next start. */
  close(): void {
    this.#isClosed = true;
    this.#round.abort();
    // A reading that was broken off is over, and nobody waits for it.
    this.#readings.clear();
  }

  /** An edit that does not say which roles its author has. */
  async #lookUpAndHear(message: InboundMessage, round: AbortSignal): Promise<void> {
    try {
      const completed = await this.#options.authorRoles.complete([message]);
      // After a gap every message that can still be changed is read as it is now: this may be an old form of it.
      if (round.aborted) return;
      for (const edit of completed) this.#hear({ kind: 'edited', message: edit }, edit);
    } catch (error) {
      const { id, channel } = message;
      this.#options.log.warn(
        { channel, message: id, error: describeError(error) },
        'an edited message is left as it was',
      );
    }
  }

  #hear(event: LiveEvent, place: Place): void {
    if (this.#isClosed) return;
    const { channel } = place;
    const parent = place.parent ?? (this.#gate.isClosed ? this.#parentOf(channel) : undefined);
    if (this.#gate.holds(channel, parent)) {
      this.#gate.hold(event, parent);
      return;
    }
    const unread = event.kind === 'said' ? this.#toBeReadBefore(place) : undefined;
    if (unread !== undefined) {
      this.#readAgain(unread);
      this.#gate.hold(event, parent ?? this.#parentOf(channel));
      return;
    }
    try {
      this.#perform(event);
    } catch (error) {
      this.#cannotStore(channel, error);
      this.#gate.hold(event, parent);
      this.#read({ channel, parent }, 1);
      this.#holdParent(place);
    }
  }

  /** The next run finds a thread through its channel, whose mark must not pass what was said in the thread meanwhile. */
  #holdParent({ channel, parent = this.#parentOf(channel) }: Place): void {
    if (parent === undefined || !this.#isFollowed(parent)) return;
    this.#gate.closeWithThreads(parent);
    this.#read({ channel: parent, parent: undefined }, 1);
  }

  /** Reads a channel as after a gap. */
  #readAgain(channel: ChannelId): void {
    if (this.#isClosed) return;
    const parent = this.#parentOf(channel);
    if (parent === undefined) this.#gate.closeWithThreads(channel);
    else this.#gate.close(channel, parent);
    this.#read({ channel, parent });
  }

  #perform(event: LiveEvent): void {
    const { intake, changes } = this.#options;
    switch (event.kind) {
      case 'said':
        intake.receive(event.message);
        break;
      case 'edited':
        changes.edited(event.message);
        break;
      case 'deleted':
        changes.deleted(event.channel, event.messageIds);
        break;
    }
  }

  /** Reads a channel in its turn. @param tries how often it was tried before. */
  #read(place: Place, tries = 0): void {
    if (this.#readings.has(place.channel)) return;
    const round = this.#round.signal;
    const reading = this.#readUntilDone(place, tries, round).finally(() => {
      if (round.aborted) return;
      this.#readings.delete(place.channel);
      if (this.#readings.size === 0) this.#roundIsOver();
    });
    this.#readings.set(place.channel, reading);
  }

  #roundIsOver(): void {
    if (this.#began === undefined) return;
    const { clock, log } = this.#options;
    log.info({ ms: Math.round(clock.monotonic() - this.#began) }, 'looked for missed messages');
    this.#began = undefined;
  }

  async #readUntilDone(place: Place, before: number, round: AbortSignal): Promise<void> {
    for (let tries = before; !round.aborted; tries += 1) {
      if (tries > 0) {
        const waited = this.#options.clock.sleep(backoffDelay(tries - 1, retryBackoff), round);
        await waited.catch(() => undefined); // The round was broken off.
      }
      if (await this.#limiter.run(() => this.#tryToRead(place, round))) return;
    }
  }

  /** Returns whether there is nothing left to be done, in this round. */
  async #tryToRead(place: Place, round: AbortSignal): Promise<boolean> {
    const { channel } = place;
    try {
      await this.#readToEnd(place, round);
      round.throwIfAborted();
      this.#letGo(channel);
      return true;
    } catch (error) {
      if (round.aborted) return true;
      const fields = { channel, error: describeError(error) };
      this.#options.log.warn(fields, 'missed messages could not be read, trying again');
      if (!isOfChat(error)) this.#cannotStore(channel, error);
      return false;
    }
  }

  /** Also where there is nothing to be had. */
  async #readToEnd(place: Place, round: AbortSignal): Promise<void> {
    const { channel, parent } = place;
    const { reader, followed } = this.#options;
    try {
      round.throwIfAborted();
      if (parent === undefined) await this.#listThreads(channel, round);
      do await reader.read(place, this.#gate.oldestOf(channel), round);
      while (this.#gate.takeSpilled(channel));
      followed.unread.wasRead(channel);
      this.#unreadable.delete(channel);
    } catch (error) {
      round.throwIfAborted();
      if (!isRefusal(error)) throw error;
      this.#isUnreadable(channel, error);
    }
  }

  /** Finds the threads that may have missed something, and puts them in line. */
  async #listThreads(channel: ChannelId, round: AbortSignal): Promise<void> {
    const { stores, transport, followed } = this.#options;
    const record = stores.channels.get(channel);
    if (record) {
      round.throwIfAborted();
      const threads = await transport.threadsOf(channel, timeOfSnowflake(record.watermark) - overlapMs);
      round.throwIfAborted();
      followed.found(record, threads);
      for (const { id } of threads) this.#gate.close(id, channel);
    }
    this.#gate.threadsListed(channel);
    // Also those of which something was told meanwhile.
    for (const place of this.#gate.channels()) if (place.parent === channel) this.#read(place);
  }

  /** What waited is taken in now; then the channel is heard as always. */
  #letGo(channel: ChannelId): void {
    const { followed, held } = this.#options;
    for (let event = this.#gate.first(channel); event; event = this.#gate.first(channel)) {
      this.#perform(event);
      this.#gate.removeFirst(channel);
    }
    held.summarise(channel);
    followed.wasRead(channel);
    this.#gate.open(channel);
    if (this.#problem === undefined) return;
    this.#problem = undefined;
    this.#options.log.info({}, 'messages can be stored again');
  }

  #isUnreadable(channel: ChannelId, error: unknown): void {
    const { clock, log, followed } = this.#options;
    if (error instanceof BridgeError && error.code === 'chat-not-found') followed.isGone(channel);
    const isNews = followed.unread.note(channel);
    const fields = { channel, error: describeError(error) };
    log[isNews ? 'warn' : 'debug'](fields, 'missed messages of a channel are not to be had');
    this.#unreadable.set(channel, clock.monotonic());
    this.#gate.threadsListed(channel);
    // Threads that were talked in meanwhile go on in their own turn.
    for (const place of this.#gate.channels()) if (place.parent === channel) this.#read(place);
    this.#gate.takeSpilled(channel);
  }

  /** Which channel is to be read before what was just said: whoever speaks has perhaps opened it again. */
  #toBeReadBefore({ channel, parent = this.#parentOf(channel) }: Place): ChannelId | undefined {
    const unread = this.#options.followed.unread.of({ channel, parent });
    const triedAt = unread && this.#unreadable.get(unread);
    const isDue = triedAt === undefined || this.#options.clock.monotonic() - triedAt >= unreadableMs;
    return isDue ? unread : undefined;
  }

  /** Nothing is lost: what could not be stored did not move the mark of its channel, and is read again. */
  #cannotStore(channel: ChannelId, error: unknown): void {
    const reason = describeError(error);
    if (this.#problem === undefined) {
      this.#options.log.error(
        { channel, error: reason },
        'messages cannot be stored; they are read again until they can',
      );
    }
    this.#problem = `Messages cannot be stored: ${reason}. They are read again until they can.`;
  }

  #isFollowed(channel: ChannelId): boolean {
    return this.#options.stores.channels.get(channel) !== undefined;
  }

  #parentOf(channel: ChannelId): ChannelId | undefined {
    return this.#options.stores.channels.get(channel)?.parent;
  }
}

function isOfChat(error: unknown): error is BridgeError {
  return error instanceof BridgeError && error.code.startsWith('chat-');
}
