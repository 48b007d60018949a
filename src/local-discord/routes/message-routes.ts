import { ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors, invalidField } from '../api-error.ts';
import { mayReadHistory } from '../channel-access.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { createMessage, deleteMessage, editMessage } from '../message-writer.ts';
import { placeOf } from '../payloads/channel.ts';
import { messagePayload } from '../payloads/message.ts';
import { isModerator } from '../payloads/people.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import type { HistoryQuery } from '../store/message-store.ts';
import { isSnowflake } from '../store/snowflakes.ts';
import { channelOf, checkModerator, checkNotArchived, messageOf } from './access.ts';
import { updateChannel } from './channel-routes.ts';
import { messageCreateBody, messageEditBody } from './message-body.ts';
import { readLimit, readSnowflake } from './query.ts';

const bulkDeletion = z.object({ messages: z.array(z.string().refine(isSnowflake)).min(2).max(100) });

/** Messages of a channel. */
export const messageRoutes: readonly Route[] = [
  route('GET', '/channels/:channel/messages', (call) => {
    const channel = textChannelOf(call);
    // As Discord does: no error.
    if (!mayReadHistory(call.world, call.user, channel)) return ok([]);
    const messages = call.world.messages.history(channel.id, historyQuery(call.query));
    return ok(messages.map((message) => messagePayload(call.world, message, call.user.id)));
  }),
  route('GET', '/channels/:channel/messages/:message', (call) => {
    const channel = channelOf(call);
    if (!mayReadHistory(call.world, call.user, channel)) throw apiErrors.missingAccess();
    const message = messageOf(call, channel);
    return ok(messagePayload(call.world, message, call.user.id));
  }),
  route('POST', '/channels/:channel/messages', (call) => {
    const channel = unarchived(call, textChannelOf(call));
    const { files } = call.body;
    const body = call.body.read(messageCreateBody);
    return ok(createMessage(call.world, { channel, author: call.user.id, body, files }));
  }),
  route('PATCH', '/channels/:channel/messages/:message', (call) => {
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (message.author !== call.user.id) throw apiErrors.notYourMessage();
    checkNotArchived(channel);
    const { files } = call.body;
    const body = call.body.read(messageEditBody);
    return ok(editMessage(call.world, { channel, message, body, files, viewer: call.user.id }));
  }),
  route('DELETE', '/channels/:channel/messages/:message', (call) => {
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (message.author !== call.user.id && (channel.recipients || !isModerator(call.world, call.user))) {
      throw apiErrors.missingPermissions();
    }
    deleteMessage(call.world, channel, message);
    return noContent;
  }),
  route('POST', '/channels/:channel/messages/bulk-delete', (call) => {
    checkModerator(call);
    const channel = channelOf(call);
    if (channel.recipients) throw apiErrors.notInThisChannel();
    const { messages } = call.body.read(bulkDeletion);
    const ids = messages.filter((id) => call.world.messages.get(channel.id, id) && call.world.messages.delete(id));
    const data = { ids, ...placeOf(call.world, channel) };
    if (ids.length > 0) call.world.publish({ event: 'MESSAGE_DELETE_BULK', data, channel });
    return noContent;
  }),
];

/** A message wakes an archived thread, unless it is locked. */
function unarchived(call: Call, channel: StoredChannel): StoredChannel {
  const { thread } = channel;
  if (!thread?.archived) return channel;
  if (thread.locked && !isModerator(call.world, call.user)) throw apiErrors.threadArchived();
  const archiveChangedAt = call.world.clock.now();
  return updateChannel(call.world, { ...channel, thread: { ...thread, archived: false, archiveChangedAt } });
}

function textChannelOf(call: Call): StoredChannel {
  const channel = channelOf(call);
  if (channel.type === ChannelType.GuildCategory) throw apiErrors.notInThisChannel();
  return channel;
}

function historyQuery(query: URLSearchParams): HistoryQuery {
  const before = readSnowflake(query, 'before');
  const after = readSnowflake(query, 'after');
  const around = readSnowflake(query, 'around');
  if ([before, after, around].filter((id) => id !== undefined).length > 1) {
    throw invalidField(['before'], 'BASE_TYPE_INVALID', 'Only one of before, after and around can be given.');
  }
  return {
    limit: readLimit(query, { most: 100, normal: 50 }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(around === undefined ? {} : { around }),
  };
}
