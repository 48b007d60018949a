import type { APIMessage, APIMessageReference, APIUser } from 'discord-api-types/v10';
import { MessageFlags, MessageReferenceType, MessageType } from 'discord-api-types/v10';

import { apiErrors, invalidField } from './api-error.ts';
import { safeFilename } from './http/request-body.ts';
import type { UploadedFile } from './http/request-body.ts';
import { placeOf } from './payloads/channel.ts';
import { messageEventFields, messagePayload } from './payloads/message.ts';
import { memberPayloadWithoutUser } from './payloads/people.ts';
import type { MemberWithoutUser } from './payloads/people.ts';
import type { MessageCreateBody, MessageEditBody } from './routes/message-body.ts';
import type { StoredChannel } from './store/channel-store.ts';
import { inTransaction } from './store/database.ts';
import { imageSize } from './store/image-size.ts';
import type { MessageBody, StoredMessage } from './store/message-store.ts';
import type { World } from './world.ts';

/** What a new message is made of besides its body. */
export interface NewMessage {
  readonly channel: StoredChannel;
  readonly author: string;
  readonly body: MessageCreateBody;
  readonly files: readonly UploadedFile[];
  /** Facts about an answer to an interaction, or about a webhook that speaks. */
  readonly origin?: Pick<MessageBody, 'applicationId' | 'interaction' | 'command' | 'webhook'>;
  /** Whose interaction it answers: only such messages can be ephemeral or say "thinking". */
  readonly answers?: { readonly user: string; readonly type: 'command' | 'context-command' | 'other' };
  /** An answer that says "thinking" may be empty. */
  readonly mayBeEmpty?: boolean;
}

/** Documented by Discord. */
const mostFiles = 10;

/** Flags a client may set on a message itself. */
const ownFlags =
  MessageFlags.SuppressEmbeds |
  MessageFlags.SuppressNotifications |
  MessageFlags.IsComponentsV2 |
  MessageFlags.IsVoiceMessage;

/** Flags of an answer to an interaction. */
const answerFlags = ownFlags | MessageFlags.Loading | MessageFlags.Ephemeral;

/**
 * Stores a message with its attachments and nonce as one step, tells everybody, and returns it. With `enforce_nonce`
 * a repeated nonce of the same author returns the first message and does nothing.
 */
export function createMessage(world: World, wanted: NewMessage): APIMessage {
  const { channel, author, body } = wanted;
  const now = world.clock.now();
  const nonce = body.nonce ?? undefined;
  if (nonce !== undefined && body.enforce_nonce) {
    const known = world.messages.byNonce(author, nonce, now);
    const message = known === undefined ? undefined : world.messages.get(channel.id, known);
    if (message) return { ...messagePayload(world, message, author), nonce };
  }
  const message = buildMessage(world, wanted);
  inTransaction(world.database, () => {
    world.messages.insert(message);
    storeFiles(world, message, wanted.files, body.attachments ?? []);
    if (nonce !== undefined) world.messages.rememberNonce(author, nonce, message.id, now);
  });
  const payload = messagePayload(world, message, author);
  const answer = nonce === undefined ? payload : { ...payload, nonce };
  announceMessage(world, 'MESSAGE_CREATE', channel, message, answer);
  return answer;
}

/** Deletes a message and tells everybody who saw it. */
export function deleteMessage(world: World, channel: StoredChannel, message: StoredMessage): void {
  world.messages.delete(message.id);
  const data = { id: message.id, ...placeOf(world, channel) };
  world.publish({ event: 'MESSAGE_DELETE', data, channel, ...audience(message) });
}

/** Stores an edit as one step and tells everybody. */
export function editMessage(
  world: World,
  wanted: {
    readonly channel: StoredChannel;
    readonly message: StoredMessage;
    readonly body: MessageEditBody;
    readonly files: readonly UploadedFile[];
    readonly viewer: string;
  },
): APIMessage {
  const { channel, message, body, files, viewer } = wanted;
  const changed = { ...message, body: editedBody(world, message, body) };
  const kept = body.attachments ? new Set(body.attachments.map(({ id }) => id)) : undefined;
  const dropped = world.attachments.of(message.id).filter(({ id }) => kept?.has(id) === false);
  const left = world.attachments.of(message.id).length - dropped.length + files.length;
  checkNotEmpty(changed.body, left);
  if (left > mostFiles) throw apiErrors.tooManyFiles();
  inTransaction(world.database, () => {
    world.messages.update(message.id, changed.body);
    for (const { id } of dropped) world.attachments.delete(id);
    storeFiles(world, message, files, body.attachments ?? []);
  });
  const payload = messagePayload(world, changed, viewer);
  announceMessage(world, 'MESSAGE_UPDATE', channel, changed, payload);
  return payload;
}

/** A message's parts after an edit. */
function editedBody(world: World, message: StoredMessage, body: MessageEditBody): MessageBody {
  const { content, embeds, components, flags } = body;
  // Without new flags the old ones stay; "thinking" ends with the first edit, and ephemeral is for ever.
  const keptFlags = flags == null ? answerFlags & ~MessageFlags.Loading : MessageFlags.Ephemeral;
  const isLoading = (message.body.flags & MessageFlags.Loading) !== 0;
  const text = content === undefined ? message.body.content : (content ?? '').trim();
  return {
    ...message.body,
    content: text,
    ...(embeds === undefined ? {} : { embeds: embeds ?? [] }),
    ...(components === undefined ? {} : { components: components ?? [] }),
    ...(content === undefined ? {} : mentionsIn(world, text, body)),
    flags: ((flags ?? 0) & ownFlags) | (message.body.flags & keptFlags),
    ...(isLoading ? {} : { editedAt: world.clock.now() }),
  };
}

/** A message ready to be stored. @throws DiscordApiError 50006, 50035. */
function buildMessage(world: World, wanted: NewMessage): StoredMessage {
  const { channel, author, body, files } = wanted;
  const content = (body.content ?? '').trim();
  const reference = referenceOf(world, channel, body);
  const found = mentionsIn(world, content, body);
  const repliedTo = reference?.message_id && world.messages.get(channel.id, reference.message_id)?.author;
  const pings = repliedTo !== undefined && repliedTo !== '' && body.allowed_mentions?.replied_user !== false;
  const forwarded = forwardedBy(world, body);
  const chosen = (body.flags ?? 0) & (wanted.answers ? answerFlags : ownFlags);
  const flags = forwarded ? chosen | MessageFlags.HasSnapshot : chosen;
  const voice = voiceOf(body, flags);
  const stored: MessageBody = {
    type: messageType(wanted, reference),
    content,
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    ...found,
    mentions: [...new Set([...found.mentions, ...(pings ? [repliedTo] : [])])],
    flags,
    tts: body.tts ?? false,
    ...(reference ? { reference } : {}),
    ...(forwarded ? { forwarded } : {}),
    ...(voice ? { voice } : {}),
    ...wanted.origin,
  };
  if (!wanted.mayBeEmpty && !forwarded) checkNotEmpty(stored, files.length);
  if (files.length > mostFiles) throw apiErrors.tooManyFiles();
  const onlyFor = (flags & MessageFlags.Ephemeral) === 0 ? undefined : wanted.answers?.user;
  const id = world.ids.next();
  return { id, channel: channel.id, author, ...(onlyFor === undefined ? {} : { onlyFor }), body: stored };
}

function messageType({ answers }: NewMessage, reference: APIMessageReference | undefined): MessageType {
  if (answers?.type === 'command') return MessageType.ChatInputCommand;
  if (answers?.type === 'context-command') return MessageType.ContextMenuCommand;
  return reference?.type === MessageReferenceType.Default ? MessageType.Reply : MessageType.Default;
}

function checkNotEmpty(body: MessageBody, attachments: number): void {
  const nothing = body.content === '' && body.embeds.length + body.components.length + attachments === 0;
  if (nothing) throw apiErrors.emptyMessage();
}

function referenceOf(world: World, channel: StoredChannel, body: MessageCreateBody): APIMessageReference | undefined {
  const wanted = body.message_reference;
  if (!wanted) return undefined;
  if (isForward(body)) {
    const from = world.channels.get(wanted.channel_id ?? channel.id);
    return from && { type: MessageReferenceType.Forward, message_id: wanted.message_id, ...placeOf(world, from) };
  }
  if (world.messages.get(channel.id, wanted.message_id)) {
    return {
      type: MessageReferenceType.Default,
      message_id: wanted.message_id,
      ...placeOf(world, channel),
    };
  }
  if (wanted.fail_if_not_exists === false) return undefined;
  throw invalidField(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
}

function isForward({ message_reference: wanted }: MessageCreateBody): boolean {
  return wanted?.type === (MessageReferenceType.Forward as number);
}

/** The message that another one passes on, as it is now. @throws DiscordApiError 10008. */
function forwardedBy(world: World, body: MessageCreateBody): MessageBody['forwarded'] {
  const { message_reference: wanted } = body;
  if (!wanted || !isForward(body)) return undefined;
  const message = world.messages.get(wanted.channel_id ?? '', wanted.message_id);
  if (!message) throw apiErrors.unknownMessage();
  const { content, embeds, flags, mentions, editedAt } = message.body;
  return { content, embeds, flags, mentions, ...(editedAt === undefined ? {} : { editedAt }) };
}

function voiceOf({ attachments }: MessageCreateBody, flags: number): MessageBody['voice'] {
  if ((flags & MessageFlags.IsVoiceMessage) === 0) return undefined;
  const [file] = attachments ?? [];
  if (file?.duration_secs == null || file.waveform == null) {
    throw invalidField(['attachments'], 'VOICE_MESSAGE_INVALID', 'Voice messages must have a duration and a waveform.');
  }
  return { seconds: file.duration_secs, waveform: file.waveform };
}

function mentionsIn(
  world: World,
  content: string,
  { allowed_mentions: allowed }: Pick<MessageEditBody, 'allowed_mentions'>,
): Pick<MessageBody, 'mentions' | 'mentionEveryone'> {
  const named = [...content.matchAll(/<@!?(\d{1,20})>/g)].map(([, id = '']) => id).filter((id) => world.users.get(id));
  const { parse, users } = allowed ?? {};
  const all = parse === undefined && users === undefined;
  const mayMention = (id: string): boolean => all || parse?.includes('users') === true || users?.includes(id) === true;
  return {
    mentions: [...new Set(named)].filter(mayMention),
    mentionEveryone: /@(everyone|here)\b/.test(content) && (all || parse?.includes('everyone') === true),
  };
}

function storeFiles(
  world: World,
  message: StoredMessage,
  files: readonly UploadedFile[],
  described: NonNullable<MessageCreateBody['attachments']>,
): void {
  for (const { index, filename, contentType, bytes } of files) {
    const about = described.find(({ id }) => id === String(index));
    world.attachments.insert(
      {
        id: world.ids.next(),
        message: message.id,
        channel: message.channel,
        filename: safeFilename(about?.filename ?? filename),
        contentType,
        description: about?.description ?? undefined,
        size: bytes.byteLength,
        dimensions: contentType.startsWith('image/') ? imageSize(bytes) : undefined,
      },
      bytes,
    );
  }
}

/** Tells everybody who may see it of a message that is stored already. */
export function announceMessage(
  world: World,
  event: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE',
  channel: StoredChannel,
  message: StoredMessage,
  payload: APIMessage = messagePayload(world, message, message.author),
): void {
  const isDirect = channel.recipients !== undefined;
  const extra = messageEventFields(world, message, isDirect);
  const mentions = isDirect ? payload.mentions : payload.mentions.map((user) => withMember(world, user));
  // Whose reactions they are is different for each reader, and they have not changed.
  const { reactions: _reactions, ...common } = payload;
  world.publish({ event, data: { ...common, mentions, ...extra }, channel, ...audience(message) });
}

/** Somebody who is mentioned, as events in the guild tell them. */
function withMember(world: World, user: APIUser): APIUser & { member?: MemberWithoutUser } {
  const stored = world.users.get(user.id);
  return stored ? { ...user, member: memberPayloadWithoutUser(world, stored) } : user;
}

function audience({ onlyFor }: StoredMessage): { onlyFor?: string } {
  return onlyFor === undefined ? {} : { onlyFor };
}
