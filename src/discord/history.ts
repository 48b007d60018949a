import { ChannelType, RequestMethod, RESTJSONErrorCodes, Routes } from 'discord.js';
import { z } from 'zod';

import { parseTime } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ChatThread, HistoryPage, OwnMessage } from '../contracts/chat.ts';
import type { InboundMessage } from '../model/message.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { snowflakeAt, timeOfSnowflake } from '../model/snowflake.ts';
import type { ChannelPlaces } from './channel-places.ts';
import type { OwnAccess } from './own-access.ts';
import { parseMessage } from './parse.ts';
import type { PlaceNames } from './parse.ts';
import type { Call, RestCalls } from './rest-calls.ts';
import { refusalCode } from './send-errors.ts';

/** What one request gives at most (Discord's documentation). */
const pageSize = 100;

/** How many of the bot's own words are wanted, and among how many messages they are looked for. */
const ownLimit = 500;
const ownSearched = 3_000;

/** Joined private threads come by their age: so many pages of them are looked through. */
const mostJoinedPages = 10;

const rawPage = z.array(z.looseObject({ id: z.string().regex(/^\d{1,20}$/) }));
const ownMessage = z.object({ content: z.string().default(''), author: z.object({ id: z.string() }) });
const rawThread = z.object({
  id: z.string(),
  type: z.number(),
  parent_id: z.string().nullish(),
  last_message_id: z.string().nullish(),
  thread_metadata: z.object({ archive_timestamp: z.string() }).optional(),
});
type RawThread = z.infer<typeof rawThread>;
const threadList = z.object({ threads: z.array(rawThread), has_more: z.boolean().optional() });
const rawChannel = z.object({ id: z.string(), guild_id: z.string().optional(), type: z.number() });

/** The kinds of channel that have threads (Discord's documentation). */
const withThreads: ReadonlySet<number> = new Set([
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
]);

/** The only kind that has private threads. */
const textChannel: number = ChannelType.GuildText;

type ArchivedKind = 'public' | 'private' | 'joined';

export interface HistoryOptions {
  readonly rest: RestCalls;
  readonly places: ChannelPlaces;
  readonly access: Pick<OwnAccess, 'toldWhetherReadable'>;
  readonly log: Log;
  /** The bot's user id. */
  readonly ownId: () => string;
  readonly names: PlaceNames;
}

/** What was said while nobody listened, asked for over REST. Errors are those of the ChatTransport contract. */
export class History {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  async after(channel: ChannelId, after: string, limit: number): Promise<HistoryPage> {
    const { places, access, ownId, names, log } = this.#options;
    const place = await places.find(channel);
    const raw = await this.#page(channel, { after, limit: String(limit) });
    // Who may not read the history of a channel is given an empty one (Discord's documentation).
    if (raw.length === 0 && !place.direct) {
      const mayRead = await access.toldWhetherReadable(place.parent ?? channel);
      if (mayRead === false) throw notReadable(channel);
    }
    // The server gives the newest first.
    const oldestFirst = raw.toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
    const messages = oldestFirst.flatMap((data) => {
      const parsed = parseMessage(data, { ownId: ownId(), names, place });
      if (parsed.kind === 'malformed') log.warn({ error: parsed.reason }, 'chat message could not be read');
      return parsed.kind === 'message' ? [parsed.message] : [];
    });
    return { messages, last: oldestFirst.at(-1)?.id, more: raw.length >= limit };
  }

  /** One message as it is now; undefined when it is not for the bridge. */
  async one(channel: ChannelId, messageId: string): Promise<InboundMessage | undefined> {
    const { rest, places, ownId, names } = this.#options;
    const place = await places.find(channel);
    const path = Routes.channelMessage(channel, messageId);
    const data = await rest.call(lookup(`A message of channel ${channel}`, path), (ask) => ask());
    const parsed = parseMessage(data, { ownId: ownId(), names, place });
    return parsed.kind === 'message' ? parsed.message : undefined;
  }

  /** As `one`; also undefined when it is gone. */
  async fresh(channel: ChannelId, messageId: string): Promise<InboundMessage | undefined> {
    try {
      return await this.one(channel, messageId);
    } catch (error) {
      if (refusalCode(error) === RESTJSONErrorCodes.UnknownMessage) return undefined;
      throw error;
    }
  }

  async own(channel: ChannelId, since: number): Promise<readonly OwnMessage[]> {
    const begin = BigInt(snowflakeAt(since));
    const found: OwnMessage[] = [];
    // Backwards: what is looked for was posted last, however long ago that was tried.
    let before: string | undefined;
    for (let seen = 0; seen < ownSearched && found.length < ownLimit; seen += pageSize) {
      const page = await this.#page(channel, { limit: String(pageSize), ...(before === undefined ? {} : { before }) });
      const newestFirst = page.toSorted((one, other) => (BigInt(one.id) > BigInt(other.id) ? -1 : 1));
      const wanted = newestFirst.filter(({ id }) => BigInt(id) > begin);
      for (const data of wanted) {
        const { content, author } = ownMessage.parse(data);
        if (author.id === this.#options.ownId()) found.push({ id: data.id, text: content });
      }
      before = newestFirst.at(-1)?.id;
      if (before === undefined || page.length < pageSize || wanted.length < page.length) break;
    }
    return found.slice(0, ownLimit).reverse();
  }

  async threads(channel: ChannelId, since: number): Promise<readonly ChatThread[]> {
    const { rest, places } = this.#options;
    const { guild_id: guild, type } = await rest.call(
      lookup(`Channel ${channel}`, Routes.channel(channel)),
      async (ask) => rawChannel.parse(await ask()),
    );
    if (guild === undefined || !withThreads.has(type)) return [];
    const active = await rest.call(
      lookup(`The threads of channel ${channel}`, Routes.guildActiveThreads(guild)),
      async (ask) => threadList.parse(await ask()),
    );
    const threads = active.threads.filter((thread) => thread.parent_id === channel);
    threads.push(...((await this.#archived(channel, 'public', since)) ?? []));
    if (type === textChannel) {
      // Without the permission to manage threads the bot hears of those that it has joined.
      const all = await this.#archived(channel, 'private', since);
      threads.push(...(all ?? (await this.#archived(channel, 'joined', since)) ?? []));
    }
    const found = new Map<string, ChatThread>();
    for (const thread of threads) {
      const id = parseChannelId(thread.id);
      const last = thread.last_message_id;
      if (id === undefined || (typeof last === 'string' && timeOfSnowflake(last) < since)) continue;
      places.learn({ ...thread, parent_id: channel }, guild);
      found.set(id, { id, parent: channel });
    }
    return [...found.values()];
  }

  /**
   * Archived threads come by the time of their archiving, newest first: after one before `since` come only older ones.
   * Joined ones come by their age. Undefined when the bot may not ask.
   */
  async #archived(channel: ChannelId, kind: ArchivedKind, since: number): Promise<readonly RawThread[] | undefined> {
    const found: RawThread[] = [];
    let before: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await this.#archivedPage(channel, kind, before);
      if (!page) return pages === 1 ? undefined : found;
      found.push(...page.threads);
      const last = page.threads.at(-1);
      const archivedAt = last?.thread_metadata?.archive_timestamp;
      before = kind === 'joined' ? last?.id : archivedAt;
      if (page.has_more !== true || before === undefined) return found;
      const isPast = kind === 'joined' ? pages >= mostJoinedPages : (parseTime(archivedAt ?? '') ?? 0) < since;
      if (isPast) return found;
    }
  }

  async #archivedPage(
    channel: ChannelId,
    kind: ArchivedKind,
    before: string | undefined,
  ): Promise<z.infer<typeof threadList> | undefined> {
    const { rest, log } = this.#options;
    const query = new URLSearchParams({ limit: String(pageSize), ...(before === undefined ? {} : { before }) });
    const route =
      kind === 'joined' ? Routes.channelJoinedArchivedThreads(channel) : Routes.channelThreads(channel, kind);
    try {
      return await rest.call(lookup(`The archived threads of channel ${channel}`, route), async (ask) =>
        threadList.parse(await ask({ query })),
      );
    } catch (error) {
      if (!(error instanceof BridgeError) || error.happened !== 'not-done') throw error;
      log.debug({ channel, kind, error: error.message }, 'archived threads are not to be had');
      return undefined;
    }
  }

  #page(channel: ChannelId, query: Readonly<Record<string, string>>): Promise<z.infer<typeof rawPage>> {
    return this.#options.rest.call(
      lookup(`The history of channel ${channel}`, Routes.channelMessages(channel)),
      async (ask) => rawPage.parse(await ask({ query: new URLSearchParams(query) })),
    );
  }
}

function lookup(what: string, path: Call['path']): Call {
  return { what, kind: 'lookup', method: RequestMethod.Get, path };
}

function notReadable(channel: ChannelId): BridgeError {
  return new BridgeError('chat-forbidden', `The bot may not read what was said in channel ${channel}.`, {
    advice: 'Give it the permission "Read Message History" there.',
  });
}
