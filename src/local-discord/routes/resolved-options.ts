import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import { z } from 'zod';

import { guildChannelPayload } from '../payloads/channel.ts';
import { memberPayloadWithoutUser, userPayload } from '../payloads/people.ts';
import type { World } from '../world.ts';

const anyOption = z.looseObject({
  type: z.int(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  options: z.array(z.looseObject({})).optional(),
});

/** The users and channels that the options of a command name by id, as the application gets them beside. */
export function optionsResolved(world: World, options: readonly object[]): object {
  const named = options.flatMap((option) => idsIn(option));
  const users = named.flatMap(({ type, id }) => {
    const user = type === (ApplicationCommandOptionType.Channel as number) ? undefined : world.users.get(id);
    return user ? [user] : [];
  });
  const channels = named.flatMap(({ type, id }) => {
    const channel = type === (ApplicationCommandOptionType.User as number) ? undefined : world.channels.get(id);
    return channel && !channel.recipients ? [channel] : [];
  });
  return {
    users: Object.fromEntries(users.map((user) => [user.id, userPayload(user)])),
    members: Object.fromEntries(users.map((user) => [user.id, memberPayloadWithoutUser(world, user)])),
    channels: Object.fromEntries(channels.map((channel) => [channel.id, guildChannelPayload(world, channel)])),
  };
}

function idsIn(option: object): readonly { type: number; id: string }[] {
  const parsed = anyOption.safeParse(option);
  if (!parsed.success) return [];
  const { type, value, options = [] } = parsed.data;
  const kinds: readonly number[] = [
    ApplicationCommandOptionType.User,
    ApplicationCommandOptionType.Channel,
    ApplicationCommandOptionType.Mentionable,
  ];
  const own = kinds.includes(type) && typeof value === 'string' ? [{ type, id: value }] : [];
  return [...own, ...options.flatMap((child) => idsIn(child))];
}
