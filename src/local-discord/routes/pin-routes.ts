import { isoTime } from '../../base/clock.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Reply, Route } from '../http/router.ts';
import { announceMessage } from '../message-writer.ts';
import { placeOf } from '../payloads/channel.ts';
import { messagePayload } from '../payloads/message.ts';
import { channelOf, checkModerator, messageOf } from './access.ts';

/** Pinned messages, by Discord's present addresses and by the older ones. */
export const pinRoutes: readonly Route[] = [
  route('GET', '/channels/:channel/messages/pins', (call) => {
    const pinned = call.world.messages.pinned(channelOf(call).id);
    const items = pinned.map((message) => ({
      pinned_at: isoTime(message.body.pinnedAt ?? 0),
      message: messagePayload(call.world, message, call.user.id),
    }));
    return ok({ items, has_more: false });
  }),
  route('PUT', '/channels/:channel/messages/pins/:message', (call) => setPinned(call, true)),
  route('DELETE', '/channels/:channel/messages/pins/:message', (call) => setPinned(call, false)),
  route('GET', '/channels/:channel/pins', (call) => {
    const pinned = call.world.messages.pinned(channelOf(call).id);
    return ok(pinned.map((message) => messagePayload(call.world, message, call.user.id)));
  }),
  route('PUT', '/channels/:channel/pins/:message', (call) => setPinned(call, true)),
  route('DELETE', '/channels/:channel/pins/:message', (call) => setPinned(call, false)),
];

function setPinned(call: Call, pinned: boolean): Reply {
  checkModerator(call);
  const { world } = call;
  const channel = channelOf(call);
  const message = messageOf(call, channel);
  const { pinnedAt, ...body } = message.body;
  if ((pinnedAt !== undefined) === pinned) return noContent;
  const changed = { ...message, body: pinned ? { ...body, pinnedAt: world.clock.now() } : body };
  world.messages.update(message.id, changed.body);
  announceMessage(world, 'MESSAGE_UPDATE', channel, changed);
  world.publish({ event: 'CHANNEL_PINS_UPDATE', data: placeOf(world, channel), channel });
  return noContent;
}
