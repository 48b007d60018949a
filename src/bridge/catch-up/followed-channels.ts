import type { Clock } from '../../base/clock.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { ChannelId, SessionEntry } from '../../model/session.ts';
import { snowflakeAt } from '../../model/snowflake.ts';
import type { ChatThread } from '../../contracts/chat.ts';
import type { ChannelRecord, Stores } from '../../contracts/stores.ts';
import { route } from '../inbound/routing.ts';
import type { RoutingPolicy } from '../inbound/routing.ts';
import { UnreadChannels } from '../inbound/unread-channels.ts';

/**
 * How long before the newest known message a channel is read again, in milliseconds: events of the chat server may be
 * told in another order than that in which they happened.
 */
export const overlapMs = 30_000;

const unreadThreads = 'unread-threads';

export type Place = Pick<InboundMessage, 'channel' | 'parent'>;

export interface FollowedChannelsOptions {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly entries: () => readonly SessionEntry[];
  readonly policy: RoutingPolicy;
}

/**
 * Which channels are read after a gap, and from where: those of sessions, those in which the default session was spoken
 * to, and threads of both. Owns the marks of channels that are new, and the list of threads that were found and not read
 * yet. Knows nothing about how channels are read.
 */
export class FollowedChannels {
  readonly #options: FollowedChannelsOptions;
  /** Those that were closed to the bot. */
  readonly unread: UnreadChannels;

  constructor(options: FollowedChannelsOptions) {
    this.#options = options;
    this.unread = new UnreadChannels(options);
  }

  /** At a start: channels that somebody wrote into the map are followed from now on. */
  begin(): void {
    const { stores, entries } = this.#options;
    for (const { channel } of entries()) if (!stores.channels.get(channel)) this.follow(channel);
  }

  /** From now on a channel belongs to a session: what was said in it before is nobody's business. */
  follow(channel: ChannelId): void {
    const { stores, clock } = this.#options;
    // Reading begins this much before the mark, so exactly now.
    stores.channels.advance(channel, snowflakeAt(clock.now() + overlapMs));
  }

  /** A channel belongs to no session any more, nor do its threads. */
  leave(channel: ChannelId): void {
    const { stores } = this.#options;
    stores.transaction(() => {
      for (const record of stores.channels.list()) {
        if (record.channel === channel || record.parent === channel) stores.channels.forget(record.channel);
      }
    });
  }

  /** The channels to be read after a gap: first those whose threads must be looked for, then single threads. */
  afterGap(): { readonly channels: readonly ChannelId[]; readonly threads: readonly Place[] } {
    const { stores, entries } = this.#options;
    const records = stores.channels.list();
    const mapped = entries().map((entry) => entry.channel);
    const served = records.filter((record) => record.parent === undefined && this.#isServed(record));
    const channels = new Set([...mapped, ...served.map((record) => record.channel)]);
    const unread = new Set(this.#unread().map((thread) => thread.id));
    const threads = records.filter(({ channel, parent }) => {
      if (parent === undefined || channels.has(channel) || !this.#isServed({ channel, parent })) return false;
      // Threads of a channel that is read are found through it, if anything was said in them.
      const isUnread = unread.has(channel) || this.unread.has(channel);
      return !channels.has(parent) || isUnread || stores.inbox.changeable(channel).length > 0;
    });
    return { channels: [...channels], threads };
  }

  /** Threads of a channel were found: until they are read, they are remembered, with where to read from (I5). */
  found(parent: ChannelRecord, threads: readonly ChatThread[]): void {
    const { stores } = this.#options;
    if (threads.length === 0) return;
    stores.transaction(() => {
      for (const { id } of threads) {
        if (!stores.channels.get(id)) stores.channels.advance(id, parent.watermark, parent.channel);
      }
      // What is followed no more is not read, and must not be remembered for ever (I11).
      const followed = this.#unread().filter(({ id }) => stores.channels.get(id));
      const known = new Map([...followed, ...threads].map((thread) => [thread.id, thread]));
      stores.facts.set(unreadThreads, JSON.stringify([...known.values()]));
    });
  }

  /** A channel was read to its end, or cannot be read: `unread` knows. */
  wasRead(channel: ChannelId): void {
    const unread = this.#unread();
    const left = unread.filter((thread) => thread.id !== channel);
    if (left.length < unread.length) this.#options.stores.facts.set(unreadThreads, JSON.stringify(left));
  }

  /** A channel is gone for good. One of a session stays followed: the owner may be mending it. */
  isGone(channel: ChannelId): void {
    const { stores, entries } = this.#options;
    if (!entries().some((entry) => entry.channel === channel)) stores.channels.forget(channel);
  }

  #isServed(place: Place): boolean {
    return route(place, this.#options.entries(), this.#options.policy).kind !== 'ignored';
  }

  #unread(): readonly ChatThread[] {
    return JSON.parse(this.#options.stores.facts.get(unreadThreads) ?? '[]') as readonly ChatThread[];
  }
}
