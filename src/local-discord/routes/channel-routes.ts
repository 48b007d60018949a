import { ChannelType, ThreadAutoArchiveDuration } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors, invalidField } from '../api-error.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { channelPayload, guildChannelPayload, placeOf } from '../payloads/channel.ts';
import { isModerator, memberPayload } from '../payloads/people.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import type { World } from '../world.ts';
import { channelOf, checkModerator } from './access.ts';

/** Minutes after which Discord archives a quiet thread. Kept and shown; this server never archives by itself. */
export const autoArchiveMinutes = z.enum(ThreadAutoArchiveDuration);

const channelChange = z.object({
  name: z.string().min(1).max(100).optional(),
  topic: z.string().max(1024).nullish(),
  position: z.int().nonnegative().nullish(),
  parent_id: z.string().nullish(),
  nsfw: z.boolean().nullish(),
  rate_limit_per_user: z.int().min(0).max(21_600).nullish(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
  auto_archive_duration: autoArchiveMinutes.optional(),
});

const newChannel = channelChange.extend({
  name: z.string().min(1).max(100),
  type: z
    .union([z.literal(ChannelType.GuildText), z.literal(ChannelType.GuildCategory)])
    .default(ChannelType.GuildText),
});

/** Channels themselves; threads are channels too. */
export const channelRoutes: readonly Route[] = [
  route('GET', '/channels/:channel', (call) => ok(channelPayload(call.world, channelOf(call), call.user.id))),
  route('PATCH', '/channels/:channel', (call) => {
    const channel = changeChannel(call, channelOf(call));
    return ok(channelPayload(call.world, channel, call.user.id));
  }),
  route('DELETE', '/channels/:channel', (call) => {
    const channel = channelOf(call);
    if (channel.recipients) return ok(channelPayload(call.world, channel, call.user.id)); // a direct one only closes
    checkModerator(call);
    const payload = channelPayload(call.world, channel, call.user.id);
    removeChannel(call.world, channel);
    return ok(payload);
  }),
  route('POST', '/channels/:channel/typing', (call) => {
    const { world, user } = call;
    const channel = channelOf(call);
    world.publish({
      event: 'TYPING_START',
      channel,
      data: {
        ...placeOf(world, channel),
        user_id: user.id,
        timestamp: Math.floor(world.clock.now() / 1000),
        ...(channel.recipients ? {} : { member: memberPayload(world, user) }),
      },
    });
    return noContent;
  }),
];

/** Makes a channel of the guild from a request. */
export function createChannel(call: Call): StoredChannel {
  const body = call.body.read(newChannel);
  const parent = body.parent_id ?? null;
  if (parent !== null && call.world.channels.get(parent)?.type !== ChannelType.GuildCategory) {
    throw invalidField(['parent_id'], 'CHANNEL_PARENT_INVALID', 'Category does not exist');
  }
  return addChannel(call.world, {
    id: call.world.ids.next(),
    type: body.type,
    name: body.name,
    topic: body.topic ?? null,
    ...(body.position == null ? {} : { position: body.position }),
    parent,
  });
}

/** Adds a channel of the guild and tells everybody. */
export function addChannel(
  world: World,
  wanted: Pick<StoredChannel, 'id' | 'type' | 'name'> & Partial<StoredChannel>,
): StoredChannel {
  const channel = world.channels.put({
    topic: null,
    position: world.channels.ofGuild().length,
    parent: null,
    slowmode: 0,
    nsfw: false,
    ...wanted,
    name: channelName(wanted.type, wanted.name),
  });
  world.publish({ event: 'CHANNEL_CREATE', data: guildChannelPayload(world, channel), channel });
  return channel;
}

/** Stores a changed channel and tells everybody. */
export function updateChannel(world: World, channel: StoredChannel): StoredChannel {
  const stored = world.channels.put(channel);
  const event = channel.thread ? 'THREAD_UPDATE' : 'CHANNEL_UPDATE';
  world.publish({ event, data: guildChannelPayload(world, stored), channel: stored });
  return stored;
}

/** Hides a channel and its threads, and tells everybody. Its history comes back with it until it is erased. */
export function removeChannel(world: World, channel: StoredChannel): void {
  for (const thread of channel.thread ? [] : world.channels.threads(channel.id)) removeChannel(world, thread);
  const data = channel.thread
    ? { id: channel.id, type: channel.type, guild_id: world.settings.guildId, parent_id: channel.parent }
    : guildChannelPayload(world, channel);
  world.channels.remove(channel.id, world.clock.now());
  world.publish({ event: channel.thread ? 'THREAD_DELETE' : 'CHANNEL_DELETE', data, channel });
}

/** Text channels are lower case without spaces, as Discord makes them. */
export function channelName(type: StoredChannel['type'], name: string): string {
  return type === ChannelType.GuildText ? name.trim().toLowerCase().replace(/\s+/gu, '-') : name.trim();
}

function changeChannel(call: Call, channel: StoredChannel): StoredChannel {
  const { world, user } = call;
  if (channel.recipients) throw apiErrors.notInThisChannel();
  const body = call.body.read(channelChange);
  const isOwnThread = channel.thread?.ownerId === user.id && body.locked === undefined;
  if (!isOwnThread && !isModerator(world, user)) throw apiErrors.missingPermissions();
  const { thread } = channel;
  if (thread?.archived && body.archived !== false) throw apiErrors.threadArchived();
  const changed: StoredChannel = {
    ...channel,
    name: body.name === undefined ? channel.name : channelName(channel.type, body.name),
    topic: body.topic === undefined ? channel.topic : body.topic,
    position: body.position ?? channel.position,
    slowmode: body.rate_limit_per_user ?? channel.slowmode,
    nsfw: body.nsfw ?? channel.nsfw,
    ...(thread ? {} : { parent: body.parent_id === undefined ? channel.parent : body.parent_id }),
  };
  if (!thread) return updateChannel(world, changed);
  const archived = body.archived ?? thread.archived;
  return updateChannel(world, {
    ...changed,
    thread: {
      ...thread,
      archived,
      locked: body.locked ?? thread.locked,
      autoArchiveMinutes: body.auto_archive_duration ?? thread.autoArchiveMinutes,
      archiveChangedAt: archived === thread.archived ? thread.archiveChangedAt : world.clock.now(),
    },
  });
}
