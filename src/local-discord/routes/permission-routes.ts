import { OverwriteType } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import { noContent, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import { channelOf, checkModerator, param } from './access.ts';
import { updateChannel } from './channel-routes.ts';

const bits = z.string().regex(/^\d{1,20}$/);
const overwriteBody = z.object({
  type: z.enum(OverwriteType),
  allow: bits.nullish(),
  deny: bits.nullish(),
});

/** What roles and members may do in one channel, besides what they may in the guild. Seeing and reading are enforced. */
export const permissionRoutes: readonly Route[] = [
  route('PUT', '/channels/:channel/permissions/:overwrite', (call) => {
    const { type, allow, deny } = call.body.read(overwriteBody);
    const id = param(call, 'overwrite');
    const channel = ruledChannel(call);
    const rule = { id, type, allow: allow ?? '0', deny: deny ?? '0' };
    updateChannel(call.world, { ...channel, overwrites: [...without(channel, id), rule] });
    return noContent;
  }),
  route('DELETE', '/channels/:channel/permissions/:overwrite', (call) => {
    const channel = ruledChannel(call);
    updateChannel(call.world, { ...channel, overwrites: without(channel, param(call, 'overwrite')) });
    return noContent;
  }),
];

function ruledChannel(call: Call): StoredChannel {
  checkModerator(call);
  const channel = channelOf(call);
  if (channel.recipients || channel.thread) throw apiErrors.notInThisChannel();
  return channel;
}

function without({ overwrites = [] }: StoredChannel, id: string): NonNullable<StoredChannel['overwrites']> {
  return overwrites.filter((rule) => rule.id !== id);
}
