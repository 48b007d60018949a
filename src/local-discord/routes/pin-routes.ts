import { isoTime } from '../../base/clock.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Reply, Route } from '../http/router.ts';
import { messageEventFields, messagePayload } from '../payloads/message.ts';
import { channelOf, checkModerator, messageOf } from './access.ts';
import { place } from './message-routes.ts';

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
  const { world, user } = call;
  const channel = channelOf(call);
  const message = messageOf(call, channel);
  const { pinnedAt, ...body } = message.body;
  if ((pinnedAt !== undefined) === pinned) return noContent;
  const changed = { ...message, body: pinned ? { ...body, pinnedAt: world.clock.now() } : body };
  world.messages.update(message.id, changed.body);
  const { reactions: _reactions, ...payload } = messagePayload(world, changed, user.id);
  const data = { ...payload, ...messageEventFields(world, changed, channel.recipients !== undefined) };
  world.publish({ event: 'MESSAGE_UPDATE', data, channel });
  world.publish({ event: 'CHANNEL_PINS_UPDATE', data: place(call, channel), channel });
  return noContent;
}
