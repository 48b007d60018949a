import type { APIApplicationCommand } from 'discord-api-types/v10';
import { ApplicationCommandType } from 'discord-api-types/v10';
import { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import { noContent, ok, route } from '../http/router.ts';
import type { Call, Route } from '../http/router.ts';
import { applicationPayload } from '../payloads/people.ts';
import { compareIds } from '../store/channel-store.ts';
import { channelOf, checkGuild, param } from './access.ts';

const isOptionList = (value: unknown): value is NonNullable<APIApplicationCommand['options']> =>
  z.array(z.looseObject({ type: z.int(), name: z.string().regex(/^[-_'\p{L}\p{N}]{1,32}$/u) })).safeParse(value)
    .success;

const newCommand = z
  .object({
    name: z.string().min(1).max(32),
    description: z.string().max(100).default(''),
    type: z.enum(ApplicationCommandType).default(ApplicationCommandType.ChatInput),
    options: z.custom<NonNullable<APIApplicationCommand['options']>>(isOptionList, 'These are not options.').optional(),
    default_member_permissions: z.string().nullish(),
    nsfw: z.boolean().optional(),
  })
  .refine(({ type, description }) => type !== ApplicationCommandType.ChatInput || description.length > 0, {
    path: ['description'],
    message: 'This field is required',
  });

/** Documented by Discord: 100 slash commands. */
const commandList = z.array(newCommand).max(100);

type Place = 'global' | 'guild';

/** Application commands, global and of the guild. */
export const commandRoutes: readonly Route[] = [
  ...commandRoutesOf('global', '/applications/:application/commands'),
  ...commandRoutesOf('guild', '/applications/:application/guilds/:guild/commands'),
  // What a person's client asks for to offer the commands.
  route('GET', '/guilds/:guild/application-command-index', (call) => {
    checkGuild(call);
    return ok(commandIndex(call));
  }),
  route('GET', '/channels/:channel/application-command-index', (call) => {
    channelOf(call);
    return ok(commandIndex(call));
  }),
];

/** Every command that can be used here. Every bot is a member of the one guild. */
function commandIndex({ world }: Call): object {
  const bots = world.users.all().filter(({ bot }) => bot);
  const commands = world.commands.usable();
  return {
    applications: bots.map((bot) => applicationPayload(bot, undefined)),
    application_commands: commands,
    version:
      commands
        .map(({ version }) => version)
        .sort(compareIds)
        .at(-1) ?? world.settings.guildId,
  };
}

function commandRoutesOf(place: Place, path: string): readonly Route[] {
  const one = `${path}/:command`;
  return [
    route('GET', path, (call) => ok([...call.world.commands.list(call.user.id, guildOf(call, place))])),
    route('POST', path, (call) => {
      const guild = guildOf(call, place);
      const body = call.body.read(newCommand);
      const known = sameCommand(call, guild, body);
      const command = call.world.commands.put(build(call, guild, body, known?.id));
      return { status: known ? 200 : 201, body: command };
    }),
    route('PUT', path, (call) => {
      const guild = guildOf(call, place);
      const wanted = call.body.read(commandList);
      const commands = wanted.map((body) => build(call, guild, body, sameCommand(call, guild, body)?.id));
      for (const { id } of call.world.commands.list(call.user.id, guild)) call.world.commands.delete(id);
      return ok(commands.map((command) => call.world.commands.put(command)));
    }),
    route('GET', one, (call) => ok(commandOf(call, place))),
    route('PATCH', one, (call) => {
      const command = commandOf(call, place);
      const change = call.body.read(z.object(newCommand.shape).partial());
      const { description = command.description, type: _type, ...given } = change;
      const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      return ok(call.world.commands.put({ ...command, ...kept, description, version: call.world.ids.next() }));
    }),
    route('DELETE', one, (call) => {
      call.world.commands.delete(commandOf(call, place).id);
      return noContent;
    }),
  ];
}

function build(
  call: Call,
  guild: string | undefined,
  { options, ...body }: z.output<typeof newCommand>,
  id: string | undefined,
): APIApplicationCommand {
  return {
    id: id ?? call.world.ids.next(),
    application_id: call.user.id,
    ...(guild === undefined ? {} : { guild_id: guild }),
    version: call.world.ids.next(),
    type: body.type,
    name: body.name,
    description: body.description,
    default_member_permissions: body.default_member_permissions ?? null,
    nsfw: body.nsfw ?? false,
    ...(options ? { options } : {}),
  };
}

function sameCommand(
  call: Call,
  guild: string | undefined,
  { name, type }: { name: string; type: ApplicationCommandType },
): APIApplicationCommand | undefined {
  return call.world.commands
    .list(call.user.id, guild)
    .find((command) => command.name === name && command.type === type);
}

function commandOf(call: Call, place: Place): APIApplicationCommand {
  const command = call.world.commands.get(call.user.id, guildOf(call, place), param(call, 'command'));
  if (!command) throw apiErrors.unknownCommand();
  return command;
}

/** Checks the path: only the application itself may touch its commands. */
function guildOf(call: Call, place: Place): string | undefined {
  if (param(call, 'application') !== call.user.id) throw apiErrors.unknownApplication();
  if (!call.user.bot) throw apiErrors.missingAccess();
  if (place === 'global') return undefined;
  checkGuild(call);
  return call.world.settings.guildId;
}
