import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundContent, OutboxItem } from '../../model/outbound.ts';
import { parseChannelId } from '../../model/session.ts';
import type { ChannelId } from '../../model/session.ts';
import type { OutboxEntry, OutboxListing } from '../../contracts/bridge-api.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import { beginningOf } from './message-trace.ts';

/** How many items are listed; the rest is counted. */
const listed = 500;

export interface OutboxDeskOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'channelName'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Tries parked channels again and returns them: one, or all. */
  readonly retryParked: (channel?: ChannelId) => readonly ChannelId[];
  readonly onOutbox: () => void;
  /** An item of the outbox has ended otherwise than by being posted. */
  readonly onEnded: (content: OutboundContent) => void;
}

/** Shows and changes what waits to be put into channels. Who may do so is asked by whoever calls. */
export class OutboxDesk {
  readonly #options: OutboxDeskOptions;

  constructor(options: OutboxDeskOptions) {
    this.#options = options;
  }

  list(): OutboxListing {
    const { outbox } = this.#options.stores;
    const parked = outbox.parked();
    const channels = new Set([...parked, ...outbox.lanes()].map(({ channel }) => channel));
    const items = [...channels].flatMap((channel) => outbox.pending(channel));
    return {
      parked: parked.map(({ channel, code, since, pending }) => ({
        ...this.#named(channel),
        code,
        since: isoTime(since),
        pending,
      })),
      total: items.length,
      items: items.slice(0, listed).map((item) => this.#entry(item)),
    };
  }

  /** @throws BridgeError `channel-invalid`, `channel-not-parked`. */
  retry(wanted: string | undefined): { readonly channels: readonly ChannelId[] } {
    const channel = wanted === undefined ? undefined : parseChannelId(wanted);
    if (wanted !== undefined && channel === undefined) {
      throw new BridgeError('channel-invalid', `"${wanted}" is not a channel id.`, {
        advice: 'A channel id has 15 to 20 digits: vai outbox lists the channels that wait.',
      });
    }
    const channels = this.#options.retryParked(channel);
    if (channel !== undefined && channels.length === 0) {
      throw new BridgeError('channel-not-parked', `Channel ${channel} is not held back.`, {
        advice: 'What is for it goes out by itself: see vai outbox.',
      });
    }
    this.#options.log.info({ count: channels.length }, 'parked channels are tried again');
    return { channels };
  }

  /** @throws BridgeError `outbox-item-unknown`, `outbox-item-settled`. */
  drop(key: string): void {
    const { stores, clock, log } = this.#options;
    const item = stores.outbox.get(key);
    if (!item) {
      throw new BridgeError('outbox-item-unknown', `Nothing with the key "${key}" waits to be posted.`, {
        advice: 'See what waits with: vai outbox.',
      });
    }
    if (item.state !== 'pending') {
      throw new BridgeError('outbox-item-settled', `"${key}" does not wait any more: it was ${item.state}.`, {
        advice: 'See what waits with: vai outbox.',
      });
    }
    stores.outbox.settle(key, 'dropped', clock.now(), 'by the owner');
    log.info({ channel: item.channel, item: key }, 'an item of the outbox was dropped');
    this.#options.onEnded(item.content);
    this.#options.onOutbox();
  }

  #entry(item: OutboxItem): OutboxEntry {
    const { key, channel, content, parts, sentIds, createdAt, message } = item;
    return {
      key,
      ...this.#named(channel),
      kind: content.kind,
      beginning: beginningOf(wordsOf(content)),
      ...(content.kind === 'text' && content.files !== undefined ? { files: content.files.length } : {}),
      ...(parts === undefined ? {} : { parts: parts.length, sent: sentIds.length }),
      ...(message === undefined ? {} : { message }),
      createdAt: isoTime(createdAt),
    };
  }

  #named(channel: ChannelId): { readonly channel: ChannelId; readonly channelName?: string } {
    const channelName = this.#options.transport.channelName(channel);
    return { channel, ...(channelName === undefined ? {} : { channelName }) };
  }
}

function wordsOf(content: OutboundContent): string {
  return content.kind === 'reaction' ? content.reaction : content.text;
}
