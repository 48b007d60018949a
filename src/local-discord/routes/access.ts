import { apiErrors } from '../api-error.ts';
import { maySee } from '../channel-access.ts';
import type { Call } from '../http/router.ts';
import { isModerator } from '../payloads/people.ts';
import type { StoredChannel, StoredThread } from '../store/channel-store.ts';
import type { StoredMessage } from '../store/message-store.ts';
import { isSnowflake } from '../store/snowflakes.ts';

/** The value of a parameter of the route's path. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the route has no parameter "${name}"`);
  return value;
}

/** The channel in the path, if this user may see it. @throws DiscordApiError 10003, 50001. */
export function channelOf(call: Call): StoredChannel {
  const channel = call.world.channels.get(param(call, 'channel'));
  if (!channel) throw apiErrors.unknownChannel();
  if (!maySee(call.world, call.user, channel)) throw apiErrors.missingAccess();
  if (channel.recipients && !channel.recipients.includes(call.user.id)) throw apiErrors.missingAccess();
  return channel;
}

/** The thread in the path. @throws DiscordApiError 10003, 50024. */
export function threadOf(call: Call): StoredChannel & { readonly thread: StoredThread } {
  const channel = channelOf(call);
  if (!channel.thread) throw apiErrors.notInThisChannel();
  return { ...channel, thread: channel.thread };
}

/** The message in the path. @throws DiscordApiError 10008. */
export function messageOf(call: Call, channel: StoredChannel): StoredMessage {
  const id = param(call, 'message');
  const message = isSnowflake(id) ? call.world.messages.get(channel.id, id) : undefined;
  if (!message) throw apiErrors.unknownMessage();
  return message;
}

/** @throws DiscordApiError 10004 when the path names another guild. */
export function checkGuild(call: Call): void {
  if (param(call, 'guild') !== call.world.settings.guildId) throw apiErrors.unknownGuild();
}

/** @throws DiscordApiError 50013 for everybody but the page's user and bots. */
export function checkModerator(call: Call): void {
  if (!isModerator(call.world, call.user)) throw apiErrors.missingPermissions();
}

/** A thread that is archived takes no changes. @throws DiscordApiError 50083. */
export function checkNotArchived(channel: StoredChannel): void {
  if (channel.thread?.archived) throw apiErrors.threadArchived();
}
