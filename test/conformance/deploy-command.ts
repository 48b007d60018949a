import type { ChatInputApplicationCommandData } from 'discord.js';
import { ApplicationCommandOptionType } from 'discord.js';

/** A command with an option that is needed and completed by the bot, and one with a least value. */
export const deployCommand: ChatInputApplicationCommandData = {
  name: 'deploy',
  description: 'Brings it out',
  options: [
    {
      type: ApplicationCommandOptionType.String,
      name: 'target',
      description: 'Where to',
      required: true,
      autocomplete: true,
    },
    { type: ApplicationCommandOptionType.Integer, name: 'copies', description: 'How many', minValue: 1 },
  ],
};
