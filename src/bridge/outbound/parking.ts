import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OutboxItem } from '../../model/outbound.ts';
import type { ChannelId } from '../../model/session.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import { hasRecovery } from '../../error-policy/policy.ts';
import type { CodesWith } from '../../error-policy/policy.ts';
import type { Words } from '../words.ts';

/** How the keys of words about a parked channel begin. */
const wordPrefix = 'parked:';

/** How they end when they were refused in one place and are told in another. */
const againSuffix = ':again';

/** These refusals are about the channel, not about what is said in it. */
export type ParkingCode = CodesWith<'park'>;

export function parkingCode(error: unknown): ParkingCode | undefined {
  return error instanceof BridgeError && hasRecovery(error.code, 'park') ? error.code : undefined;
}

export interface ParkingOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'directChannel'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly words: Words;
  /** The owners' user ids at the chat server. */
  readonly owners: () => readonly string[];
  /** Where the owner reads what concerns the whole bridge, when they cannot be spoken to alone. */
  readonly mainChannel: () => ChannelId | undefined;
}

/**
 * Parks a channel that refuses the bot: what is for it waits, and the owner is told once, elsewhere. Knows nothing about
 * lanes, and when the channel is tried again.
 */
export class Parking {
  readonly #options: ParkingOptions;

  constructor(options: ParkingOptions) {
    this.#options = options;
  }

  /** Returns when it is on disk, with the word to the owner. A channel that is parked already changes nothing. */
  async park(channel: ChannelId, code: ParkingCode): Promise<void> {
    const { stores, clock, log, words } = this.#options;
    if (stores.outbox.parked().some((parked) => parked.channel === channel)) return;
    const place = await this.#elsewhere(channel);
    stores.transaction(() => {
      const waiting = stores.outbox.pending(channel);
      const news = waiting.filter(({ key }) => key.startsWith(wordPrefix));
      for (const item of news) this.#tellElsewhere(item, place);
      // A channel that was only used to tell the owner something is not worth telling of.
      if (news.length === waiting.length) return;
      const now = clock.now();
      if (!stores.outbox.park(channel, code, now)) return;
      log.error({ channel, code, pending: waiting.length }, 'chat refuses a channel, what is for it waits');
      if (place === undefined) return;
      const text = words.channelParked(channel, code);
      const key = `${wordPrefix}${channel}:${now}`;
      stores.outbox.append({ key, channel: place, content: { kind: 'text', text }, createdAt: now });
    });
  }

  /** A word to the owner that was refused as well goes where it is heard; once, or two places that refuse pass it on for ever. */
  #tellElsewhere(item: OutboxItem, place: ChannelId | undefined): void {
    const { stores, clock, log } = this.#options;
    stores.outbox.settle(item.key, 'dropped', clock.now(), 'refused, told elsewhere');
    if (place === undefined || item.key.endsWith(againSuffix)) {
      log.error({ channel: item.channel, item: item.key }, 'the owner could not be told of a parked channel');
      return;
    }
    stores.outbox.append({ ...item, key: `${item.key}${againSuffix}`, channel: place, createdAt: clock.now() });
  }

  /** The owner's direct channel, else the main one; never one that refuses. */
  async #elsewhere(refusing: ChannelId): Promise<ChannelId | undefined> {
    const { stores, owners, mainChannel, transport, log } = this.#options;
    const parked = new Set([refusing, ...stores.outbox.parked().map(({ channel }) => channel)]);
    for (const owner of owners()) {
      try {
        const direct = await transport.directChannel(owner);
        if (!parked.has(direct)) return direct;
      } catch (error) {
        log.info({ error: describeError(error) }, 'the owner cannot be spoken to alone');
      }
    }
    const main = mainChannel();
    return main === undefined || parked.has(main) ? undefined : main;
  }
}
