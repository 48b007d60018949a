import { ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors, invalidField } from '../api-error.ts';
import { ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { channelPayload } from '../payloads/channel.ts';
import { applicationPayload, permissionsOf, userPayload } from '../payloads/people.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import { param } from './access.ts';

/** Users, direct channels, and the bot's application. */
export const userRoutes: readonly Route[] = [
  route('GET', '/users/@me', ({ user }) => ok(userPayload(user))),
  route('GET', '/users/@me/guilds', ({ world, user }) =>
    ok([
      {
        id: world.settings.guildId,
        name: 'Local',
        icon: null,
        owner: user.id === world.settings.userId,
        permissions: permissionsOf(world, user),
        features: [],
      },
    ]),
  ),
  route('GET', '/users/:user', (call) => {
    const user = call.world.users.get(param(call, 'user'));
    if (!user) throw apiErrors.unknownUser();
    return ok(userPayload(user));
  }),
  route('GET', '/users/@me/channels', ({ world, user }) =>
    ok(world.channels.directOf(user.id).map((channel) => channelPayload(world, channel, user.id))),
  ),
  route('POST', '/users/@me/channels', (call) => {
    const { recipient_id: other } = call.body.read(z.object({ recipient_id: z.string() }));
    if (!call.world.users.get(other) || other === call.user.id) {
      throw invalidField(['recipient_id'], 'BASE_TYPE_INVALID', `User "${other}" cannot be written to.`);
    }
    return ok(channelPayload(call.world, directChannel(call, other), call.user.id));
  }),
  route('GET', '/oauth2/applications/@me', (call) => ok(application(call))),
  route('GET', '/applications/@me', (call) => ok(application(call))),
];

function application({ world, user }: Call): object {
  if (!user.bot) throw apiErrors.unauthorized();
  return applicationPayload(user, world.users.get(world.settings.userId));
}

function directChannel({ world, user }: Call, other: string): StoredChannel {
  const known = world.channels.direct(user.id, other);
  if (known) return known;
  const channel = world.channels.put({
    id: world.ids.next(),
    type: ChannelType.DM,
    name: '',
    topic: null,
    position: 0,
    parent: null,
    slowmode: 0,
    nsfw: false,
    recipients: [user.id, other],
  });
  for (const id of [user.id, other]) {
    world.publish({ event: 'CHANNEL_CREATE', data: channelPayload(world, channel, id), channel, onlyFor: id });
  }
  return channel;
}
