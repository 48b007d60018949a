import { apiErrors } from '../api-error.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { placeOf } from '../payloads/channel.ts';
import { emojiPayload } from '../payloads/message.ts';
import { memberPayload, userPayloadById } from '../payloads/people.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import { compareIds } from '../store/channel-store.ts';
import type { StoredMessage } from '../store/message-store.ts';
import { channelOf, checkModerator, checkNotArchived, messageOf, param } from './access.ts';
import { readLimit, readSnowflake } from './query.ts';

/** Documented by Discord. */
const mostReactions = 20;

const reactions = '/channels/:channel/messages/:message/reactions';

/** Reactions on messages. */
export const reactionRoutes: readonly Route[] = [
  route('PUT', `${reactions}/:emoji/@me`, (call) => {
    const { world, user } = call;
    const { channel, message, emoji } = targetOf(call);
    checkNotArchived(channel);
    const present = world.reactions.counts(message.id, user.id);
    if (!present.some((one) => one.emoji === emoji)) {
      if (!isEmoji(emoji)) throw apiErrors.unknownEmoji();
      if (present.length >= mostReactions) throw apiErrors.tooManyReactions();
    }
    if (world.reactions.add(message.id, emoji, user.id)) {
      const more = {
        ...(channel.recipients ? {} : { member: memberPayload(world, user) }),
        message_author_id: message.author,
      };
      publish(call, 'MESSAGE_REACTION_ADD', channel, { ...about(user.id, message, emoji), ...more });
    }
    return noContent;
  }),
  route('DELETE', `${reactions}/:emoji/@me`, (call) => removeOne(call, call.user.id)),
  route('DELETE', `${reactions}/:emoji/:user`, (call) => {
    const user = param(call, 'user');
    if (user !== call.user.id) checkMayClear(call);
    return removeOne(call, user);
  }),
  route('DELETE', `${reactions}/:emoji`, (call) => {
    checkMayClear(call);
    const { channel, message, emoji } = targetOf(call);
    if (call.world.reactions.remove(message.id, emoji) > 0) {
      publish(call, 'MESSAGE_REACTION_REMOVE_EMOJI', channel, { message_id: message.id, emoji: emojiPayload(emoji) });
    }
    return noContent;
  }),
  route('DELETE', reactions, (call) => {
    checkMayClear(call);
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (call.world.reactions.remove(message.id) > 0) {
      publish(call, 'MESSAGE_REACTION_REMOVE_ALL', channel, { message_id: message.id });
    }
    return noContent;
  }),
  route('GET', `${reactions}/:emoji`, (call) => {
    const { message, emoji } = targetOf(call);
    const after = readSnowflake(call.query, 'after') ?? '0';
    const users = call.world.reactions
      .users(message.id, emoji)
      .filter((id) => compareIds(id, after) > 0)
      .sort(compareIds)
      .slice(0, readLimit(call.query, { most: 100, normal: 25 }));
    return ok(users.map((id) => userPayloadById(call.world, id)));
  }),
];

function removeOne(call: Call, user: string): typeof noContent {
  const { channel, message, emoji } = targetOf(call);
  if (call.world.reactions.remove(message.id, emoji, user) > 0) {
    publish(call, 'MESSAGE_REACTION_REMOVE', channel, about(user, message, emoji));
  }
  return noContent;
}

function targetOf(call: Call): { channel: StoredChannel; message: StoredMessage; emoji: string } {
  const channel = channelOf(call);
  return { channel, message: messageOf(call, channel), emoji: param(call, 'emoji') };
}

function about(user: string, message: StoredMessage, emoji: string): object {
  return { user_id: user, message_id: message.id, emoji: emojiPayload(emoji), burst: false, type: 0 };
}

function publish(call: Call, event: string, channel: StoredChannel, data: object): void {
  call.world.publish({ event, channel, data: { ...data, ...placeOf(call.world, channel) } });
}

/** Other people's reactions go by a moderator's hand, and in a direct channel by nobody's. */
function checkMayClear(call: Call): void {
  if (channelOf(call).recipients) throw apiErrors.notInThisChannel();
  checkModerator(call);
}

/** One picture (with its modifiers, joined, a flag, a keycap), or the `name:id` of a custom emoji. */
function isEmoji(text: string): boolean {
  if (/^\w{2,32}:\d{15,20}$/.test(text)) return true;
  const characters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)];
  return characters.length === 1 && /\p{Extended_Pictographic}|\p{RI}|\u20E3/u.test(text);
}
