import { ApplicationFlags, ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';

import { parseTime } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { describeError, systemErrorCode } from '../base/errors.ts';
import { channelPermissions, missingPermissions } from './channel-permissions.ts';
import type { Overwrite } from './channel-permissions.ts';

/**
 * What a question to the chat server gave. `unauthorized`: the token is not accepted; `refused`: the server itself said
 * no (403, 404 …); `limited`: asked too often; `unreachable`: nobody, or somebody else, answered (no network, a proxy's
 * page, a fault of the server).
 */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly date: number | undefined }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'refused'; readonly status: number; readonly words: string }
  | { readonly kind: 'limited'; readonly waitMs: number }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface Application {
  readonly id: string;
  readonly name: string;
  /** Whether "Message Content Intent" is on. */
  readonly readsContent: boolean;
}

export interface TextChannel {
  readonly id: string;
  readonly name: string;
  /** Name of the category it is in. */
  readonly category: string | undefined;
  readonly guild: string;
}

export type ChannelView =
  { readonly kind: 'seen'; readonly name: string; readonly missing: readonly string[] } | { readonly kind: 'unseen' };

const bits = z.string().regex(/^\d+$/).transform(BigInt);
const overwrites = z.array(z.object({ id: z.string(), allow: bits, deny: bits })).default([]);
const meSchema = z.object({ id: z.string(), username: z.string() });
const applicationSchema = z.object({ id: z.string(), name: z.string(), flags: z.number().default(0) });
const guildsSchema = z.array(z.object({ id: z.string(), name: z.string() }));
const startsSchema = z.object({
  session_start_limit: z.object({ total: z.number(), remaining: z.number(), reset_after: z.number() }),
});
const channelSchema = z.object({
  id: z.string(),
  type: z.number(),
  name: z.string().nullish(),
  guild_id: z.string().optional(),
  parent_id: z.string().nullish(),
  position: z.number().default(0),
  permission_overwrites: overwrites,
});
const rolesSchema = z.array(z.object({ id: z.string(), permissions: bits }));
const memberSchema = z.object({
  roles: z.array(z.string()),
  communication_disabled_until: z.string().nullish(),
});
/** What the server itself says when it refuses; whoever else answers does not say it so. */
const refusal = z.object({ code: z.number(), message: z.string() });

const threadTypes: ReadonlySet<number> = new Set([
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
]);
const readableTypes: ReadonlySet<number> = new Set([ChannelType.GuildText, ChannelType.GuildAnnouncement]);
const contentFlags = ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited;

export interface DiscordInquiryOptions {
  readonly token: string;
  /** Base address of a Discord-compatible server; default Discord itself. */
  readonly apiUrl?: string | undefined;
  readonly clock: Clock;
  /** How long one answer may take, in milliseconds. Default 8000. */
  readonly timeoutMs?: number;
}

/**
 * Asks a chat server about a bot, over REST, and changes nothing there. Each question is asked once and its answer kept.
 * Never says the token. Knows nothing about sessions.
 */
export class DiscordInquiry {
  readonly #token: string;
  readonly #base: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #asked = new Map<string, Promise<Answer<unknown>>>();

  constructor(options: DiscordInquiryOptions) {
    const { token, apiUrl = 'https://discord.com/api', clock, timeoutMs = 8000 } = options;
    this.#token = withoutPrefix(token);
    this.#base = `${apiUrl}/v10`;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Whom the token belongs to. */
  me(): Promise<Answer<z.infer<typeof meSchema>>> {
    return this.#ask('/users/@me', meSchema);
  }

  async application(): Promise<Answer<Application>> {
    return mapAnswer(await this.#ask('/applications/@me', applicationSchema), ({ id, name, flags }) => ({
      id,
      name,
      readsContent: (flags & contentFlags) !== 0,
    }));
  }

  /** The servers that the bot is in; the first 200. */
  guilds(): Promise<Answer<z.infer<typeof guildsSchema>>> {
    return this.#ask('/users/@me/guilds', guildsSchema);
  }

  /** How often the bot may log in today. */
  async sessionStarts(): Promise<
    Answer<{ readonly total: number; readonly remaining: number; readonly resetMs: number }>
  > {
    return mapAnswer(await this.#ask('/gateway/bot', startsSchema), ({ session_start_limit: limit }) => ({
      total: limit.total,
      remaining: limit.remaining,
      resetMs: limit.reset_after,
    }));
  }

  /** The text channels of a server, in the order in which Discord shows them. */
  async textChannels(guild: { readonly id: string; readonly name: string }): Promise<Answer<readonly TextChannel[]>> {
    return mapAnswer(await this.#ask(`/guilds/${guild.id}/channels`, z.array(channelSchema)), (channels) => {
      const byId = new Map(channels.map((channel) => [channel.id, channel]));
      const place = (channel: z.infer<typeof channelSchema>): number =>
        (byId.get(channel.parent_id ?? '')?.position ?? -1) * 1000 + channel.position;
      return channels
        .filter(({ type }) => readableTypes.has(type))
        .sort((a, b) => place(a) - place(b))
        .map(({ id, name, parent_id: parent }) => ({
          id,
          name: name ?? id,
          category: byId.get(parent ?? '')?.name ?? undefined,
          guild: guild.name,
        }));
    });
  }

  /** Whether the bot sees a channel or thread, and what it may not do there. */
  async channel(id: string): Promise<Answer<ChannelView>> {
    const found = await this.#ask(`/channels/${id}`, channelSchema);
    if (found.kind === 'refused' && [403, 404].includes(found.status)) return given({ kind: 'unseen' }, undefined);
    if (found.kind !== 'ok') return found;
    const { guild_id: guild, type, name, parent_id: parent } = found.value;
    const seen = (missing: readonly string[]): Answer<ChannelView> =>
      given({ kind: 'seen', name: name ?? id, missing }, found.date);
    if (guild === undefined) return seen([]); // a direct channel
    const isThread = threadTypes.has(type);
    const holder = isThread && parent != null ? await this.#ask(`/channels/${parent}`, channelSchema) : found;
    if (holder.kind !== 'ok') return holder.kind === 'refused' ? given({ kind: 'unseen' }, undefined) : holder;
    const has = await this.#permissions(guild, holder.value.permission_overwrites);
    return has.kind === 'ok' ? seen(missingPermissions(has.value, isThread)) : has;
  }

  async #permissions(guildId: string, ofChannel: readonly Overwrite[]): Promise<Answer<bigint>> {
    const me = await this.me();
    if (me.kind !== 'ok') return me;
    const roles = await this.#ask(`/guilds/${guildId}/roles`, rolesSchema);
    if (roles.kind !== 'ok') return roles;
    const member = await this.#ask(`/guilds/${guildId}/members/${me.value.id}`, memberSchema);
    if (member.kind !== 'ok') return member;
    const until = member.value.communication_disabled_until;
    return given(
      channelPermissions({
        guildId,
        memberId: me.value.id,
        memberRoles: member.value.roles,
        roles: new Map(roles.value.map(({ id, permissions }) => [id, permissions])),
        overwrites: ofChannel,
        isTimedOut: (parseTime(until ?? '') ?? 0) > this.#clock.now(),
      }),
      undefined,
    );
  }

  /** The same question is asked once, whoever asks. */
  async #ask<Schema extends z.ZodType>(path: string, schema: Schema): Promise<Answer<z.infer<Schema>>> {
    const asked = this.#asked.get(path) ?? this.#request(path);
    this.#asked.set(path, asked);
    const answer = await asked;
    if (answer.kind !== 'ok') return answer;
    const parsed = schema.safeParse(answer.value);
    if (parsed.success) return given(parsed.data, answer.date);
    return { kind: 'unreachable', reason: `the answer to ${path} is not what Discord gives` };
  }

  async #request(path: string): Promise<Answer<unknown>> {
    // Nobody's token, and the library would repeat it in its error.
    if (!canBeToken(this.#token)) return { kind: 'unauthorized' };
    const abort = new AbortController();
    const cancel = this.#clock.after(this.#timeoutMs, () => abort.abort());
    try {
      const response = await fetch(`${this.#base}${path}`, {
        headers: { authorization: `Bot ${this.#token}`, 'user-agent': 'DiscordBot (claude-discord-bridge, 1)' },
        signal: abort.signal,
      });
      return readAnswer(response, await response.text());
    } catch (error) {
      const reason = abort.signal.aborted ? `no answer within ${this.#timeoutMs} ms` : reasonOf(error);
      return { kind: 'unreachable', reason };
    } finally {
      cancel();
    }
  }
}

/** People copy the prefix along. */
export function withoutPrefix(token: string): string {
  return token.trim().replace(/^(?:Bot|Bearer)\s+/i, '');
}

/** Whether a text may be sent as a token: neither blanks nor letters beyond ASCII. */
export function canBeToken(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

function readAnswer(response: Response, text: string): Answer<unknown> {
  const body = parseJson(text);
  const { status } = response;
  if (response.ok && body !== undefined) return given(body, dateOf(response));
  const said = refusal.safeParse(body);
  if (status === 429) return { kind: 'limited', waitMs: (Number(response.headers.get('retry-after')) || 1) * 1000 };
  if (!said.success || status >= 500) {
    return { kind: 'unreachable', reason: `HTTP ${status}${body === undefined ? ', and no JSON' : ''}` };
  }
  return status === 401 ? { kind: 'unauthorized' } : { kind: 'refused', status, words: said.data.message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A proxy's page, or half an answer: told by its status.
  }
}

function dateOf(response: Response): number | undefined {
  return parseTime(response.headers.get('date') ?? '');
}

function given<T>(value: T, date: number | undefined): Answer<T> {
  return { kind: 'ok', value, date };
}

function mapAnswer<From, To>(answer: Answer<From>, change: (value: From) => To): Answer<To> {
  return answer.kind === 'ok' ? given(change(answer.value), answer.date) : answer;
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return systemErrorCode(cause) ?? describeError(cause);
}
