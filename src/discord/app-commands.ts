import { ApplicationCommandOptionType, ApplicationCommandType, RequestMethod, Routes } from 'discord.js';
import type { RESTPutAPIApplicationCommandsJSONBody } from 'discord.js';
import { z } from 'zod';

import type { ChatCommand } from '../contracts/chat.ts';
import type { RestCalls } from './rest-calls.ts';

const application = z.object({ id: z.string() });

const registered = z.array(
  z.object({
    name: z.string(),
    type: z.number().default(ApplicationCommandType.ChatInput),
    description: z.string().default(''),
    options: z
      .array(
        z.object({ name: z.string(), type: z.number(), description: z.string(), required: z.boolean().default(false) }),
      )
      .default([]),
  }),
);

type Registered = z.infer<typeof registered>;

const messageCommand: number = ApplicationCommandType.Message;

/**
 * Makes the server show these commands of the bot, in every server and directly, and no others. Asks for a change only
 * where there is one: the server takes few of them in a day. Errors are those of the ChatTransport contract.
 */
export async function setAppCommands(rest: RestCalls, commands: readonly ChatCommand[]): Promise<void> {
  const what = 'The commands of the bot';
  const get = { what, kind: 'lookup', method: RequestMethod.Get } as const;
  const { id } = await rest.call({ ...get, path: Routes.currentApplication() }, async (ask) =>
    application.parse(await ask()),
  );
  const path = Routes.applicationCommands(id);
  const known = await rest.call({ ...get, path }, async (ask) => registered.parse(await ask()));
  const wanted = commands.map(commandOf);
  if (fingerprint(known) === fingerprint(wanted)) return;
  const body: RESTPutAPIApplicationCommandsJSONBody = wanted.map(({ name, type, description, options }) =>
    type === messageCommand
      ? { name, type: ApplicationCommandType.Message }
      : { name, type: ApplicationCommandType.ChatInput, description, options: options.map(textOption) },
  );
  await rest.call({ what, kind: 'topic', method: RequestMethod.Put, path }, (ask) => ask({ body }));
}

function commandOf({ name, kind, description, options }: ChatCommand): Registered[number] {
  return kind === 'message-command'
    ? { name, type: ApplicationCommandType.Message, description: '', options: [] }
    : {
        name,
        type: ApplicationCommandType.ChatInput,
        description,
        options: options.map((option) => ({
          name: option.name,
          type: ApplicationCommandOptionType.String,
          description: option.description,
          required: option.isRequired,
        })),
      };
}

function textOption({ name, description, required }: Registered[number]['options'][number]) {
  return { name, description, required, type: ApplicationCommandOptionType.String } as const;
}

/** The same for the same commands, in whatever order. */
function fingerprint(commands: Registered): string {
  const lines = commands.map(({ name, type, description, options }) =>
    JSON.stringify([
      type,
      name,
      description,
      options.map((one) => [one.name, one.type, one.description, one.required]),
    ]),
  );
  return lines.sort().join('\n');
}
