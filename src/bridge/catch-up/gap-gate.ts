import type { InboundMessage } from '../../model/message.ts';
import type { ChannelId } from '../../model/session.ts';

/** Something that the chat server told. */
export type LiveEvent =
  | { readonly kind: 'said' | 'edited'; readonly message: InboundMessage }
  | { readonly kind: 'deleted'; readonly channel: ChannelId; readonly messageIds: readonly string[] };

interface Waiting {
  readonly parent: ChannelId | undefined;
  readonly events: LiveEvent[];
  /** Events were dropped: the channel must be read once more before it goes on. */
  hasSpilled: boolean;
  /** The oldest message that was ever held back here. */
  oldest: string | undefined;
}

/**
 * Owns what is held back: the channels whose missed messages are not read yet, and what was told of them meanwhile, in
 * order. So what was missed comes before what came after. Its memory is bounded: beyond the limit the longest queue is
 * dropped, and its channel read once more. Knows nothing about how channels are read.
 */
export class GapGate {
  readonly #limit: number;
  readonly #closed = new Map<ChannelId, Waiting>();
  /** Channels whose threads are not known yet: a thread of theirs may have missed something, too. */
  readonly #unlisted = new Set<ChannelId>();
  #size = 0;

  /** @param limit how many events may be held back, of all channels together. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether anything is held back at all. */
  get isClosed(): boolean {
    return this.#closed.size > 0;
  }

  /** The channels that are held back, each with the channel it is a thread of. */
  channels(): readonly { readonly channel: ChannelId; readonly parent: ChannelId | undefined }[] {
    return [...this.#closed].map(([channel, { parent }]) => ({ channel, parent }));
  }

  /** Holds a channel back from now on. */
  close(channel: ChannelId, parent: ChannelId | undefined): void {
    if (this.#closed.has(channel)) return;
    this.#closed.set(channel, { parent, events: [], hasSpilled: false, oldest: undefined });
  }

  /** Holds a channel back, and every thread of it. */
  closeWithThreads(channel: ChannelId): void {
    this.close(channel, undefined);
    this.#unlisted.add(channel);
  }

  /** Which threads of a channel are held back is known now: those that are closed. */
  threadsListed(channel: ChannelId): void {
    this.#unlisted.delete(channel);
  }

  holds(channel: ChannelId, parent: ChannelId | undefined): boolean {
    return this.#closed.has(channel) || (parent !== undefined && this.#unlisted.has(parent));
  }

  /** Keeps an event of a channel for later. */
  hold(event: LiveEvent, parent: ChannelId | undefined): void {
    const channel = event.kind === 'deleted' ? event.channel : event.message.channel;
    this.close(channel, parent);
    const waiting = this.#of(channel);
    if (event.kind === 'said') waiting.oldest = older(waiting.oldest, event.message.messageId);
    this.#size += fold(event, waiting.events);
    if (this.#size > this.#limit) this.#spill();
  }

  /** The oldest message that was held back in a channel. */
  oldestOf(channel: ChannelId): string | undefined {
    return this.#closed.get(channel)?.oldest;
  }

  /** Whether events of a channel were dropped since it was asked last. */
  takeSpilled(channel: ChannelId): boolean {
    const waiting = this.#closed.get(channel);
    if (waiting?.hasSpilled !== true) return false;
    waiting.hasSpilled = false;
    return true;
  }

  /** The first event that waits in a channel. */
  first(channel: ChannelId): LiveEvent | undefined {
    return this.#closed.get(channel)?.events[0];
  }

  /** The first event is dealt with. */
  removeFirst(channel: ChannelId): void {
    if (this.#closed.get(channel)?.events.shift()) this.#size -= 1;
  }

  /** Lets a channel go on, in which nothing waits any more. */
  open(channel: ChannelId): void {
    if (this.first(channel)) throw new Error(`something still waits in channel ${channel}`);
    this.#closed.delete(channel);
    this.#unlisted.delete(channel);
  }

  #of(channel: ChannelId): Waiting {
    const waiting = this.#closed.get(channel);
    if (!waiting) throw new Error(`channel ${channel} is not held back`);
    return waiting;
  }

  #spill(): void {
    const [longest] = [...this.#closed.values()].sort((one, other) => other.events.length - one.events.length);
    if (!longest) return;
    this.#size -= longest.events.length;
    longest.events.length = 0;
    longest.hasSpilled = true;
  }
}

/** Adds an event to those that wait. What was changed while it waits is never given in its old form. Returns by how many it grew. */
function fold(event: LiveEvent, events: LiveEvent[]): number {
  const before = events.length;
  if (event.kind === 'edited') {
    const index = events.findIndex((one) => one.kind === 'said' && one.message.id === event.message.id);
    if (index >= 0) events[index] = { kind: 'said', message: event.message };
  }
  if (event.kind === 'deleted') {
    const gone = new Set(event.messageIds);
    const left = events.filter((one) => one.kind === 'deleted' || !gone.has(one.message.messageId));
    events.splice(0, before, ...left);
  }
  events.push(event);
  return events.length - before;
}

function older(one: string | undefined, other: string): string {
  return one !== undefined && BigInt(one) < BigInt(other) ? one : other;
}
