import { backoffDelay } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundContent, OutboxItem } from '../../model/outbound.ts';
import type { ChannelId } from '../../model/session.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import { ItemSender } from './item-sender.ts';
import { Parking, parkingCode } from './parking.ts';
import type { ParkingCode } from './parking.ts';
import { isRefusal } from './refusal.ts';
import type { Conclusion } from './text-sender.ts';
import type { Words } from '../words.ts';

/** Waits between tries of one item while the chat server does not take it, in milliseconds. */
const retryBackoff = { firstMs: 1_000, maxMs: 60_000, jitter: 0.2 };

/** The least time between two edits in one channel, in milliseconds. */
const editEveryMs = 1_000;

/** A parked channel that people go on writing in is tried again this often at most, in milliseconds. */
const heardEveryMs = 60_000;

export interface DeliveryOptions {
  readonly stores: Stores;
  readonly transport: ChatTransport;
  readonly clock: Clock;
  readonly log: Log;
  readonly words: Words;
  /** The owners' user ids at the chat server. */
  readonly owners: () => readonly string[];
  /** Where the owner reads what concerns the whole bridge, when they cannot be spoken to alone. */
  readonly mainChannel: () => ChannelId | undefined;
  /** The server refuses a channel to the bot; in another one it takes texts again that it had refused. */
  readonly onRefused?: (channel: ChannelId) => void;
  readonly onTaken?: (channel: ChannelId) => void;
  /** An item has ended, however. */
  readonly onEnded?: (content: OutboundContent) => void;
  /** As above, with what came of it. */
  readonly onSettled?: (item: OutboxItem, outcome: Conclusion['outcome']) => void;
}

type Kind = OutboundContent['kind'];

/**
 * Puts the outbox into channels. One lane per channel and kind, strictly in order within a lane; lanes never wait for
 * each other; when the server is to be spared, the transport decides which goes first. Owns the lanes: when they run, try
 * again and rest. Knows nothing about sessions or agents, and how a text is put out.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #sender: ItemSender;
  readonly #parking: Parking;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  /** Ends the waits of lanes when the connection is back. */
  #reconnected = new AbortController();
  #wasReady = true;
  /** The outbox will be looked at in a moment. */
  #willLook = false;
  /** Parked channels that are to be tried again. Each one is, once per start. */
  readonly #probes: Set<ChannelId>;
  /** Channels in which a text is on its way. */
  readonly #posting = new Set<ChannelId>();
  /** Channels that have refused something and are not parked yet: they may be open again before they are. */
  readonly #beingParked = new Set<ChannelId>();
  /** Channels that were to be tried again while a text was on its way there: a refusal of it may be an old one. */
  readonly #wantedAgain = new Set<ChannelId>();
  /** When a parked channel was last tried because somebody wrote in it, by a clock that never jumps. */
  readonly #heardAt = new Map<ChannelId, number>();
  /** When something was last edited in a channel, by the same clock. */
  readonly #editedAt = new Map<ChannelId, number>();
  /** Channels with an edit whose text is not out yet. */
  readonly #waitingEdits = new Set<ChannelId>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#sender = new ItemSender(options);
    this.#parking = new Parking(options);
    this.#probes = new Set(options.stores.outbox.parked().map(({ channel }) => channel));
  }

  /** There may be something new to send, or the connection is back. Returns at once. */
  kick(): void {
    if (this.#stop.signal.aborted) return;
    const isReady = this.#options.transport.state.connection === 'ready';
    if (isReady && !this.#wasReady) {
      this.#reconnected.abort();
      this.#reconnected = new AbortController();
    }
    this.#wasReady = isReady;
    if (!isReady || this.#willLook) return;
    this.#willLook = true;
    const look = (): void => {
      this.#willLook = false;
      this.#look();
    };
    // Nothing may go out before it is flushed; what is added meanwhile needs no look of its own. Where the disk fails, the
    // lanes hear of it and try again.
    void this.#options.stores.flushed().then(look, look);
  }

  /**
   * Tries parked channels again: the first text that a channel takes ends its parking, a refusal leaves it as it was.
   * Returns the channels that are tried: the given one, or all.
   */
  retry(only?: ChannelId): readonly ChannelId[] {
    const refusing = this.#refusing();
    const wanted = only === undefined ? refusing : refusing.filter((channel) => channel === only);
    for (const channel of wanted) this.#probes.add(channel);
    // What the gateway tells and what a request is answered come by two ways.
    for (const channel of this.#posting) if (only === undefined || channel === only) this.#wantedAgain.add(channel);
    this.kick();
    return wanted;
  }

  /** Somebody wrote in a channel: it may be open to the bot again. */
  heard(channel: ChannelId): void {
    if (!this.#refusing().includes(channel)) return;
    const now = this.#options.clock.monotonic();
    const last = this.#heardAt.get(channel);
    if (last !== undefined && now - last < heardEveryMs) return;
    this.#heardAt.set(channel, now);
    this.retry(channel);
  }

  /**
   * Waits until everything pending is out, or `timeoutMs` has passed; then stops for good. A part that hangs then, in a
   * long rate limit say, comes to rest when the transport is closed.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#look();
    const patience = new AbortController();
    const timeout = this.#options.clock.sleep(timeoutMs, patience.signal).catch(() => undefined);
    const drained = (async () => {
      while (this.#lanes.size > 0) await Promise.all(this.#lanes.values());
    })();
    await Promise.race([drained, timeout]);
    patience.abort();
    this.#stop.abort();
  }

  /** Opens every lane that has something to do. */
  #look(): void {
    if (this.#stop.signal.aborted || this.#options.transport.state.connection !== 'ready') return;
    for (const { channel, kind } of this.#options.stores.outbox.lanes()) this.#open(channel, kind);
    for (const channel of this.#probes) this.#open(channel, 'text');
  }

  #open(channel: ChannelId, kind: Kind): void {
    const lane = `${kind} ${channel}`;
    if (!this.#lanes.has(lane)) this.#lanes.set(lane, this.#runLane(lane, channel, kind));
  }

  async #runLane(lane: string, channel: ChannelId, kind: Kind): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#work(channel, kind);
        // Something may have been added between the last look and now; its kick found the lane still there.
        if (!this.#mayRun(channel) || !this.#next(channel, kind)) break;
      } catch (error) {
        log.error({ channel, error: describeError(error) }, 'a lane of the outbox failed, trying again');
        await clock.sleep(retryBackoff.firstMs, this.#stop.signal).catch(() => undefined);
      }
    }
    this.#lanes.delete(lane);
  }

  #mayRun(channel: ChannelId): boolean {
    const { stores, transport } = this.#options;
    if (this.#stop.signal.aborted || transport.state.connection !== 'ready') return false;
    return this.#probes.has(channel) || !stores.outbox.parked().some((parked) => parked.channel === channel);
  }

  async #work(channel: ChannelId, kind: Kind): Promise<void> {
    const { transport } = this.#options;
    let tries = 0;
    while (!this.#stop.signal.aborted && transport.state.connection === 'ready') {
      if (kind === 'edit') await this.#restBetweenEdits(channel);
      const item = this.#next(channel, kind);
      if (!item) {
        if (kind === 'text') this.#prove(channel);
        return;
      }
      try {
        const conclusion = await this.#send(item);
        if (!conclusion) return;
        tries = 0;
        this.#settle(item, conclusion);
      } catch (error) {
        const parked = kind === 'text' ? parkingCode(error) : undefined;
        if (parked !== undefined) {
          if (this.#wantedAgain.delete(channel)) continue;
          await this.#park(channel, parked);
          return;
        }
        if (isRefusal(error)) this.#fail(item, error);
        else await this.#backOff(item, tries++, error);
      }
    }
  }

  async #send(item: OutboxItem): Promise<Conclusion | undefined> {
    const { channel, content } = item;
    if (content.kind !== 'text') return this.#sender.send(item, this.#stop.signal, () => undefined);
    this.#wantedAgain.delete(channel);
    this.#posting.add(channel);
    try {
      return await this.#sender.send(item, this.#stop.signal, () => this.#unpark(channel));
    } finally {
      this.#posting.delete(channel);
    }
  }

  /** Whoever wants the channel to be tried again meanwhile is heard: it is, as soon as it is parked. */
  async #park(channel: ChannelId, code: ParkingCode): Promise<void> {
    this.#probes.delete(channel);
    this.#beingParked.add(channel);
    try {
      this.#options.onRefused?.(channel);
      await this.#parking.park(channel, code);
    } finally {
      this.#beingParked.delete(channel);
    }
    this.kick(); // For the word to the owner.
  }

  /** Parked channels, and those that are about to be. */
  #refusing(): readonly ChannelId[] {
    const parked = this.#options.stores.outbox.parked().map(({ channel }) => channel);
    return [...new Set([...parked, ...this.#beingParked])];
  }

  /** The first item of a lane; of edits, the first whose text is not on its way any more. */
  #next(channel: ChannelId, kind: Kind): OutboxItem | undefined {
    const { outbox } = this.#options.stores;
    if (kind !== 'edit') return outbox.head(channel, kind);
    const edits = outbox.pending(channel, 'edit');
    const ready = edits.find(({ content }) => content.kind === 'edit' && outbox.get(content.of)?.state !== 'pending');
    if (!ready && edits.length > 0) this.#waitingEdits.add(channel);
    return ready;
  }

  #settle(item: OutboxItem, { outcome, detail, note }: Conclusion): void {
    const { key, channel, content } = item;
    const { stores, clock } = this.#options;
    // Undone by a power cut, it is done again: the parts are compared with what is in the channel.
    const added = stores.unflushed(() => {
      note?.();
      return stores.outbox.settle(key, outcome, clock.now(), detail);
    });
    this.#sender.forget(key);
    this.#options.onEnded?.(content);
    this.#options.onSettled?.(item, outcome);
    if (content.kind === 'edit') this.#editedAt.set(channel, clock.monotonic());
    if (content.kind === 'text') {
      this.#prove(channel);
      if (this.#waitingEdits.delete(channel)) this.#open(channel, 'edit');
    }
    if (added.length > 0) this.kick();
  }

  #fail(item: OutboxItem, error: unknown): void {
    const { log } = this.#options;
    const fields = { channel: item.channel, item: item.key, error: describeError(error) };
    // A message that is gone meanwhile can carry no reaction; that is nobody's fault.
    if (item.content.kind === 'text') log.error(fields, 'chat refused an item for good');
    else log.warn(fields, 'chat refused an item for good');
    this.#settle(item, { outcome: 'failed', detail: describeError(error) });
  }

  /** What the server does not take now is tried again later, or when the connection is back. */
  async #backOff({ channel, key }: OutboxItem, tries: number, error: unknown): Promise<void> {
    const { clock, log } = this.#options;
    const fields = { channel, item: key, tries: tries + 1, error: describeError(error) };
    log.warn(fields, 'chat did not take an item, trying again');
    const wake = AbortSignal.any([this.#stop.signal, this.#reconnected.signal]);
    await clock.sleep(backoffDelay(tries, retryBackoff), wake).catch(() => undefined);
  }

  async #restBetweenEdits(channel: ChannelId): Promise<void> {
    const { clock } = this.#options;
    const last = this.#editedAt.get(channel);
    const rest = last === undefined ? 0 : last + editEveryMs - clock.monotonic();
    if (rest > 0 && this.#next(channel, 'edit')) await clock.sleep(rest, this.#stop.signal).catch(() => undefined);
  }

  /** A part is out: the channel takes texts. Inside the transaction that notes the part. */
  #unpark(channel: ChannelId): void {
    const { stores, log } = this.#options;
    if (!this.#probes.has(channel) || !stores.outbox.unpark(channel)) return;
    log.info({ channel }, 'a parked channel is open again');
    this.#options.onTaken?.(channel);
  }

  /** A parked channel took what it was tried with, or there is nothing to try it with: everything else may follow. */
  #prove(channel: ChannelId): void {
    if (!this.#probes.has(channel)) return;
    this.#unpark(channel);
    this.#probes.delete(channel);
    this.kick();
  }
}
