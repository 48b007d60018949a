import type { APIChannel } from 'discord-api-types/v10';

import { toChannel } from './channels.ts';
import type { ChatState } from './chat-state.ts';
import { changeConversation, conversationOf } from './chat-state.ts';
import * as conversation from './conversation.ts';
import { drop } from './outbox.ts';
import type { Events, GatewayEvent, Message, User } from './payloads.ts';
import * as interactions from './pending-interactions.ts';
import * as reading from './reading.ts';

/** How long a person counts as writing after having said so; Discord's clients say it again every 8 s. */
export const typingLastsMs = 10_000;

/** The state after an event of the gateway. `now` is monotonic milliseconds. Pure. */
export function reduceEvent(state: ChatState, { event, data }: GatewayEvent, now: number): ChatState {
  switch (event) {
    case 'READY':
      return begin(state, data);
    case 'RESUMED':
      return state;
    case 'GUILD_CREATE':
      return enterGuild(state, data);
    case 'GUILD_MEMBER_ADD':
      return { ...state, users: new Map(state.users).set(data.user.id, data.user) };
    case 'CHANNEL_CREATE':
    case 'CHANNEL_UPDATE':
    case 'THREAD_CREATE':
    case 'THREAD_UPDATE':
      return putChannel(state, data);
    case 'CHANNEL_DELETE':
    case 'THREAD_DELETE':
      return removeChannel(state, data.id);
    case 'MESSAGE_CREATE':
      return hearMessage(state, data);
    case 'MESSAGE_UPDATE':
      return changeConversation(state, data.channel_id, (known) => conversation.editMessage(known, data));
    case 'MESSAGE_DELETE':
      return changeConversation(state, data.channel_id, (known) => conversation.removeMessages(known, [data.id]));
    case 'MESSAGE_DELETE_BULK':
      return changeConversation(state, data.channel_id, (known) => conversation.removeMessages(known, data.ids));
    case 'MESSAGE_REACTION_ADD':
      return changeConversation(state, data.channel_id, (known) =>
        conversation.react(known, data, true, state.self?.id),
      );
    case 'MESSAGE_REACTION_REMOVE':
      return changeConversation(state, data.channel_id, (known) =>
        conversation.react(known, data, false, state.self?.id),
      );
    case 'MESSAGE_REACTION_REMOVE_ALL':
      return changeConversation(state, data.channel_id, (known) => conversation.clearReactions(known, data.message_id));
    case 'MESSAGE_REACTION_REMOVE_EMOJI':
      return changeConversation(state, data.channel_id, (known) =>
        conversation.clearReactions(known, data.message_id, data.emoji),
      );
    case 'TYPING_START': {
      if (data.user_id === state.self?.id) return state;
      const others = state.typing.filter(({ user, channel }) => user !== data.user_id || channel !== data.channel_id);
      const typing = { channel: data.channel_id, user: data.user_id, until: now + typingLastsMs };
      return { ...state, typing: [...others, typing] };
    }
    case 'INTERACTION_CREATE':
      return { ...state, interactions: interactions.identify(state.interactions, data.id, data.nonce) };
    case 'INTERACTION_SUCCESS':
      return { ...state, interactions: interactions.succeed(state.interactions, data) };
    case 'INTERACTION_FAILURE':
      return { ...state, interactions: interactions.fail(state.interactions, data) };
    case 'INTERACTION_MODAL_CREATE':
      return { ...state, interactions: interactions.openModal(state.interactions, data) };
    case 'APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE':
      return { ...state, interactions: interactions.suggest(state.interactions, data) };
    default:
      return state; // Discord tells more than the page has a use for
  }
}

/** A new session: whatever happened in between was missed. */
function begin(state: ChatState, { user, session_id: session }: Events['READY']): ChatState {
  const conversations = new Map([...state.conversations].map(([id, known]) => [id, conversation.breakOff(known)]));
  return {
    ...state,
    self: user,
    session,
    users: new Map(state.users).set(user.id, user),
    conversations,
    interactions: interactions.failAll(state.interactions),
  };
}

function enterGuild(state: ChatState, guild: Events['GUILD_CREATE']): ChatState {
  const channels = [...guild.channels, ...guild.threads].map(toChannel);
  let read = state.reading;
  for (const { id, newestMessage } of channels) {
    if (newestMessage !== undefined) read = reading.compareNewest(read, id, newestMessage);
  }
  const users = new Map(state.users);
  for (const { user } of guild.members) users.set(user.id, user);
  const entered: ChatState = {
    ...state,
    guild: guild.id,
    channels: new Map(channels.map((channel) => [channel.id, channel])),
    users,
    roles: new Map(guild.roles.map(({ id, name }) => [id, name])),
    reading: read,
  };
  // What went while nobody could tell of it.
  const gone = [...state.channels.keys()].filter((id) => !entered.channels.has(id));
  return gone.reduce(removeChannel, entered);
}

function putChannel(state: ChatState, payload: APIChannel): ChatState {
  return { ...state, channels: new Map(state.channels).set(payload.id, toChannel(payload)) };
}

function removeChannel(state: ChatState, id: string): ChatState {
  const channels = new Map(state.channels);
  channels.delete(id);
  const conversations = new Map(state.conversations);
  conversations.delete(id);
  return { ...state, channels, conversations, reading: reading.forget(state.reading, id) };
}

/** A message that was not known, or is told once more. */
export function hearMessage(state: ChatState, message: Message): ChatState {
  const { id, channel_id: channel, author } = message;
  const known = conversationOf(state, channel).messages;
  const isNew = !known.some((one) => one.id === id);
  // Not while somebody reads further up.
  const mayForget = state.reading.shown !== channel || state.reading.attentive;
  const told = changeConversation(state, channel, (before) => {
    const after = conversation.putMessage(before, message);
    return mayForget ? conversation.forgetOldest(after) : after;
  });
  const heard: ChatState = {
    ...told,
    users: withUser(told.users, author),
    outbox: drop(told.outbox, message.nonce),
    typing: told.typing.filter((one) => one.user !== author.id || one.channel !== channel),
  };
  if (!isNew) return heard;
  if (author.id === state.self?.id) return { ...heard, reading: reading.dismiss(heard.reading, channel, id) };
  const mentions = message.mention_everyone || message.mentions.some((user) => user.id === state.self?.id);
  const previous = known.at(-1)?.id ?? state.channels.get(channel)?.newestMessage ?? '0';
  return { ...heard, reading: reading.hear(heard.reading, { channel, id, previous, mentions }) };
}

function withUser(users: ReadonlyMap<string, User>, user: User): ReadonlyMap<string, User> {
  const known = users.get(user.id);
  return known?.global_name === user.global_name && known.username === user.username
    ? users
    : new Map(users).set(user.id, user);
}
