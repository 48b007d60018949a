import { MessageFlags, MessageReferenceType, MessageType } from 'discord.js';
import { z } from 'zod';

import type { AttachmentRef, Author, InboundMessage, Quote } from '../model/message.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import type { ChannelPlace } from './channel-places.ts';
import { timeOfSnowflake } from '../model/snowflake.ts';
import { authorOf, id, nameOf, rawMember, rawUser } from './parse-author.ts';
import { readableText } from './readable-text.ts';
import type { Names } from './readable-text.ts';

/** What people say. Everything else is the server speaking: joins, pins, boosts, a thread that was made. */
const spoken: ReadonlySet<number> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
]);

const attachment = z.object({
  id,
  filename: z.string(),
  size: z.number(),
  url: z.string(),
  duration_secs: z.number().nonnegative().nullish(),
});

const content = z.object({
  content: z.string().default(''),
  attachments: z.array(attachment).default([]),
  // What only makes a message more readable is never a reason to lose it.
  flags: z.number().catch(0),
  mentions: z.array(rawUser.extend({ member: rawMember.optional().catch(undefined) })).catch([]),
});

type Content = z.infer<typeof content>;

/** The part of a message that the bridge reads, as REST and the gateway give it. */
const rawMessage = content.extend({
  id,
  channel_id: id,
  guild_id: id.optional(),
  type: z.number(),
  webhook_id: id.optional(),
  author: rawUser,
  member: rawMember.optional(),
  message_reference: z
    .object({ type: z.number().default(MessageReferenceType.Default) })
    .nullish()
    .catch(undefined),
  /** Null when it is gone. */
  referenced_message: content.extend({ author: rawUser }).nullish().catch(undefined),
  message_snapshots: z.array(z.object({ message: content })).optional(),
});

type RawMessage = z.infer<typeof rawMessage>;

/** What roles and channels are called. */
export type PlaceNames = Pick<Names, 'role' | 'channel'>;

export interface ParseContext {
  /** The bot's user id. */
  readonly ownId: string;
  readonly names: PlaceNames;
  /** Where the message's channel lies; without it a message outside any server is taken for a direct one. */
  readonly place?: ChannelPlace | undefined;
}

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
 * Reads a message of Discord's API (version 10). Threads are channels of their own. The files of a forwarded message are
 * those of who forwards it. Pure.
 */
export function parseMessage(data: unknown, { ownId, names, place }: ParseContext): ParsedMessage {
  const parsed = rawMessage.safeParse(data);
  if (!parsed.success) return { kind: 'malformed', reason: describe(parsed.error) };
  const raw = parsed.data;
  if (raw.author.id === ownId || !spoken.has(raw.type)) return { kind: 'ignored' };
  const channel = parseChannelId(raw.channel_id);
  if (channel === undefined) return { kind: 'malformed', reason: `"${raw.channel_id}" is not a channel id` };
  const forwarded = (raw.message_snapshots ?? []).map((snapshot) => snapshot.message);
  const quotes = quotesOf(raw, forwarded, names);
  return {
    kind: 'message',
    message: {
      id: `discord:${raw.id}`,
      channel,
      parent: place?.parent,
      messageId: raw.id,
      author: sayerOf(raw),
      text: textOf(raw, names),
      attachments: [raw, ...forwarded].flatMap(filesOf),
      ...(quotes.length === 0 ? {} : { quotes }),
      sentAt: timeOfSnowflake(raw.id),
      direct: place?.direct ?? raw.guild_id === undefined,
    },
  };
}

function sayerOf(raw: RawMessage): Author {
  const author = authorOf(raw.author, raw.member);
  return raw.webhook_id === undefined ? author : { ...author, kind: 'webhook' };
}

/** What it answers, and what it passes on. */
function quotesOf(raw: RawMessage, forwarded: readonly Content[], names: PlaceNames): readonly Quote[] {
  const { referenced_message: answered, message_reference: reference } = raw;
  const isReply = reference?.type !== (MessageReferenceType.Forward as number);
  const reply =
    answered && isReply ? [{ kind: 'reply' as const, author: nameOf(answered.author), said: answered }] : [];
  const passedOn = forwarded.map((said) => ({ kind: 'forward' as const, said }));
  return [...reply, ...passedOn].map(({ said, ...quote }) => {
    const files = said.attachments.map(({ filename }) => filename);
    return { ...quote, text: textOf(said, names), ...(files.length === 0 ? {} : { files }) };
  });
}

/** The words of a message, with names in the place of ids. */
function textOf({ content: text, mentions }: Content, names: PlaceNames): string {
  const user = (wanted: string): string | undefined => {
    const found = mentions.find((one) => one.id === wanted);
    return found && nameOf(found, found.member);
  };
  return readableText(text, { ...names, user });
}

function filesOf({ attachments, flags }: Content): readonly AttachmentRef[] {
  const isVoice = (flags & MessageFlags.IsVoiceMessage) !== 0;
  return attachments.map(({ id: file, filename: name, size, url, duration_secs: seconds }) => ({
    id: file,
    name,
    size,
    url,
    ...(isVoice ? { voiceSeconds: seconds ?? 0 } : {}),
  }));
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
