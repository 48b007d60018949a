import type { APIMessage } from 'discord-api-types/v10';
import { InteractionResponseType, InteractionType, MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import { noContent, ok, openRoute } from '../http/router.ts';
import type { Call, Reply, Route } from '../http/router.ts';
import type { Interaction } from '../interactions.ts';
import { createMessage, deleteMessage, editMessage } from '../message-writer.ts';
import type { NewMessage } from '../message-writer.ts';
import { messagePayload } from '../payloads/message.ts';
import { userPayloadById } from '../payloads/people.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import type { StoredMessage } from '../store/message-store.ts';
import { isSnowflake } from '../store/snowflakes.ts';
import { param } from './access.ts';
import { speakAsWebhook } from './channel-webhook-routes.ts';
import { tellPerson } from './interaction-routes.ts';
import { messageCreateBody, messageEditBody } from './message-body.ts';

const callbackBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal(InteractionResponseType.ChannelMessageWithSource), data: messageCreateBody }),
  z.object({
    type: z.literal(InteractionResponseType.DeferredChannelMessageWithSource),
    data: z.object({ flags: z.int().nonnegative().nullish() }).nullish(),
  }),
  z.object({ type: z.literal(InteractionResponseType.DeferredMessageUpdate) }),
  z.object({ type: z.literal(InteractionResponseType.UpdateMessage), data: messageEditBody }),
  z.object({
    type: z.literal(InteractionResponseType.ApplicationCommandAutocompleteResult),
    data: z.object({ choices: z.array(z.looseObject({ name: z.string() })).max(25) }),
  }),
  z.object({
    type: z.literal(InteractionResponseType.Modal),
    data: z.looseObject({
      custom_id: z.string().min(1).max(100),
      title: z.string().min(1).max(45),
      components: z
        .array(z.looseObject({ type: z.int() }))
        .min(1)
        .max(5),
    }),
  }),
]);

type Callback = z.output<typeof callbackBody>;

/** An application answers an interaction: the first answer, the original, and follow-ups. The token is in the path. */
export const webhookRoutes: readonly Route[] = [
  openRoute('POST', '/interactions/:interaction/:token/callback', (call) => {
    const callback = call.body.read(callbackBody);
    const { interaction, message } = call.world.interactions.acknowledge(
      param(call, 'interaction'),
      param(call, 'token'),
      (opened) => ({ interaction: opened, message: answer(call, opened, callback) }),
    );
    const { id, type } = interaction;
    tellPerson(call.world, interaction, 'INTERACTION_SUCCESS');
    if (call.query.get('with_response') !== 'true') return noContent;
    return ok({
      interaction: { id, type, ...(message ? { response_message_id: message.id } : {}) },
      resource: { type: callback.type, ...(message ? { message } : {}) },
    });
  }),
  openRoute('POST', '/webhooks/:application/:token', (call) => {
    const webhook = call.world.webhooks.get(param(call, 'application'));
    if (webhook?.token === param(call, 'token')) return speakAsWebhook(call, webhook);
    const interaction = interactionOf(call);
    const { files } = call.body;
    const body = call.body.read(messageCreateBody);
    const thinking = thinkingOf(call, interaction);
    if (!thinking) return ok(say(call, interaction, { body, files }));
    // Documented by Discord: the first follow-up to a deferred answer fills that answer in.
    const channel = channelOf(call, interaction);
    const filled = { channel, message: thinking, body, files, viewer: interaction.application };
    return ok(editMessage(call.world, filled));
  }),
  openRoute('GET', '/webhooks/:application/:token/messages/:message', (call) => {
    const { message } = ownMessageOf(call);
    return ok(messagePayload(call.world, message, message.author));
  }),
  openRoute('PATCH', '/webhooks/:application/:token/messages/:message', (call) => {
    const { interaction, channel, message } = ownMessageOf(call);
    const body = call.body.read(messageEditBody);
    const { files } = call.body;
    return ok(editMessage(call.world, { channel, message, body, files, viewer: interaction.application }));
  }),
  openRoute('DELETE', '/webhooks/:application/:token/messages/:message', (call): Reply => {
    const { channel, message } = ownMessageOf(call);
    deleteMessage(call.world, channel, message);
    return noContent;
  }),
];

/** Does what the first answer says; the message that it made or changed, if any. */
function answer(call: Call, interaction: Interaction, callback: Callback): APIMessage | undefined {
  const { world } = call;
  const { files } = call.body;
  switch (callback.type) {
    case InteractionResponseType.ChannelMessageWithSource:
      return asOriginal(interaction, say(call, interaction, { body: callback.data, files }));
    case InteractionResponseType.DeferredChannelMessageWithSource: {
      const flags = (callback.data?.flags ?? 0) | MessageFlags.Loading;
      return asOriginal(interaction, say(call, interaction, { body: { flags }, files, mayBeEmpty: true }));
    }
    case InteractionResponseType.DeferredMessageUpdate:
    case InteractionResponseType.UpdateMessage: {
      const channel = channelOf(call, interaction);
      const { message: id = '0' } = interaction;
      const message = world.messages.getVisible(channel.id, id, interaction.user);
      if (!message) throw apiErrors.unknownMessage();
      interaction.original = message.id;
      if (callback.type === InteractionResponseType.DeferredMessageUpdate) return undefined;
      return editMessage(world, { channel, message, body: callback.data, files, viewer: interaction.application });
    }
    case InteractionResponseType.ApplicationCommandAutocompleteResult: {
      tellPerson(world, interaction, 'APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE', callback.data);
      return undefined;
    }
    case InteractionResponseType.Modal: {
      const { application, channel } = interaction;
      const { username, global_name: name } = userPayloadById(world, application);
      tellPerson(world, interaction, 'INTERACTION_MODAL_CREATE', {
        ...callback.data,
        id: interaction.id,
        channel_id: channel,
        application: { id: application, name: name ?? username },
      });
      return undefined;
    }
  }
}

function asOriginal(interaction: Interaction, message: APIMessage): APIMessage {
  interaction.original = message.id;
  return message;
}

/** Posts in the interaction's channel as its application. */
function say(
  call: Call,
  interaction: Interaction,
  what: Pick<NewMessage, 'body' | 'files' | 'mayBeEmpty'>,
): APIMessage {
  const { world } = call;
  const { id, application, user, command, original } = interaction;
  const isCommand = interaction.type === InteractionType.ApplicationCommand;
  // As at Discord: an answer to a button is a reply to its message, a follow-up one to the first answer.
  const repliesTo = original ?? interaction.message;
  const reference = repliesTo === undefined ? undefined : { message_id: repliesTo, fail_if_not_exists: false };
  const { body } = what;
  return createMessage(world, {
    ...what,
    body: reference
      ? { ...body, message_reference: reference, allowed_mentions: { ...body.allowed_mentions, replied_user: false } }
      : body,
    channel: channelOf(call, interaction),
    author: application,
    origin: {
      applicationId: application,
      interaction: {
        id,
        type: isCommand ? InteractionType.ApplicationCommand : InteractionType.MessageComponent,
        user: userPayloadById(world, user),
        authorizing_integration_owners: {},
        ...(original === undefined ? {} : { original_response_message_id: original }),
        ...(interaction.message === undefined ? {} : { interacted_message_id: interaction.message }),
      } as NonNullable<NonNullable<NewMessage['origin']>['interaction']>,
      ...(command === undefined ? {} : { command }),
    },
    answers: { user, type: isCommand && original === undefined ? (interaction.commandKind ?? 'command') : 'other' },
  });
}

/** The deferred answer while it still says "thinking". */
function thinkingOf(call: Call, interaction: Interaction): StoredMessage | undefined {
  const { original = '0', channel, user } = interaction;
  const message = call.world.messages.getVisible(channel, original, user);
  const isThinking = message?.author === interaction.application && (message.body.flags & MessageFlags.Loading) !== 0;
  return isThinking ? message : undefined;
}

function interactionOf(call: Call): Interaction {
  return call.world.interactions.byToken(param(call, 'application'), param(call, 'token'));
}

/** The message in the path, if it is this application's answer to this very interaction's user. */
function ownMessageOf(call: Call): { interaction: Interaction; channel: StoredChannel; message: StoredMessage } {
  const interaction = interactionOf(call);
  const channel = channelOf(call, interaction);
  const name = param(call, 'message');
  const id = name === '@original' ? (interaction.original ?? '') : name;
  const message = isSnowflake(id) ? call.world.messages.getVisible(channel.id, id, interaction.user) : undefined;
  if (message?.author !== interaction.application) throw apiErrors.unknownMessage();
  return { interaction, channel, message };
}

function channelOf(call: Call, interaction: Interaction): StoredChannel {
  const channel = call.world.channels.get(interaction.channel);
  if (!channel) throw apiErrors.unknownChannel();
  return channel;
}
