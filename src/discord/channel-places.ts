import { ChannelType, RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import type { RestCalls } from './rest-calls.ts';

/** Where a channel lies. */
export interface ChannelPlace {
  /** Whether the bot and somebody are alone there, outside any server. */
  readonly direct: boolean;
  /** The channel that a thread belongs to. */
  readonly parent: ChannelId | undefined;
  /** The server that it is in; undefined of a direct one. */
  readonly guild: string | undefined;
}

export interface ChannelPlacesOptions {
  readonly rest: RestCalls;
  readonly clock: Clock;
  readonly log: Log;
}

const rawChannel = z.object({
  id: z.string(),
  type: z.number(),
  guild_id: z.string().optional(),
  parent_id: z.string().nullish(),
});

const threads: ReadonlySet<number> = new Set([
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
]);

/** I11: what was learned first is forgotten first, and asked for again. */
const mostPlaces = 20_000;

/** So much may wait for one channel's place. */
const mostWaiting = 1_000;

/** How long after a failure the server is asked again, in milliseconds. */
const againMs = 2_000;

/**
 * Owns what is known of where channels lie, which neither a message nor its history says: the library forgets threads
 * that are archived, and a message in one that it does not know would go to nobody's session. Knows nothing about what
 * is said there.
 */
export class ChannelPlaces {
  readonly #options: ChannelPlacesOptions;
  readonly #places = new Map<string, ChannelPlace>();
  readonly #waiting = new Map<string, ((place: ChannelPlace | undefined) => void)[]>();

  constructor(options: ChannelPlacesOptions) {
    this.#options = options;
  }

  /** Learns from a channel as the server gives it. @param inGuild the server that it is in, if it does not say so itself. */
  learn(data: unknown, inGuild?: string): ChannelPlace | undefined {
    const parsed = rawChannel.safeParse(data);
    if (!parsed.success) return undefined;
    const { id, type, guild_id: guild = inGuild, parent_id: parent } = parsed.data;
    const place: ChannelPlace = {
      direct: guild === undefined,
      guild,
      parent: threads.has(type) && typeof parent === 'string' ? parseChannelId(parent) : undefined,
    };
    this.#places.delete(id);
    this.#places.set(id, place);
    if (this.#places.size > mostPlaces) {
      const [oldest] = this.#places.keys();
      if (oldest !== undefined) this.#places.delete(oldest);
    }
    return place;
  }

  /** What is known, or what the server says. Errors are those of the ChatTransport contract. */
  async find(channel: ChannelId): Promise<ChannelPlace> {
    const known = this.#places.get(channel);
    if (known) return known;
    const call = {
      what: `Channel ${channel}`,
      kind: 'lookup',
      method: RequestMethod.Get,
      path: Routes.channel(channel),
    } as const;
    return this.#options.rest.call(call, async (ask) => {
      const place = this.learn(await ask());
      if (!place) throw new Error('the server describes it in an unknown way');
      return place;
    });
  }

  /**
   * Does something that needs a channel's place: at once when it is known, else when the server has said it, after
   * everything that waits for the same channel. A channel that nobody may ask about has no place.
   */
  withPlace(channel: ChannelId, action: (place: ChannelPlace | undefined) => void): void {
    const waiting = this.#waiting.get(channel);
    const known = this.#places.get(channel);
    if (!waiting && known) {
      action(known);
    } else if (!waiting) {
      this.#waiting.set(channel, [action]);
      void this.#lookUp(channel);
    } else if (waiting.length < mostWaiting) {
      waiting.push(action);
    } else {
      this.#options.log.error({ channel }, 'too much waits to know where a channel is, the rest is left to history');
    }
  }

  /** Does something that needs no place, but not before what came before it in the same channel. */
  inOrder(channel: ChannelId, action: () => void): void {
    const waiting = this.#waiting.get(channel);
    if (waiting) waiting.push(action);
    else action();
  }

  async #lookUp(channel: ChannelId): Promise<void> {
    const { clock, log, rest } = this.#options;
    let place: ChannelPlace | undefined;
    try {
      place = await this.find(channel);
    } catch (error) {
      if (rest.isClosed) return;
      log.warn({ channel, error: describeError(error) }, 'it is not known where a channel is');
      if (!(error instanceof BridgeError) || error.happened === 'unknown') {
        clock.after(againMs, () => void this.#lookUp(channel));
        return;
      }
    }
    const waiting = this.#waiting.get(channel) ?? [];
    this.#waiting.delete(channel);
    for (const action of waiting) action(place);
  }
}
