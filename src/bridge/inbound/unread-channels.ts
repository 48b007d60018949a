import type { Clock } from '../../base/clock.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { ChannelId } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';

const factName = 'unread-channels';

/**
 * How long the mark of a channel waits for its reading, in milliseconds: what is behind a mark cannot be forgotten (I11).
 * After that only what is said from then on counts.
 */
const waitsMs = 7 * 24 * 3600 * 1000;

interface Unread {
  readonly channel: ChannelId;
  /** Since when, epoch milliseconds. */
  readonly since: number;
}

/**
 * Remembers, also over restarts, which followed channels were closed to the bot and are not read since: there, what is
 * said now does not move the mark over what was missed. Knows nothing about reading.
 */
export class UnreadChannels {
  readonly #stores: Pick<Stores, 'channels' | 'facts'>;
  readonly #clock: Clock;

  constructor({ stores, clock }: { readonly stores: Pick<Stores, 'channels' | 'facts'>; readonly clock: Clock }) {
    this.#stores = stores;
    this.#clock = clock;
  }

  has(channel: ChannelId): boolean {
    const now = this.#clock.now();
    return this.#list().some((unread) => unread.channel === channel && now - unread.since < waitsMs);
  }

  /** Which of these have something to be read: a thread may have missed what its channel has. */
  of({ channel, parent }: Pick<InboundMessage, 'channel' | 'parent'>): ChannelId | undefined {
    if (parent !== undefined && this.has(parent)) return parent;
    return this.has(channel) ? channel : undefined;
  }

  /** Something may be missed in a channel; one that is not followed has no mark that could wait. Returns whether it is news. */
  note(channel: ChannelId): boolean {
    const { channels, facts } = this.#stores;
    if (!channels.get(channel) || this.has(channel)) return false;
    const others = this.#list().filter((unread) => unread.channel !== channel && channels.get(unread.channel));
    facts.set(factName, JSON.stringify([...others, { channel, since: this.#clock.now() }]));
    return true;
  }

  wasRead(channel: ChannelId): void {
    const all = this.#list();
    const left = all.filter((unread) => unread.channel !== channel);
    if (left.length < all.length) this.#stores.facts.set(factName, JSON.stringify(left));
  }

  #list(): readonly Unread[] {
    return JSON.parse(this.#stores.facts.get(factName) ?? '[]') as readonly Unread[];
  }
}
