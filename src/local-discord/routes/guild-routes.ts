import { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { addRole, removeRole, setRoles } from '../members.ts';
import { guildChannelPayload } from '../payloads/channel.ts';
import { guildPayload } from '../payloads/guild.ts';
import { memberPayload, rolePayload, rolePayloads } from '../payloads/people.ts';
import { compareIds } from '../store/channel-store.ts';
import type { StoredUser } from '../store/user-store.ts';
import { createChannel } from './channel-routes.ts';
import { checkGuild, checkModerator, param } from './access.ts';
import { readLimit, readSnowflake } from './query.ts';

const newRole = z.object({
  name: z.string().max(100).default('new role'),
  permissions: z
    .string()
    .regex(/^\d{1,20}$/)
    .nullish(),
});

/** The one guild: itself, its channels, members and roles. */
export const guildRoutes: readonly Route[] = [
  guildRoute('GET', '', ({ world }) => guildPayload(world)),
  guildRoute('GET', '/channels', ({ world }) =>
    world.channels.ofGuild().map((channel) => guildChannelPayload(world, channel)),
  ),
  route('POST', '/guilds/:guild/channels', (call) => {
    checkGuild(call);
    checkModerator(call);
    return { status: 201, body: guildChannelPayload(call.world, createChannel(call)) };
  }),
  guildRoute('GET', '/roles', ({ world }) => rolePayloads(world)),
  route('POST', '/guilds/:guild/roles', (call) => {
    checkGuild(call);
    checkModerator(call);
    const { name, permissions } = call.body.read(newRole);
    return ok(rolePayload(addRole(call.world, { name, ...(permissions == null ? {} : { permissions }) })));
  }),
  route('DELETE', '/guilds/:guild/roles/:role', (call) => {
    removeRole(call.world, roleOf(call));
    return noContent;
  }),
  route('PUT', '/guilds/:guild/members/:user/roles/:role', (call) => {
    const role = roleOf(call);
    const user = memberOf(call);
    setRoles(call.world, user, [...(user.roles ?? []), role]);
    return noContent;
  }),
  route('DELETE', '/guilds/:guild/members/:user/roles/:role', (call) => {
    const role = roleOf(call);
    const user = memberOf(call);
    const left = (user.roles ?? []).filter((id) => id !== role);
    setRoles(call.world, user, left);
    return noContent;
  }),
  guildRoute('GET', '/members', (call) => {
    const after = readSnowflake(call.query, 'after') ?? '0';
    return call.world.users
      .all()
      .filter(({ id }) => compareIds(id, after) > 0)
      .sort((a, b) => compareIds(a.id, b.id))
      .slice(0, readLimit(call.query, { most: 1000, normal: 1 }))
      .map((user) => memberPayload(call.world, user));
  }),
  guildRoute('GET', '/members/:user', (call) => memberPayload(call.world, memberOf(call))),
];

/** The member in the path. @throws DiscordApiError 10007. */
function memberOf(call: Call): StoredUser {
  const id = param(call, 'user');
  const user = call.world.users.get(id === '@me' ? call.user.id : id);
  if (!user) throw apiErrors.unknownMember();
  return user;
}

/** The role in the path, for who may change roles. @throws DiscordApiError 10004, 50013, 10011. */
function roleOf(call: Call): string {
  checkGuild(call);
  checkModerator(call);
  const role = call.world.roles.get(param(call, 'role'));
  if (!role) throw apiErrors.unknownRole();
  return role.id;
}

function guildRoute(method: string, path: string, answer: (call: Call) => object): Route {
  return route(method, `/guilds/:guild${path}`, (call) => {
    checkGuild(call);
    return ok(answer(call));
  });
}
