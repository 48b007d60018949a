import { ApplicationCommandOptionType, ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';

import { guildChannelPayload } from '../payloads/channel.ts';
import { memberPayloadWithoutUser, rolePayloads, userPayload } from '../payloads/people.ts';
import type { World } from '../world.ts';

type Kind = 'user' | 'role' | 'channel' | 'mentionable';

interface Named {
  readonly kind: Kind;
  readonly id: string;
}

const optionKinds: Readonly<Partial<Record<number, Kind>>> = {
  [ApplicationCommandOptionType.User]: 'user',
  [ApplicationCommandOptionType.Role]: 'role',
  [ApplicationCommandOptionType.Channel]: 'channel',
  [ApplicationCommandOptionType.Mentionable]: 'mentionable',
};

const selectKinds: Readonly<Partial<Record<number, Kind>>> = {
  [ComponentType.UserSelect]: 'user',
  [ComponentType.RoleSelect]: 'role',
  [ComponentType.ChannelSelect]: 'channel',
  [ComponentType.MentionableSelect]: 'mentionable',
};

const anyOption = z.looseObject({
  type: z.int(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  options: z.array(z.looseObject({})).optional(),
});

const anyComponent = z.looseObject({
  type: z.int(),
  values: z.array(z.string()).optional(),
  component: z.looseObject({}).optional(),
  components: z.array(z.looseObject({})).optional(),
});

/** What the options of a command name by id, as the application gets it beside. */
export function optionsResolved(world: World, options: readonly object[]): object {
  return resolve(
    world,
    options.flatMap((option) => namedByOption(option)),
  );
}

/** What was chosen in menus, in a message or in a form, as the application gets it beside. */
export function componentsResolved(world: World, components: readonly object[]): object {
  return resolve(
    world,
    components.flatMap((component) => namedByComponent(component)),
  );
}

function namedByOption(value: object): readonly Named[] {
  const parsed = anyOption.safeParse(value);
  if (!parsed.success) return [];
  const { type, value: id, options = [] } = parsed.data;
  const kind = optionKinds[type];
  const own = kind && typeof id === 'string' ? [{ kind, id }] : [];
  return [...own, ...options.flatMap((child) => namedByOption(child))];
}

function namedByComponent(value: object): readonly Named[] {
  const parsed = anyComponent.safeParse(value);
  if (!parsed.success) return [];
  const { type, values = [], component, components = [] } = parsed.data;
  const kind = selectKinds[type];
  const children = [...components, ...(component ? [component] : [])];
  return [...(kind ? values.map((id) => ({ kind, id })) : []), ...children.flatMap((child) => namedByComponent(child))];
}

function resolve(world: World, named: readonly Named[]): object {
  const idsOf = (...kinds: readonly Kind[]): readonly string[] =>
    named.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  const users = idsOf('user', 'mentionable').flatMap((id) => world.users.get(id) ?? []);
  const channels = idsOf('channel')
    .flatMap((id) => world.channels.get(id) ?? [])
    .filter(({ recipients }) => !recipients);
  const roleIds = idsOf('role', 'mentionable');
  const roles = rolePayloads(world).filter(({ id }) => roleIds.includes(id));
  return {
    users: Object.fromEntries(users.map((user) => [user.id, userPayload(user)])),
    members: Object.fromEntries(users.map((user) => [user.id, memberPayloadWithoutUser(world, user)])),
    roles: Object.fromEntries(roles.map((role) => [role.id, role])),
    channels: Object.fromEntries(channels.map((channel) => [channel.id, guildChannelPayload(world, channel)])),
  };
}
