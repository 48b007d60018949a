import type { APIApplicationCommand, APIApplicationCommandOption } from 'discord-api-types/v10';

/** Discord's numbers for kinds of options. */
export const optionTypes = {
  subcommand: 1,
  group: 2,
  text: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
} as const;

/** A blank to fill in, whatever it is for. */
export interface CommandOption {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly autocomplete: boolean;
  readonly choices: readonly { readonly name: string; readonly value: string | number }[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
}

/** Something that can be run: a command, or a part of one. */
export interface Command {
  /** As it is typed, without the stroke: `session add`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CommandOption[];
  readonly source: APIApplicationCommand;
}

const chatInput = 1;
const onMessage = 3;

/** All that can be typed, in the order of the alphabet. */
export function listCommands(commands: readonly APIApplicationCommand[]): readonly Command[] {
  return commands
    .filter(isTyped)
    .flatMap((command) => flatten(command, [command.name], command.description, command.options ?? []))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Those that are used on a message. */
export function listMessageCommands(commands: readonly APIApplicationCommand[]): readonly APIApplicationCommand[] {
  return commands.filter(({ type }) => (type as number) === onMessage);
}

/** The commands that begin with what was typed, then those that have it somewhere. */
export function matchCommands(commands: readonly Command[], typed: string): readonly Command[] {
  const wanted = typed.toLowerCase().trimStart();
  const first = commands.filter(({ name }) => name.startsWith(wanted));
  return [...first, ...commands.filter((command) => !first.includes(command) && command.name.includes(wanted))];
}

function flatten(
  source: APIApplicationCommand,
  path: readonly string[],
  description: string,
  options: readonly APIApplicationCommandOption[],
): readonly Command[] {
  const parts = options.filter(({ type }) => isPart(type));
  if (parts.length === 0) {
    return [{ name: path.join(' '), path, description, options: options.map(toOption), source }];
  }
  return parts.flatMap((part) =>
    flatten(source, [...path, part.name], part.description, 'options' in part ? (part.options ?? []) : []),
  );
}

function isTyped({ type }: { readonly type: number }): boolean {
  return type === chatInput;
}

function isPart(type: number): boolean {
  return type === optionTypes.subcommand || type === optionTypes.group;
}

function toOption(option: APIApplicationCommandOption): CommandOption {
  return {
    type: option.type,
    name: option.name,
    description: option.description,
    required: option.required ?? false,
    autocomplete: 'autocomplete' in option && (option.autocomplete ?? false),
    choices: 'choices' in option ? (option.choices ?? []) : [],
    min: 'min_value' in option ? option.min_value : undefined,
    max: 'max_value' in option ? option.max_value : undefined,
    minLength: 'min_length' in option ? option.min_length : undefined,
    maxLength: 'max_length' in option ? option.max_length : undefined,
  };
}
