import { WebhookType } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import { noContent, ok, openRoute, route } from '../http/router.ts';
import type { Call, Reply, Route } from '../http/router.ts';
import { createMessage } from '../message-writer.ts';
import { newToken } from '../store/settings.ts';
import type { StoredWebhook } from '../store/webhook-store.ts';
import type { World } from '../world.ts';
import { channelOf, checkModerator, checkNotArchived, param } from './access.ts';
import { messageCreateBody } from './message-body.ts';

const newWebhook = z.object({ name: z.string().trim().min(1).max(80) });

const speaker = z.object({ username: z.string().trim().min(1).max(80).optional() });

/** Webhooks of a channel. Who knows their address speaks there: see `speakAsWebhook`. */
export const channelWebhookRoutes: readonly Route[] = [
  route('POST', '/channels/:channel/webhooks', (call) => {
    checkModerator(call);
    const channel = channelOf(call);
    if (channel.recipients || channel.thread) throw apiErrors.notInThisChannel();
    const { name } = call.body.read(newWebhook);
    const { ids, webhooks } = call.world;
    const made = { id: ids.next(), channel: channel.id, name, token: newToken('local') };
    return ok(payload(call.world, webhooks.put(made)));
  }),
  route('GET', '/channels/:channel/webhooks', (call) => {
    checkModerator(call);
    const { id } = channelOf(call);
    const own = call.world.webhooks.all().filter(({ channel }) => channel === id);
    return ok(own.map((webhook) => payload(call.world, webhook)));
  }),
  route('DELETE', '/webhooks/:webhook', (call) => {
    checkModerator(call);
    if (!call.world.webhooks.delete(param(call, 'webhook'))) throw apiErrors.unknownWebhook();
    return noContent;
  }),
  openRoute('DELETE', '/webhooks/:webhook/:token', (call) => {
    const webhook = call.world.webhooks.get(param(call, 'webhook'));
    if (webhook?.token !== param(call, 'token')) throw apiErrors.unknownWebhook();
    call.world.webhooks.delete(webhook.id);
    return noContent;
  }),
];

/** Posts what somebody says who knows the address of a webhook. */
export function speakAsWebhook(call: Call, webhook: StoredWebhook): Reply {
  const { world, body } = call;
  const channel = world.channels.get(webhook.channel);
  if (!channel) throw apiErrors.unknownChannel();
  checkNotArchived(channel);
  const { username = webhook.name } = body.read(speaker);
  const message = createMessage(world, {
    channel,
    author: webhook.id,
    body: body.read(messageCreateBody),
    files: body.files,
    origin: { webhook: { name: username } },
  });
  return call.query.get('wait') === 'true' ? ok(message) : noContent;
}

function payload(world: World, { id, channel, name, token }: StoredWebhook): object {
  return {
    id,
    type: WebhookType.Incoming,
    guild_id: world.settings.guildId,
    channel_id: channel,
    name,
    avatar: null,
    token,
    application_id: null,
    url: `${world.origin}/api/webhooks/${id}/${token}`,
  };
}
