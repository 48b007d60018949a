import { MessageType } from 'discord.js';
import { z } from 'zod';

import type { Author, InboundMessage } from '../model/message.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import type { ChannelPlace } from './channel-places.ts';
import { timeOfSnowflake } from '../model/snowflake.ts';

/** What people say. Everything else is the server speaking: joins, pins, boosts, a thread that was made. */
const spoken: ReadonlySet<number> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
]);

const id = z.string().regex(/^\d{1,20}$/);

const attachment = z.object({ id, filename: z.string(), size: z.number(), url: z.string() });

const content = z.object({ content: z.string().default(''), attachments: z.array(attachment).default([]) });

/** The part of a message that the bridge reads, as REST and the gateway give it. */
const rawMessage = content.extend({
  id,
  channel_id: id,
  guild_id: id.optional(),
  type: z.number(),
  webhook_id: id.optional(),
  author: z.object({
    id,
    username: z.string(),
    global_name: z.string().nullish(),
    bot: z.boolean().optional(),
  }),
  member: z.object({ nick: z.string().nullish() }).optional(),
  message_snapshots: z.array(z.object({ message: content })).optional(),
});

export type ParsedMessage =
  | { readonly kind: 'message'; readonly message: InboundMessage }
  /** Not for the bridge: its own words, or the server speaking. */
  | { readonly kind: 'ignored' }
  /** Not a message as Discord documents it. */
  | { readonly kind: 'malformed'; readonly reason: string };

const partialEdit = z.object({ id, channel_id: id, author: z.undefined().optional(), content: z.string() });

/** The message of an edit that says only what has changed: another text, but not whose; undefined for other things. */
export function changedMessage(data: unknown): { readonly channel: ChannelId; readonly messageId: string } | undefined {
  const { success, data: edit } = partialEdit.safeParse(data);
  const channel = success ? parseChannelId(edit.channel_id) : undefined;
  return success && channel !== undefined ? { channel, messageId: edit.id } : undefined;
}

const noText = z.object({ id, channel_id: id, author: z.undefined().optional(), content: z.undefined().optional() });

/** Whether an edit is about something else than the text: a link whose picture has been found, a pin. */
export function leavesText(data: unknown): boolean {
  return noText.safeParse(data).success;
}

/**
 * Reads a message of Discord's API (version 10). Threads are channels of their own. The words of a forwarded message
 * are those of who forwards it. Pure.
 *
 * @param ownId the bot's user id.
 * @param place where its channel lies; without it a message outside any server is taken for a direct one.
 */
export function parseMessage(data: unknown, ownId: string, place?: ChannelPlace): ParsedMessage {
  const parsed = rawMessage.safeParse(data);
  if (!parsed.success) return { kind: 'malformed', reason: describe(parsed.error) };
  const raw = parsed.data;
  if (raw.author.id === ownId || !spoken.has(raw.type)) return { kind: 'ignored' };
  const channel = parseChannelId(raw.channel_id);
  if (channel === undefined) return { kind: 'malformed', reason: `"${raw.channel_id}" is not a channel id` };
  const said = [raw, ...(raw.message_snapshots ?? []).map((snapshot) => snapshot.message)];
  return {
    kind: 'message',
    message: {
      id: `discord:${raw.id}`,
      channel,
      parent: place?.parent,
      messageId: raw.id,
      author: {
        id: raw.author.id,
        name: raw.member?.nick ?? raw.author.global_name ?? raw.author.username,
        kind: authorKind(raw),
      },
      text: said
        .map((one) => one.content)
        .filter((text) => text !== '')
        .join('\n'),
      attachments: said
        .flatMap((one) => one.attachments)
        .map((file) => ({
          id: file.id,
          name: file.filename,
          size: file.size,
          url: file.url,
        })),
      sentAt: timeOfSnowflake(raw.id),
      direct: place?.direct ?? raw.guild_id === undefined,
    },
  };
}

function authorKind(raw: z.infer<typeof rawMessage>): Author['kind'] {
  if (raw.webhook_id !== undefined) return 'webhook';
  return raw.author.bot === true ? 'bot' : 'human';
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
