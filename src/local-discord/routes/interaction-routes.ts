import type { APIMessage } from 'discord-api-types/v10';
import { ApplicationCommandType, ComponentType, InteractionType } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors, invalidField } from '../api-error.ts';
import { noContent, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import type { Interaction } from '../interactions.ts';
import { channelPayload } from '../payloads/channel.ts';
import { messagePayload } from '../payloads/message.ts';
import { memberPayload, memberPayloadWithoutUser, permissionsOf, userPayload } from '../payloads/people.ts';
import type { StoredChannel } from '../store/channel-store.ts';
import { isSnowflake } from '../store/snowflakes.ts';
import type { World } from '../world.ts';
import { checkOptions, givenOption, subcommandsIn } from './command-options.ts';
import { componentIn } from './component-rules.ts';
import type { FoundComponent } from './component-rules.ts';
import { componentsResolved, optionsResolved } from './resolved-options.ts';

const common = {
  application_id: z.string(),
  channel_id: z.string(),
  nonce: z
    .union([z.string().max(64), z.int()])
    .transform(String)
    .optional(),
  session_id: z.string().max(64).optional(),
};

/** What a person's client sends when they use a command, press a button, choose in a menu, or submit a form. */
const interactionBody = z.discriminatedUnion('type', [
  z.object({
    type: z.union([
      z.literal(InteractionType.ApplicationCommand),
      z.literal(InteractionType.ApplicationCommandAutocomplete),
    ]),
    ...common,
    data: z.object({
      id: z.string(),
      options: z.array(givenOption).max(25).optional(),
      target_id: z.string().optional(),
    }),
  }),
  z.object({
    type: z.literal(InteractionType.MessageComponent),
    ...common,
    message_id: z.string().refine(isSnowflake),
    data: z.object({
      custom_id: z.string(),
      component_type: z.int().optional(),
      values: z.array(z.string()).optional(),
    }),
  }),
  z.object({
    type: z.literal(InteractionType.ModalSubmit),
    ...common,
    /** `id`: the interaction that opened the form. */
    data: z.object({ id: z.string(), custom_id: z.string(), components: z.array(z.looseObject({ type: z.int() })) }),
  }),
]);

type InteractionBody = z.output<typeof interactionBody>;

/** What an interaction is about: its data for the application, and the message it happened on. */
interface Subject {
  readonly data: object;
  readonly command?: string;
  readonly commandKind?: 'command' | 'context-command';
  readonly message?: string;
}

/** A person acts. The application hears of it by the gateway and answers through the callback routes. */
export const interactionRoutes: readonly Route[] = [
  route('POST', '/interactions', (call) => {
    if (call.user.bot) throw apiErrors.forbidden();
    const body = call.body.read(interactionBody);
    const channel = call.world.channels.get(body.channel_id);
    if (!channel || (channel.recipients && !channel.recipients.includes(call.user.id)))
      throw apiErrors.unknownChannel();
    if (!call.world.users.get(body.application_id)?.bot) throw apiErrors.unknownApplication();
    openInteraction(call, body, channel, subjectOf(call, body, channel));
    return noContent;
  }),
];

function openInteraction(call: Call, body: InteractionBody, channel: StoredChannel, subject: Subject): void {
  const { world, user } = call;
  const { data, ...facts } = subject;
  const id = world.ids.next();
  const interaction = world.interactions.open(
    {
      id,
      type: body.type,
      application: body.application_id,
      user: user.id,
      channel: channel.id,
      ...(body.nonce === undefined ? {} : { nonce: body.nonce }),
      ...(body.session_id === undefined ? {} : { session: body.session_id }),
      ...facts,
    },
    () => {
      tellPerson(world, interaction, 'INTERACTION_FAILURE');
    },
  );
  tellPerson(world, interaction, 'INTERACTION_CREATE');
  const payload = interactionPayload(call, interaction, channel, data);
  world.publish({ event: 'INTERACTION_CREATE', data: payload, onlyFor: body.application_id });
}

/** Tells the client that began an interaction what becomes of it. */
export function tellPerson(world: World, interaction: Interaction, event: string, more: object = {}): void {
  const { id, nonce, user, session } = interaction;
  world.publish({
    event,
    data: { id, ...(nonce === undefined ? {} : { nonce }), ...more },
    onlyFor: user,
    ...(session === undefined ? {} : { onlySession: session }),
  });
}

function subjectOf(call: Call, body: InteractionBody, channel: StoredChannel): Subject {
  switch (body.type) {
    case InteractionType.ApplicationCommand:
    case InteractionType.ApplicationCommandAutocomplete:
      return commandSubject(call, body, channel);
    case InteractionType.MessageComponent: {
      const message = messageFor(call, channel, body.message_id);
      if (message.author.id !== body.application_id) throw apiErrors.unknownApplication();
      const component = componentIn(message.components ?? [], body.data.custom_id);
      if (!component || component.disabled) {
        throw invalidField(['data', 'custom_id'], 'COMPONENT_VALIDATION_FAILED', 'Component validation failed');
      }
      const { type } = component;
      const { values } = body.data;
      checkChoice(component, values ?? []);
      return {
        message: body.message_id,
        data: {
          custom_id: body.data.custom_id,
          component_type: type,
          ...(values ? { values, resolved: componentsResolved(call.world, [{ type, values }]) } : {}),
        },
      };
    }
    case InteractionType.ModalSubmit: {
      const opener = call.world.interactions.get(body.data.id);
      if (opener?.user !== call.user.id || opener.application !== body.application_id)
        throw apiErrors.unknownInteraction();
      const { custom_id: customId, components } = body.data;
      return {
        ...(opener.message === undefined ? {} : { message: opener.message }),
        data: { custom_id: customId, components, resolved: componentsResolved(call.world, components) },
      };
    }
  }
}

/** What was chosen must be there to be chosen. @throws DiscordApiError 50035. */
function checkChoice({ type, least, most, values }: FoundComponent, chosen: readonly string[]): void {
  const isMenu = type !== (ComponentType.Button as number);
  const isWrong = values && chosen.some((value) => !values.includes(value));
  if (isMenu && (isWrong || chosen.length < least || chosen.length > most)) {
    throw invalidField(['data', 'values'], 'COMPONENT_VALIDATION_FAILED', 'Component validation failed');
  }
}

function commandSubject(
  call: Call,
  body: Extract<
    InteractionBody,
    { type: InteractionType.ApplicationCommand | InteractionType.ApplicationCommandAutocomplete }
  >,
  channel: StoredChannel,
): Subject {
  const { application_id: application, data } = body;
  const { commands, settings } = call.world;
  const command = commands.get(application, undefined, data.id) ?? commands.get(application, settings.guildId, data.id);
  if (!command) throw apiErrors.unknownCommand();
  const { id, name, type, guild_id: guild } = command;
  const isUse = body.type === InteractionType.ApplicationCommand;
  checkOptions(command, data.options ?? [], isUse);
  return {
    ...(isUse
      ? {
          command: [name, ...subcommandsIn(data.options)].join(' '),
          commandKind: type === ApplicationCommandType.ChatInput ? 'command' : 'context-command',
        }
      : {}),
    data: {
      id,
      name,
      type,
      ...(guild === undefined ? {} : { guild_id: guild }),
      ...(data.options ? { options: data.options } : {}),
      ...(data.target_id === undefined ? {} : { target_id: data.target_id }),
      resolved: {
        ...optionsResolved(call.world, data.options ?? []),
        ...(data.target_id === undefined ? {} : targetResolved(call, type, channel, data.target_id)),
      },
    },
  };
}

/** What a command of a context menu is used on, as the application gets it beside. @throws DiscordApiError 10008, 10013. */
function targetResolved(call: Call, type: number, channel: StoredChannel, id: string): object {
  if (type === (ApplicationCommandType.Message as number)) {
    return { messages: { [id]: messageFor(call, channel, isSnowflake(id) ? id : '0') } };
  }
  const user = call.world.users.get(id);
  if (!user) throw apiErrors.unknownUser();
  return { users: { [id]: userPayload(user) }, members: { [id]: memberPayloadWithoutUser(call.world, user) } };
}

function interactionPayload(call: Call, interaction: Interaction, channel: StoredChannel, data: object): object {
  const { world, user } = call;
  const { guildId, botId } = world.settings;
  const bot = world.users.get(interaction.application) ?? world.users.get(botId);
  const who = channel.recipients
    ? { user: userPayload(user), context: 1, authorizing_integration_owners: { 1: user.id } }
    : {
        member: { ...memberPayload(world, user), permissions: permissionsOf(world, user) },
        guild_id: guildId,
        guild: { id: guildId, locale: 'en-US', features: [] },
        guild_locale: 'en-US',
        context: 0,
        authorizing_integration_owners: { 0: guildId },
      };
  return {
    id: interaction.id,
    application_id: interaction.application,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: { ...channelPayload(world, channel, interaction.application), permissions: permissionsOf(world, user) },
    ...who,
    ...(interaction.message === undefined ? {} : { message: messageFor(call, channel, interaction.message) }),
    app_permissions: bot ? permissionsOf(world, bot) : '0',
    locale: 'en-US',
    entitlements: [],
    attachment_size_limit: 10 * 1024 * 1024,
  };
}

/** The message with the component, also when only this user can see it. */
function messageFor(call: Call, channel: StoredChannel, id: string): APIMessage {
  const message = call.world.messages.getVisible(channel.id, id, call.user.id);
  if (!message) throw apiErrors.unknownMessage();
  return messagePayload(call.world, message, message.author);
}
