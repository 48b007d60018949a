import type { GatewayDispatchEvents } from 'discord-api-types/v10';
import { GatewayIntentBits } from 'discord-api-types/v10';

/** Every bit that Discord knows. */
export const knownIntents = Object.values(GatewayIntentBits)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);

type EventName = `${GatewayDispatchEvents}`;

/** Which intent an event needs in the guild and in direct channels; an event that is not here needs none. */
const needs: Partial<Record<EventName, { readonly guild: GatewayIntentBits; readonly direct?: GatewayIntentBits }>> = {
  GUILD_CREATE: { guild: GatewayIntentBits.Guilds },
  GUILD_MEMBER_ADD: { guild: GatewayIntentBits.GuildMembers },
  GUILD_MEMBER_UPDATE: { guild: GatewayIntentBits.GuildMembers },
  GUILD_ROLE_CREATE: { guild: GatewayIntentBits.Guilds },
  GUILD_ROLE_DELETE: { guild: GatewayIntentBits.Guilds },
  CHANNEL_CREATE: { guild: GatewayIntentBits.Guilds, direct: GatewayIntentBits.DirectMessages },
  CHANNEL_UPDATE: { guild: GatewayIntentBits.Guilds },
  CHANNEL_DELETE: { guild: GatewayIntentBits.Guilds },
  CHANNEL_PINS_UPDATE: { guild: GatewayIntentBits.Guilds, direct: GatewayIntentBits.DirectMessages },
  THREAD_CREATE: { guild: GatewayIntentBits.Guilds },
  THREAD_UPDATE: { guild: GatewayIntentBits.Guilds },
  THREAD_DELETE: { guild: GatewayIntentBits.Guilds },
  THREAD_MEMBERS_UPDATE: { guild: GatewayIntentBits.Guilds },
  MESSAGE_CREATE: { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages },
  MESSAGE_UPDATE: { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages },
  MESSAGE_DELETE: { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages },
  MESSAGE_DELETE_BULK: { guild: GatewayIntentBits.GuildMessages },
  MESSAGE_REACTION_ADD: {
    guild: GatewayIntentBits.GuildMessageReactions,
    direct: GatewayIntentBits.DirectMessageReactions,
  },
  MESSAGE_REACTION_REMOVE: {
    guild: GatewayIntentBits.GuildMessageReactions,
    direct: GatewayIntentBits.DirectMessageReactions,
  },
  MESSAGE_REACTION_REMOVE_ALL: {
    guild: GatewayIntentBits.GuildMessageReactions,
    direct: GatewayIntentBits.DirectMessageReactions,
  },
  MESSAGE_REACTION_REMOVE_EMOJI: {
    guild: GatewayIntentBits.GuildMessageReactions,
    direct: GatewayIntentBits.DirectMessageReactions,
  },
  PRESENCE_UPDATE: { guild: GatewayIntentBits.GuildPresences },
  TYPING_START: { guild: GatewayIntentBits.GuildMessageTyping, direct: GatewayIntentBits.DirectMessageTyping },
};

/** Whether a connection with these intents gets an event. `undefined`: a person's client, which gets everything. */
export function isWanted(intents: number | undefined, event: string, direct: boolean): boolean {
  if (intents === undefined) return true;
  const need = needs[event as EventName];
  if (!need) return true;
  const bit = direct ? need.direct : need.guild;
  return bit !== undefined && (intents & bit) !== 0;
}

interface MessageLike {
  readonly author?: { readonly id: string };
  readonly mentions?: readonly { readonly id: string }[];
}

/**
 * A message event as a connection may see it: without the MessageContent intent everything that was said is blank,
 * except in own messages, in direct ones, and in those that mention the reader.
 */
export function withoutForeignContent(
  data: object,
  intents: number | undefined,
  reader: string,
  direct: boolean,
): object {
  if (intents === undefined || direct || (intents & GatewayIntentBits.MessageContent) !== 0) return data;
  const { author, mentions = [] } = data as MessageLike;
  if (author?.id === reader || mentions.some(({ id }) => id === reader)) return data;
  return { ...data, content: '', embeds: [], attachments: [], components: [] };
}
