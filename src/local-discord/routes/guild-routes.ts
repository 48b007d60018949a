import { apiErrors } from '../api-error.ts';
import { ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { guildChannelPayload } from '../payloads/channel.ts';
import { guildPayload } from '../payloads/guild.ts';
import { memberPayload, rolePayloads } from '../payloads/people.ts';
import { compareIds } from '../store/channel-store.ts';
import { createChannel } from './channel-routes.ts';
import { checkGuild, checkModerator, param } from './access.ts';
import { readLimit, readSnowflake } from './query.ts';

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
  guildRoute('GET', '/members', (call) => {
    const after = readSnowflake(call.query, 'after') ?? '0';
    return call.world.users
      .all()
      .filter(({ id }) => compareIds(id, after) > 0)
      .sort((a, b) => compareIds(a.id, b.id))
      .slice(0, readLimit(call.query, { most: 1000, normal: 1 }))
      .map((user) => memberPayload(call.world, user));
  }),
  guildRoute('GET', '/members/:user', (call) => {
    const id = param(call, 'user');
    const user = call.world.users.get(id === '@me' ? call.user.id : id);
    if (!user) throw apiErrors.unknownMember();
    return memberPayload(call.world, user);
  }),
];

function guildRoute(method: string, path: string, answer: (call: Call) => object): Route {
  return route(method, `/guilds/:guild${path}`, (call) => {
    checkGuild(call);
    return ok(answer(call));
  });
}
