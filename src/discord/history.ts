import { Routes } from 'discord.js';
import { z } from 'zod';

import { isoTime } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ChatThread, HistoryPage, OwnMessage } from '../contracts/chat.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { snowflakeAt, timeOfSnowflake } from '../model/snowflake.ts';
import { parseMessage } from './parse.ts';
import type { RestCalls } from './rest-calls.ts';

/** What one request gives at most (Discord's documentation). */
const pageSize = 100;

/** How far back the bot's own words are looked for, in messages. */
const ownLimit = 500;

const rawPage = z.array(z.looseObject({ id: z.string().regex(/^\d{1,20}$/) }));
const ownMessage = z.object({ content: z.string().default(''), author: z.object({ id: z.string() }) });
const rawThread = z.object({
  id: z.string(),
  parent_id: z.string().nullish(),
  last_message_id: z.string().nullish(),
  thread_metadata: z.object({ archive_timestamp: z.string() }).optional(),
});
type RawThread = z.infer<typeof rawThread>;
const threadList = z.object({ threads: z.array(rawThread), has_more: z.boolean().optional() });
const rawChannel = z.object({ guild_id: z.string().optional(), type: z.number() });

export interface HistoryOptions {
  readonly rest: RestCalls;
  readonly log: Log;
  /** The bot's user id. */
  readonly ownId: () => string;
}

/** What was said while nobody listened, asked for over REST. Errors are those of the ChatTransport contract. */
export class History {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  async after(channel: ChannelId, after: string, limit: number, parent?: ChannelId): Promise<HistoryPage> {
    const raw = await this.#page(channel, { after, limit: String(limit) });
    // The server gives the newest first.
    const oldestFirst = raw.toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
    const messages = oldestFirst.flatMap((data) => {
      const parsed = parseMessage(data, this.#options.ownId(), parent);
      if (parsed.kind === 'malformed')
        this.#options.log.warn({ error: parsed.reason }, 'chat message could not be read');
      return parsed.kind === 'message' ? [parsed.message] : [];
    });
    return { messages, last: oldestFirst.at(-1)?.id, more: raw.length >= limit };
  }

  async own(channel: ChannelId, since: number): Promise<readonly OwnMessage[]> {
    const found: OwnMessage[] = [];
    let after = snowflakeAt(since);
    for (let seen = 0; seen < ownLimit; seen += pageSize) {
      const page = await this.#page(channel, { after, limit: String(pageSize) });
      const oldestFirst = page.toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
      for (const data of oldestFirst) {
        const { content, author } = ownMessage.parse(data);
        if (author.id === this.#options.ownId()) found.push({ id: data.id, text: content });
      }
      const last = oldestFirst.at(-1)?.id;
      if (last === undefined || page.length < pageSize) break;
      after = last;
    }
    return found;
  }

  async threads(channel: ChannelId, since: number): Promise<readonly ChatThread[]> {
    const { rest } = this.#options;
    const guild = await rest.call(`Channel ${channel}`, async (requests, signal) =>
      rawChannel.parse(await requests.get(Routes.channel(channel), { signal })),
    );
    if (guild.guild_id === undefined) return [];
    const guildId = guild.guild_id;
    const active = await rest.call(`The threads of channel ${channel}`, async (requests, signal) =>
      threadList.parse(await requests.get(Routes.guildActiveThreads(guildId), { signal })),
    );
    const threads = active.threads.filter((thread) => thread.parent_id === channel);
    for (const kind of ['public', 'private'] as const) threads.push(...(await this.#archived(channel, kind, since)));
    const found = new Map<string, ChatThread>();
    for (const thread of threads) {
      const id = parseChannelId(thread.id);
      const last = thread.last_message_id;
      if (id === undefined || (typeof last === 'string' && timeOfSnowflake(last) < since)) continue;
      found.set(id, { id, parent: channel });
    }
    return [...found.values()];
  }

  /** Archived threads come by the time of their archiving, newest first: after one before `since` come only older ones. */
  async #archived(channel: ChannelId, kind: 'public' | 'private', since: number): Promise<readonly RawThread[]> {
    const found: RawThread[] = [];
    let before: string | undefined;
    for (;;) {
      const page = await this.#archivedPage(channel, kind, before);
      found.push(...page.threads);
      before = page.threads.at(-1)?.thread_metadata?.archive_timestamp;
      if (page.has_more !== true || before === undefined || before < isoTime(since)) return found;
    }
  }

  async #archivedPage(
    channel: ChannelId,
    kind: 'public' | 'private',
    before: string | undefined,
  ): Promise<z.infer<typeof threadList>> {
    const { rest, log } = this.#options;
    const query = new URLSearchParams({ limit: String(pageSize), ...(before === undefined ? {} : { before }) });
    try {
      return await rest.call(`The archived threads of channel ${channel}`, async (requests, signal) =>
        threadList.parse(await requests.get(Routes.channelThreads(channel, kind), { signal, query })),
      );
    } catch (error) {
      // A channel of a kind that has no threads, or threads that the bot may not see.
      if (!(error instanceof BridgeError) || error.happened !== 'not-done') throw error;
      log.debug({ channel, kind, error: error.message }, 'archived threads are not to be had');
      return { threads: [] };
    }
  }

  #page(channel: ChannelId, query: Readonly<Record<string, string>>): Promise<z.infer<typeof rawPage>> {
    return this.#options.rest.call(`The history of channel ${channel}`, async (rest, signal) =>
      rawPage.parse(await rest.get(Routes.channelMessages(channel), { signal, query: new URLSearchParams(query) })),
    );
  }
}
