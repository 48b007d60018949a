import type { Command, CommandOption } from './command-index.ts';
import { optionTypes } from './command-index.ts';

/** What is wrong with a value. */
export type Problem = 'missing' | 'not-a-number' | 'too-small' | 'too-large' | 'not-a-choice' | 'unsupported';

export interface SentOption {
  readonly type: number;
  readonly name: string;
  readonly value?: string | number | boolean;
  readonly focused?: true;
  readonly options?: readonly SentOption[];
}

/** The problems of what was filled in, by option. */
export function checkValues(command: Command, values: ReadonlyMap<string, string>): ReadonlyMap<string, Problem> {
  return new Map(
    command.options.flatMap((option) => {
      const problem = problemOf(option, values.get(option.name) ?? '');
      return problem ? [[option.name, problem] as const] : [];
    }),
  );
}

/**
 * The options as an interaction has them, inside the parts of the command that they belong to. For suggestions the
 * option that is being written is named as `focused`; it is sent as it is.
 */
export function sentOptions(
  command: Command,
  values: ReadonlyMap<string, string>,
  focused?: string,
): readonly SentOption[] {
  const filled = command.options.flatMap((option): readonly SentOption[] => {
    const text = values.get(option.name) ?? '';
    if (option.name === focused) return [{ type: option.type, name: option.name, value: text, focused: true }];
    if (text === '' || problemOf(option, text)) return [];
    return [{ type: option.type, name: option.name, value: convert(option, text) }];
  });
  const parts = command.path.slice(1);
  return parts.reduceRight<readonly SentOption[]>((inner, name, index) => {
    const isLast = index === parts.length - 1;
    return [{ type: isLast ? optionTypes.subcommand : optionTypes.group, name, options: inner }];
  }, filled);
}

function problemOf(option: CommandOption, text: string): Problem | undefined {
  if (text === '') return option.required ? 'missing' : undefined;
  if (option.type === optionTypes.attachment) return 'unsupported';
  if (option.choices.length > 0 && chosen(option, text) === undefined) return 'not-a-choice';
  if (option.type === optionTypes.boolean) return /^(true|false)$/i.test(text) ? undefined : 'not-a-choice';
  if (option.type === optionTypes.integer || option.type === optionTypes.number) return numberProblem(option, text);
  if (text.length < (option.minLength ?? 0)) return 'too-small';
  if (text.length > (option.maxLength ?? Infinity)) return 'too-large';
  return undefined;
}

function numberProblem(option: CommandOption, text: string): Problem | undefined {
  const value = convert(option, text);
  const isRight = option.type === optionTypes.integer ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isRight || typeof value !== 'number') return 'not-a-number';
  if (value < (option.min ?? -Infinity)) return 'too-small';
  return value > (option.max ?? Infinity) ? 'too-large' : undefined;
}

function convert(option: CommandOption, text: string): string | number | boolean {
  const choice = chosen(option, text);
  if (choice) return choice.value;
  switch (option.type) {
    case optionTypes.integer:
    case optionTypes.number:
      return text.trim() === '' ? Number.NaN : Number(text);
    case optionTypes.boolean:
      return text.toLowerCase() === 'true';
    case optionTypes.user:
    case optionTypes.channel:
    case optionTypes.role:
    case optionTypes.mentionable:
      return /^<[@#][!&]?(\d{1,20})>$/.exec(text)?.[1] ?? text;
    default:
      return text;
  }
}

/** A choice can be typed by its name or its value. */
function chosen(option: CommandOption, text: string): CommandOption['choices'][number] | undefined {
  return (
    option.choices.find(({ value }) => String(value) === text) ??
    option.choices.find(({ name }) => name.toLowerCase() === text.toLowerCase())
  );
}
