import { z } from 'zod';

import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ChatHandlers } from '../contracts/chat.ts';
import type { InboundMessage } from '../model/message.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import type { ChannelPlace, ChannelPlaces } from './channel-places.ts';
import type { History } from './history.ts';
import { changedMessage, leavesText, parseMessage } from './parse.ts';
import type { PlaceNames } from './parse.ts';

export interface ChatEventsOptions {
  readonly places: ChannelPlaces;
  readonly history: History;
  readonly log: Log;
  /** The bot's user id. */
  readonly ownId: () => string;
  readonly names: PlaceNames;
  /** Who is told; undefined when nobody is any more. */
  readonly handlers: () => ChatHandlers | undefined;
}

const messagePlace = z.object({ channel_id: z.string(), guild_id: z.string().optional() });

/**
 * Turns what the gateway tells of messages into calls of the handlers, in the order of each channel. Owns nothing;
 * knows nothing about connections.
 */
export class ChatEvents {
  readonly #options: ChatEventsOptions;

  constructor(options: ChatEventsOptions) {
    this.#options = options;
  }

  said(data: unknown): void {
    this.#onMessage(data, 'said');
  }

  edited(data: unknown): void {
    const partial = changedMessage(data);
    if (partial) void this.#askForEdited(partial.channel, partial.messageId);
    else if (!leavesText(data)) this.#onMessage(data, 'edited');
  }

  deleted(channelId: string, messageIds: readonly string[]): void {
    const { places, handlers, log } = this.#options;
    const channel = parseChannelId(channelId);
    if (channel === undefined) return;
    places.inOrder(channel, () => {
      try {
        handlers()?.onDeleted(channel, messageIds);
      } catch (error) {
        log.error({ channel, error: describeError(error) }, 'deleted chat messages could not be noted');
      }
    });
  }

  #onMessage(data: unknown, what: 'said' | 'edited'): void {
    const { guild, channel } = placeIn(data);
    if (channel === undefined || guild === undefined) this.#read(data, what, undefined);
    else this.#options.places.withPlace(channel, (place) => this.#read(data, what, place));
  }

  /** An edit that does not say whose message it is. */
  async #askForEdited(channel: ChannelId, messageId: string): Promise<void> {
    const { history, log } = this.#options;
    try {
      const message = await history.one(channel, messageId);
      if (message) this.#tell(message, 'edited');
    } catch (error) {
      log.warn({ message: messageId, error: describeError(error) }, 'an edited chat message is not to be had');
    }
  }

  #read(data: unknown, what: 'said' | 'edited', place: ChannelPlace | undefined): void {
    const { ownId, names, log } = this.#options;
    const parsed = parseMessage(data, { ownId: ownId(), names, place });
    if (parsed.kind === 'malformed') log.warn({ error: parsed.reason }, 'chat message could not be read');
    if (parsed.kind === 'message') this.#tell(parsed.message, what);
  }

  #tell(message: InboundMessage, what: 'said' | 'edited'): void {
    const { handlers, log } = this.#options;
    try {
      if (what === 'said') handlers()?.onMessage(message);
      else handlers()?.onEdited(message);
    } catch (error) {
      log.error({ message: message.id, error: describeError(error) }, 'chat message could not be stored');
    }
  }
}

/** Where a message of the gateway says that it is. */
function placeIn(data: unknown): { readonly channel: ChannelId | undefined; readonly guild: string | undefined } {
  const place = messagePlace.safeParse(data).data;
  return { channel: place && parseChannelId(place.channel_id), guild: place?.guild_id };
}
