import { backoffDelay } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import { shortHash } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { OutboundContent, OutboxItem } from '../model/outbound.ts';
import type { ChannelId } from '../model/session.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Stores } from '../contracts/stores.ts';

/** Waits between tries of one item while the chat server does not take it, in milliseconds. */
const retryBackoff = { firstMs: 1_000, maxMs: 60_000, jitter: 0.2 };

/** Discord's limit for a nonce, in characters. */
const nonceLength = 24;

/** These will not get better by trying again. */
const hopeless: ReadonlySet<string> = new Set(['chat-forbidden', 'chat-not-found', 'chat-invalid']);

export interface DeliveryOptions {
  readonly stores: Stores;
  readonly transport: ChatTransport;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Puts the outbox into channels. One lane per channel and kind, strictly in order within a lane; lanes never wait for
 * each other. An item's parts are planned on disk before the first goes out, and every part carries the same nonce each
 * time, so that a repetition is posted once. Knows nothing about sessions or agents.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  /** Ends the waits of lanes when the connection is back. */
  #reconnected = new AbortController();
  #wasReady = true;

  constructor(options: DeliveryOptions) {
    this.#options = options;
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
    if (!isReady) return;
    for (const { channel, kind } of this.#options.stores.outbox.lanes()) {
      const lane = `${kind} ${channel}`;
      if (!this.#lanes.has(lane)) this.#lanes.set(lane, this.#runLane(lane, channel, kind));
    }
  }

  /**
   * Waits until everything pending is out, or `timeoutMs` has passed; then stops for good. A part that hangs then, in a
   * long rate limit say, comes to rest when the transport is closed.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.kick();
    const patience = new AbortController();
    const timeout = this.#options.clock.sleep(timeoutMs, patience.signal).catch(() => undefined);
    const drained = (async () => {
      while (this.#lanes.size > 0) await Promise.all(this.#lanes.values());
    })();
    await Promise.race([drained, timeout]);
    patience.abort();
    this.#stop.abort();
  }

  async #runLane(lane: string, channel: ChannelId, kind: OutboundContent['kind']): Promise<void> {
    const { clock, log } = this.#options;
    try {
      await this.#work(channel, kind);
    } catch (error) {
      log.error({ channel, error: describeError(error) }, 'a lane of the outbox failed, trying again');
      await clock.sleep(retryBackoff.firstMs, this.#stop.signal).catch(() => undefined);
    }
    this.#lanes.delete(lane);
    // Something may have been added between the last look and now; its kick found the lane still there.
    try {
      this.kick();
    } catch (error) {
      log.error({ channel, error: describeError(error) }, 'the outbox could not be read');
    }
  }

  async #work(channel: ChannelId, kind: OutboundContent['kind']): Promise<void> {
    const { stores, transport, clock, log } = this.#options;
    let tries = 0;
    while (!this.#stop.signal.aborted && transport.state.connection === 'ready') {
      const item = stores.outbox.head(channel, kind);
      if (!item) return;
      try {
        const finish = await this.#send(item);
        tries = 0;
        const added = stores.transaction(() => {
          finish();
          return stores.outbox.settle(item.key, 'posted', clock.now());
        });
        if (added.length > 0) this.kick();
      } catch (error) {
        const code = error instanceof BridgeError ? error.code : 'chat-unavailable';
        if (hopeless.has(code)) {
          if (stores.outbox.settle(item.key, 'failed', clock.now(), describeError(error)).length > 0) this.kick();
          log.error({ channel, item: item.key, error: describeError(error) }, 'chat refused an item for good');
          tries = 0;
          continue;
        }
        const delay = backoffDelay(tries, retryBackoff);
        tries += 1;
        log.warn(
          { channel, item: item.key, tries, error: describeError(error) },
          'chat did not take an item, trying again',
        );
        const wake = AbortSignal.any([this.#stop.signal, this.#reconnected.signal]);
        await clock.sleep(delay, wake).catch(() => undefined);
      }
    }
  }

  /** Returns what is left to be noted: that the last part is out goes to the disk together with the item's end. */
  async #send(item: OutboxItem): Promise<() => void> {
    const { stores, transport, clock } = this.#options;
    const { content, channel, key } = item;
    let finish = (): void => undefined;
    if (content.kind === 'reaction') {
      await transport.react(channel, content.messageId, content.reaction);
      return finish;
    }
    if (content.kind === 'edit') {
      const [posted] = stores.outbox.get(content.of)?.sentIds ?? [];
      if (posted !== undefined) await transport.edit(channel, posted, content.text);
      return finish;
    }
    const parts = item.parts ?? transport.render(content);
    if (!item.parts) stores.outbox.plan(key, parts, clock.now());
    for (const [index, text] of parts.entries()) {
      if (index < item.sentIds.length || this.#stop.signal.aborted) continue;
      const messageId = await transport.send({
        channel,
        text,
        nonce: shortHash(`${key}:${index}`, nonceLength),
        ...(index === 0 && content.replyTo !== undefined ? { replyTo: content.replyTo } : {}),
      });
      const note = (): void => stores.outbox.partSent(key, messageId, clock.now());
      if (index === parts.length - 1) finish = note;
      else note();
    }
    if (this.#stop.signal.aborted) {
      finish();
      throw new BridgeError('chat-unavailable', 'The bridge is stopping.');
    }
    return finish;
  }
}
