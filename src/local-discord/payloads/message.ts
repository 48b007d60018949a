import type {
  APIAttachment,
  APIMessage,
  APIMessageSnapshot,
  APIPartialEmoji,
  APIReaction,
  APIUser,
} from 'discord-api-types/v10';
import { MessageFlags, MessageReferenceType, MessageType } from 'discord-api-types/v10';

import { isoTime } from '../../base/clock.ts';
import { attachmentUrl } from '../attachment-urls.ts';
import type { StoredAttachment } from '../store/attachment-store.ts';
import type { MessageBody, StoredMessage } from '../store/message-store.ts';
import { snowflakeTime } from '../store/snowflakes.ts';
import type { World } from '../world.ts';
import { asBits } from './bits.ts';
import { guildChannelPayload } from './channel.ts';
import { memberPayloadWithoutUser, userPayloadById } from './people.ts';
import type { MemberWithoutUser } from './people.ts';

/** A message of a channel as one user sees it (which reactions are theirs). */
export function messagePayload(world: World, message: StoredMessage, viewer: string): APIMessage {
  const { reference } = message.body;
  const payload = plainPayload(world, message, viewer);
  if (!reference?.message_id || reference.type === MessageReferenceType.Forward) return payload;
  const referenced = world.messages.get(reference.channel_id, reference.message_id);
  return { ...payload, referenced_message: referenced ? plainPayload(world, referenced, viewer) : null };
}

export interface MessageEventFields {
  guild_id?: string;
  member?: MemberWithoutUser;
}

/** What a message event has besides the message: only in the guild. */
export function messageEventFields(world: World, message: StoredMessage, direct: boolean): MessageEventFields {
  if (direct) return {};
  const author = world.users.get(message.author);
  return {
    guild_id: world.settings.guildId,
    ...(author ? { member: memberPayloadWithoutUser(world, author) } : {}),
  };
}

export function attachmentPayload(world: World, attachment: StoredAttachment): APIAttachment {
  const url = attachmentUrl(world, attachment);
  return {
    id: attachment.id,
    filename: attachment.filename,
    ...(attachment.description === undefined ? {} : { description: attachment.description }),
    content_type: attachment.contentType,
    size: attachment.size,
    url,
    proxy_url: url,
    ...attachment.dimensions,
  };
}

/** `👍` or `name:id`, as it is kept and as it stands in addresses, to Discord's object. */
export function emojiPayload(emoji: string): APIPartialEmoji {
  const [, name, id] = /^(\w+):(\d+)$/.exec(emoji) ?? [];
  return name !== undefined && id !== undefined ? { id, name } : { id: null, name: emoji };
}

function plainPayload(world: World, message: StoredMessage, viewer: string): APIMessage {
  const uploaded = world.attachments.of(message.id).map((attachment) => attachmentPayload(world, attachment));
  const { body, attachments } = withFilesInPlace(message.body, uploaded);
  const reactions = world.reactions.counts(message.id, viewer).map(({ emoji, count, mine }): APIReaction => ({
    emoji: emojiPayload(emoji),
    count,
    count_details: { normal: count, burst: 0 },
    me: mine,
    me_burst: false,
    burst_colors: [],
  }));
  const thread = world.channels.get(message.id);
  const payload = bodyPayload(world, { ...message, body }, attachments);
  return {
    ...payload,
    ...(reactions.length > 0 ? { reactions } : {}),
    ...(thread
      ? {
          thread: guildChannelPayload(world, thread),
          flags: asBits<MessageFlags>((payload.flags ?? 0) | MessageFlags.HasThread),
        }
      : {}),
  };
}

/**
 * `attachment://name` in embeds and components stands for a file of the same message. A file that an embed shows is not
 * listed besides, as at Discord.
 */
function withFilesInPlace(
  body: MessageBody,
  uploaded: APIAttachment[],
): { readonly body: MessageBody; readonly attachments: APIAttachment[] } {
  const named = new Map(uploaded.map((attachment) => [`attachment://${attachment.filename}`, attachment]));
  if (named.size === 0) return { body, attachments: uploaded };
  const shown = new Set<string>();
  const embeds = replaceStrings(body.embeds, (text) => {
    const attachment = named.get(text);
    if (attachment) shown.add(attachment.id);
    return attachment?.url ?? text;
  });
  const components = replaceStrings(body.components, (text) => named.get(text)?.url ?? text);
  return { body: { ...body, embeds, components }, attachments: uploaded.filter(({ id }) => !shown.has(id)) };
}

/** The same JSON with its texts replaced. */
function replaceStrings<Value extends object>(value: Value, replace: (text: string) => string): Value {
  const change = (_key: string, part: unknown): unknown => (typeof part === 'string' ? replace(part) : part);
  return JSON.parse(JSON.stringify(value, change)) as Value;
}

function bodyPayload(world: World, message: StoredMessage, attachments: APIAttachment[]): APIMessage {
  const { body } = message;
  return {
    id: message.id,
    channel_id: message.channel,
    type: body.type,
    author: authorPayload(world, message),
    content: body.content,
    timestamp: isoTime(snowflakeTime(message.id)),
    edited_timestamp: body.editedAt === undefined ? null : isoTime(body.editedAt),
    tts: body.tts,
    mention_everyone: body.mentionEveryone,
    mentions: body.mentions.map((id) => userPayloadById(world, id)),
    mention_roles: rolesIn(world, body.content),
    attachments: body.voice ? attachments.map((file) => withVoice(file, body.voice)) : attachments,
    embeds: [...body.embeds],
    components: [...body.components],
    pinned: body.pinnedAt !== undefined,
    flags: asBits<MessageFlags>(body.flags),
    ...interactionFields(body),
    ...(body.reference ? { message_reference: body.reference } : {}),
    ...(body.forwarded ? { message_snapshots: [snapshotPayload(world, body, body.forwarded)] } : {}),
    ...(body.webhook ? { webhook_id: message.author } : {}),
  };
}

function authorPayload(world: World, { author, body: { webhook } }: StoredMessage): APIUser {
  const user = userPayloadById(world, author);
  return webhook ? { ...user, username: webhook.name, discriminator: '0000', bot: true } : user;
}

/** Whoever may mention a role here does so. */
function rolesIn(world: World, content: string): string[] {
  const named = [...content.matchAll(/<@&(\d{1,20})>/g)].map(([, id = '']) => id);
  return [...new Set(named)].filter((id) => world.roles.get(id));
}

function withVoice(file: APIAttachment, voice: MessageBody['voice']): APIAttachment {
  return voice ? { ...file, duration_secs: voice.seconds, waveform: voice.waveform } : file;
}

function snapshotPayload(
  world: World,
  { reference }: MessageBody,
  forwarded: NonNullable<MessageBody['forwarded']>,
): APIMessageSnapshot {
  const id = reference?.message_id ?? '0';
  const files = world.attachments.of(id).map((file) => attachmentPayload(world, file));
  return {
    message: {
      type: MessageType.Default,
      content: forwarded.content,
      embeds: [...forwarded.embeds],
      attachments: files,
      timestamp: isoTime(snowflakeTime(id)),
      edited_timestamp: forwarded.editedAt === undefined ? null : isoTime(forwarded.editedAt),
      flags: asBits<MessageFlags>(forwarded.flags),
      mentions: forwarded.mentions.map((user) => userPayloadById(world, user)),
      mention_roles: rolesIn(world, forwarded.content),
    },
  };
}

function interactionFields(body: MessageBody): Partial<APIMessage> {
  const { applicationId, interaction, command } = body;
  return {
    ...(applicationId === undefined ? {} : { application_id: applicationId, webhook_id: applicationId }),
    ...(interaction ? { interaction_metadata: interaction } : {}),
    // Deprecated, and still the only place where Discord names the command.
    ...(interaction && command !== undefined
      ? // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
        { interaction: { id: interaction.id, type: interaction.type, name: command, user: interaction.user } }
      : {}),
  };
}
