import type {
  APIDMChannel,
  APIGuildCategoryChannel,
  APITextChannel,
  APIThreadChannel,
  APIThreadMember,
  ChannelFlags,
  ThreadMemberFlags,
} from 'discord-api-types/v10';
import { ChannelType } from 'discord-api-types/v10';

import { isoTime } from '../../base/clock.ts';
import type { StoredChannel, StoredThread } from '../store/channel-store.ts';
import type { World } from '../world.ts';
import { asBits } from './bits.ts';
import { userPayloadById } from './people.ts';

export type ChannelPayload = APITextChannel | APIGuildCategoryChannel | APIDMChannel | APIThreadChannel;
export type GuildChannelPayload = Exclude<ChannelPayload, APIDMChannel>;

/** A channel as one user sees it (who is on the other side of a direct channel). */
export function channelPayload(world: World, channel: StoredChannel, viewer: string): ChannelPayload {
  if (channel.type === ChannelType.DM) {
    return {
      id: channel.id,
      type: ChannelType.DM,
      name: null,
      flags: noFlags,
      last_message_id: world.messages.newest(channel.id) ?? null,
      recipients: (channel.recipients ?? []).filter((id) => id !== viewer).map((id) => userPayloadById(world, id)),
    };
  }
  return guildChannelPayload(world, channel);
}

/** A channel of the guild: the same for everybody. */
export function guildChannelPayload(world: World, channel: StoredChannel): GuildChannelPayload {
  if (channel.thread) return threadPayload(world, channel, channel.thread);
  const { id, name, position, parent, nsfw } = channel;
  const common = {
    id,
    name,
    position,
    nsfw,
    guild_id: world.settings.guildId,
    permission_overwrites: [...(channel.overwrites ?? [])],
    flags: noFlags,
  };
  if (channel.type === ChannelType.GuildCategory)
    return { ...common, type: ChannelType.GuildCategory, parent_id: null };
  return {
    ...common,
    type: ChannelType.GuildText,
    parent_id: parent,
    topic: channel.topic,
    rate_limit_per_user: channel.slowmode,
    last_message_id: world.messages.newest(id) ?? null,
  };
}

/** Where something happened, as events say it. */
export function placeOf(
  world: World,
  { id, recipients }: StoredChannel,
): { readonly channel_id: string; readonly guild_id?: string } {
  return { channel_id: id, ...(recipients ? {} : { guild_id: world.settings.guildId }) };
}

export function threadMemberPayload(channel: StoredChannel, member: StoredThread['members'][number]): APIThreadMember {
  return {
    id: channel.id,
    user_id: member.id,
    join_timestamp: isoTime(member.joinedAt),
    flags: asBits<ThreadMemberFlags>(0),
  };
}

function threadPayload(world: World, channel: StoredChannel, thread: StoredThread): APIThreadChannel {
  const count = world.messages.count(channel.id);
  return {
    id: channel.id,
    type: channel.type === ChannelType.PrivateThread ? ChannelType.PrivateThread : ChannelType.PublicThread,
    name: channel.name,
    guild_id: world.settings.guildId,
    ...(channel.parent === null ? {} : { parent_id: channel.parent }),
    owner_id: thread.ownerId,
    flags: noFlags,
    rate_limit_per_user: channel.slowmode,
    last_message_id: world.messages.newest(channel.id) ?? null,
    message_count: count,
    total_message_sent: count,
    member_count: thread.members.length,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: thread.autoArchiveMinutes,
      archive_timestamp: isoTime(thread.archiveChangedAt),
      create_timestamp: isoTime(thread.createdAt),
    },
  };
}

const noFlags = asBits<ChannelFlags>(0);
