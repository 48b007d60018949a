import { z } from 'zod';

import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Log } from '../../src/base/log.ts';
import type { ChatTransport } from '../../src/contracts/chat.ts';
import { reactionEmoji } from '../../src/discord/reactions.ts';
import type { ActWords } from '../../src/discord/interactions.ts';
import type { IdentifyMemory } from '../../src/discord/identify-budget.ts';
import { createDiscordTransport } from '../../src/discord/transport.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { ReactionName } from '../../src/model/outbound.ts';
import type { ChannelId } from '../../src/model/session.ts';

const message = z.object({
  id: z.string(),
  content: z.string(),
  author: z.object({ id: z.string(), bot: z.boolean().optional() }),
  message_reference: z.object({ message_id: z.string().optional() }).optional(),
  attachments: z.array(z.object({ filename: z.string(), url: z.string() })).default([]),
  mentions: z.array(z.object({ id: z.string() })).default([]),
  components: z
    .array(
      z.object({
        components: z.array(z.object({ label: z.string().optional(), placeholder: z.string().optional() })),
      }),
    )
    .default([]),
  reactions: z.array(z.object({ emoji: z.object({ name: z.string() }), me: z.boolean().optional() })).default([]),
});

export type SeenMessage = z.infer<typeof message>;

/** What people read when an act comes to nothing. */
export const wordsOfActs: ActWords = { failed: 'That did not work.', formTooLate: 'The form is late.' };

/** The path of a request that posts a message. */
export const postsPath = /^\/channels\/\d+\/messages$/;

/** A local server with one channel, its user's hands, and transports to it. */
export interface LocalWorld {
  readonly server: LocalDiscord;
  readonly faults: Faults;
  readonly channel: ChannelId;
  /** A transport to this server; closed with the world. */
  transport(options?: {
    token?: string;
    actWords?: ActWords;
    clock?: Clock;
    log?: Log;
    identifyMemory?: IdentifyMemory;
    requestsPerSecond?: number;
  }): ChatTransport;
  say(text: string, channel?: string): Promise<string>;
  /** Every message of the channel, or of another one of the bot's, oldest first. */
  messages(channel?: string): Promise<readonly SeenMessage[]>;
  get(messageId: string): Promise<SeenMessage>;
  /** A request as the page's user, or with another Authorization. */
  request(method: string, path: string, body?: object, authorization?: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function openLocalWorld(): Promise<LocalWorld> {
  const faults = new Faults();
  const server = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock, faults });
  const channel = server.ensureChannel({ name: 'one' }) as ChannelId;
  const transports: ChatTransport[] = [];
  const request = async (
    method: string,
    path: string,
    body?: object,
    authorization: string = server.userToken,
  ): Promise<unknown> => {
    const answer = await fetch(`${server.api}/v10${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  return {
    server,
    faults,
    channel,
    request,
    transport: (options = {}) => {
      const {
        token = server.botToken,
        clock = systemClock,
        log = silentLog,
        identifyMemory = memoryOfIdentifies(),
        requestsPerSecond,
        actWords = wordsOfActs,
      } = options;
      const apiUrl = server.api;
      const ours = { apiUrl, clock, log, identifyMemory, requestsPerSecond, actWords };
      const transport = createDiscordTransport({ token, ...ours });
      transports.push(transport);
      return transport;
    },
    say: async (content, where = channel) =>
      message.parse(await request('POST', `/channels/${where}/messages`, { content })).id,
    messages: async (where = channel) =>
      z
        .array(message)
        .parse(await request('GET', `/channels/${where}/messages?limit=100`))
        .reverse(),
    get: async (id) => message.parse(await request('GET', `/channels/${channel}/messages/${id}`)),
    close: async () => {
      for (const transport of transports) await transport.close();
      await server.close();
      if (server.unknownRoutes.length > 0) throw new Error(`unknown routes: ${server.unknownRoutes.join(', ')}`);
    },
  };
}

/** The names of a message's reactions. */
export function reactionNames(seen: SeenMessage): readonly ReactionName[] {
  const names = Object.keys(reactionEmoji) as ReactionName[];
  return seen.reactions.flatMap(({ emoji }) => names.filter((name) => reactionEmoji[name] === emoji.name));
}

/** A memory that lasts as long as whoever has it. */
export function memoryOfIdentifies(text?: string): IdentifyMemory {
  let kept = text;
  return {
    read: () => kept,
    write: (next) => {
      kept = next;
    },
  };
}
