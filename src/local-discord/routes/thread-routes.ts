import { ChannelType, MessageReferenceType, MessageType, ThreadAutoArchiveDuration } from 'discord-api-types/v10';
import { z } from 'zod';

import { isoTime } from '../../base/clock.ts';
import { apiErrors } from '../api-error.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Reply, Route } from '../http/router.ts';
import { announceMessage } from '../message-writer.ts';
import { channelPayload, guildChannelPayload, threadMemberPayload } from '../payloads/channel.ts';
import { isModerator, memberPayload } from '../payloads/people.ts';
import { compareIds } from '../store/channel-store.ts';
import type { StoredChannel, StoredThread } from '../store/channel-store.ts';
import type { StoredMessage } from '../store/message-store.ts';
import { channelOf, checkGuild, checkNotArchived, messageOf, param, threadOf } from './access.ts';
import { autoArchiveMinutes } from './channel-routes.ts';
import { readLimit, readSnowflake, readTime } from './query.ts';

const newThread = z.object({
  name: z.string().min(1).max(100),
  auto_archive_duration: autoArchiveMinutes.nullish(),
  rate_limit_per_user: z.int().min(0).max(21_600).nullish(),
  type: z.union([z.literal(ChannelType.PublicThread), z.literal(ChannelType.PrivateThread)]).nullish(),
});

/** Threads: making, joining, listing. Everybody sees all of them, private ones too. */
export const threadRoutes: readonly Route[] = [
  route('POST', '/channels/:channel/messages/:message/threads', (call) => {
    const channel = parentOf(call);
    const message = messageOf(call, channel);
    if (call.world.channels.get(message.id)) throw apiErrors.threadExists();
    const thread = createThread(call, channel, message.id, ChannelType.PublicThread);
    announceMessage(call.world, 'MESSAGE_UPDATE', channel, message);
    return { status: 201, body: channelPayload(call.world, thread, call.user.id) };
  }),
  route('POST', '/channels/:channel/threads', (call) => {
    const channel = parentOf(call);
    const { type } = call.body.read(newThread);
    const thread = createThread(call, channel, call.world.ids.next(), type ?? ChannelType.PrivateThread);
    announceThread(call, channel, thread);
    return { status: 201, body: channelPayload(call.world, thread, call.user.id) };
  }),
  route('GET', '/guilds/:guild/threads/active', (call) => {
    checkGuild(call);
    return ok(
      threadList(
        call,
        call.world.channels.threads().filter(({ thread }) => thread?.archived === false),
      ),
    );
  }),
  archivedRoute('/channels/:channel/threads/archived/public', ChannelType.PublicThread),
  archivedRoute('/channels/:channel/threads/archived/private', ChannelType.PrivateThread),
  route('GET', '/channels/:channel/users/@me/threads/archived/private', (call) => {
    const before = readSnowflake(call.query, 'before');
    const limit = readLimit(call.query, { most: 100, normal: 50 });
    const found = call.world.channels
      .threads(channelOf(call).id)
      .filter(({ type, thread }) => type === ChannelType.PrivateThread && thread?.archived)
      .filter(({ thread }) => thread?.members.some(({ id }) => id === call.user.id))
      .filter(({ id }) => before === undefined || compareIds(id, before) < 0);
    return ok({ ...threadList(call, found.slice(0, limit)), has_more: found.length > limit });
  }),
  route('GET', '/channels/:channel/thread-members', (call) => {
    const channel = threadOf(call);
    return ok(channel.thread.members.map((member) => threadMemberPayload(channel, member)));
  }),
  route('GET', '/channels/:channel/thread-members/:user', (call) => {
    const channel = threadOf(call);
    const member = channel.thread.members.find(({ id }) => id === userOf(call));
    if (!member) throw apiErrors.unknownMember();
    return ok(threadMemberPayload(channel, member));
  }),
  route('PUT', '/channels/:channel/thread-members/:user', (call) => {
    const channel = threadOf(call);
    checkNotArchived(channel);
    const id = userOf(call);
    if (!call.world.users.get(id)) throw apiErrors.unknownMember();
    if (channel.thread.members.some((member) => member.id === id)) return noContent;
    const joined = { id, joinedAt: call.world.clock.now() };
    return changeMembers(call, channel, [...channel.thread.members, joined], { added: joined });
  }),
  route('DELETE', '/channels/:channel/thread-members/:user', (call) => {
    const channel = threadOf(call);
    checkNotArchived(channel);
    const id = userOf(call);
    if (id !== call.user.id && !isModerator(call.world, call.user)) throw apiErrors.missingPermissions();
    const left = channel.thread.members.filter((member) => member.id !== id);
    if (left.length === channel.thread.members.length) return noContent;
    return changeMembers(call, channel, left, { removed: id });
  }),
];

function archivedRoute(path: string, type: StoredChannel['type']): Route {
  return route('GET', path, (call) => {
    const before = readTime(call.query, 'before');
    const limit = readLimit(call.query, { most: 100, normal: 50 });
    const found = call.world.channels
      .threads(channelOf(call).id)
      .filter((channel) => channel.type === type && channel.thread?.archived)
      .filter(({ thread }) => before === undefined || isoTime(thread?.archiveChangedAt ?? 0) < before)
      .sort((a, b) => (b.thread?.archiveChangedAt ?? 0) - (a.thread?.archiveChangedAt ?? 0));
    return ok({ ...threadList(call, found.slice(0, limit)), has_more: found.length > limit });
  });
}

function threadList(call: Call, threads: readonly StoredChannel[]): object {
  return {
    threads: threads.map((channel) => guildChannelPayload(call.world, channel)),
    members: threads.flatMap((channel) => {
      const member = channel.thread?.members.find(({ id }) => id === call.user.id);
      return member ? [threadMemberPayload(channel, member)] : [];
    }),
  };
}

function createThread(call: Call, parent: StoredChannel, id: string, type: StoredChannel['type']): StoredChannel {
  const { world, user } = call;
  const body = call.body.read(newThread);
  const now = world.clock.now();
  world.messages.eraseChannel(id); // of an earlier thread of the same message
  const channel = world.channels.put({
    id,
    type,
    name: body.name,
    topic: null,
    position: 0,
    parent: parent.id,
    slowmode: body.rate_limit_per_user ?? 0,
    nsfw: parent.nsfw,
    thread: {
      ownerId: user.id,
      members: [{ id: user.id, joinedAt: now }],
      archived: false,
      locked: false,
      autoArchiveMinutes: body.auto_archive_duration ?? ThreadAutoArchiveDuration.OneDay,
      archiveChangedAt: now,
      createdAt: now,
    },
  });
  world.publish({
    event: 'THREAD_CREATE',
    data: { ...guildChannelPayload(world, channel), newly_created: true },
    channel,
  });
  return channel;
}

/** A thread without a message of its own is announced in its channel, as Discord does for public ones. */
function announceThread(call: Call, parent: StoredChannel, thread: StoredChannel): void {
  const { world, user } = call;
  if (thread.type !== ChannelType.PublicThread) return;
  const message: StoredMessage = {
    id: world.ids.next(),
    channel: parent.id,
    author: user.id,
    body: {
      type: MessageType.ThreadCreated,
      content: thread.name,
      embeds: [],
      components: [],
      mentions: [],
      mentionEveryone: false,
      flags: 0,
      tts: false,
      reference: {
        type: MessageReferenceType.Default,
        channel_id: thread.id,
        guild_id: world.settings.guildId,
      },
    },
  };
  world.messages.insert(message);
  announceMessage(world, 'MESSAGE_CREATE', parent, message);
}

function changeMembers(
  call: Call,
  channel: StoredChannel & { readonly thread: StoredThread },
  members: StoredThread['members'],
  change: { added?: StoredThread['members'][number]; removed?: string },
): Reply {
  const { world } = call;
  const changed = world.channels.put({ ...channel, thread: { ...channel.thread, members } });
  const { added, removed } = change;
  const user = added && world.users.get(added.id);
  const newcomer =
    added && user
      ? [{ ...threadMemberPayload(changed, added), member: memberPayload(world, user), presence: null }]
      : [];
  world.publish({
    event: 'THREAD_MEMBERS_UPDATE',
    channel: changed,
    data: {
      id: channel.id,
      guild_id: world.settings.guildId,
      member_count: members.length,
      ...(newcomer.length > 0 ? { added_members: newcomer } : {}),
      ...(removed === undefined ? {} : { removed_member_ids: [removed] }),
    },
  });
  return noContent;
}

/** The channel in the path, if threads can be made in it. */
function parentOf(call: Call): StoredChannel {
  const channel = channelOf(call);
  if (channel.type !== ChannelType.GuildText) throw apiErrors.notInThisChannel();
  return channel;
}

function userOf(call: Call): string {
  const id = param(call, 'user');
  return id === '@me' ? call.user.id : id;
}
