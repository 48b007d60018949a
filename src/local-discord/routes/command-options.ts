import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import { z } from 'zod';

import { invalidField } from '../api-error.ts';

/** An option as a command declares it, as far as this server checks it. */
const declared = z.looseObject({
  type: z.int(),
  name: z.string(),
  required: z.boolean().nullish(),
  choices: z.array(z.looseObject({ value: z.union([z.string(), z.number()]) })).nullish(),
  min_value: z.number().nullish(),
  max_value: z.number().nullish(),
  min_length: z.int().nullish(),
  max_length: z.int().nullish(),
  get options() {
    return z.array(declared).nullish();
  },
});
type Declared = z.output<typeof declared>;

/** An option as a person's client fills it in. */
export const givenOption = z.looseObject({
  type: z.int(),
  name: z.string(),
  value: z.union([z.string().max(6000), z.number(), z.boolean()]).optional(),
  get options() {
    return z.array(givenOption).optional();
  },
});
type Given = z.output<typeof givenOption>;

type Path = readonly (string | number)[];

/**
 * Checks what a person gave a command against what it declares.
 *
 * @param complete false while they still type: then options may be missing or half-written.
 * @throws DiscordApiError 50035 naming the option.
 */
export function checkOptions(command: { options?: unknown }, given: readonly Given[], complete: boolean): void {
  check(z.array(declared).catch([]).parse(command.options), given, complete, ['data', 'options']);
}

/** The names of the subcommand group and the subcommand, where there are. */
export function subcommandsIn(given: readonly Given[] | undefined): readonly string[] {
  const inner = given?.find(({ type }) => isSubcommand(type));
  return inner ? [inner.name, ...subcommandsIn(inner.options)] : [];
}

function check(options: readonly Declared[], given: readonly Given[], complete: boolean, path: Path): void {
  for (const [index, one] of given.entries()) {
    const option = options.find(({ name, type }) => name === one.name && type === one.type);
    const here = [...path, index];
    if (!option) throw invalidField(here, 'BASE_TYPE_INVALID', `The command has no such option "${one.name}".`);
    if (isSubcommand(option.type)) check(option.options ?? [], one.options ?? [], complete, [...here, 'options']);
    else if (complete) checkValue(option, one, [...here, 'value']);
  }
  const missing = options.find(({ name, required }) => required === true && !given.some((one) => one.name === name));
  if (missing && complete) throw invalidField([...path, missing.name], 'BASE_TYPE_REQUIRED', 'This field is required');
}

function checkValue(option: Declared, { value }: Given, path: Path): void {
  if (!hasType(option.type, value)) throw invalidField(path, 'BASE_TYPE_INVALID', 'The value has the wrong type.');
  const { choices, min_value: least, max_value: most, min_length: shortest, max_length: longest } = option;
  if (choices && choices.length > 0 && !choices.some((choice) => choice.value === value)) {
    throw invalidField(path, 'BASE_TYPE_CHOICES', 'Value must be one of the choices.');
  }
  const size = typeof value === 'string' ? value.length : Number(value);
  const [from, to] = typeof value === 'string' ? [shortest, longest] : [least, most];
  if (size < (from ?? -Infinity) || size > (to ?? Infinity)) {
    throw invalidField(path, 'NUMBER_TYPE_RANGE', `Must be between ${from ?? '-∞'} and ${to ?? '∞'}.`);
  }
}

function hasType(type: number, value: Given['value']): boolean {
  switch (type) {
    case ApplicationCommandOptionType.Boolean as number:
      return typeof value === 'boolean';
    case ApplicationCommandOptionType.Integer as number:
      return Number.isInteger(value);
    case ApplicationCommandOptionType.Number as number:
      return typeof value === 'number';
    default:
      return typeof value === 'string';
  }
}

function isSubcommand(type: number): boolean {
  const { Subcommand, SubcommandGroup } = ApplicationCommandOptionType;
  return type === (Subcommand as number) || type === (SubcommandGroup as number);
}
