import type { Command } from './command-index.ts';

/** What was typed after the stroke, as far as it is a command. */
export interface CommandLine {
  readonly command: Command;
  /** What was typed for each option. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads `/name option:value other:"more words"`. What stands between options belongs to the value before it, as a value
 * may have spaces; what stands before all of them goes to the first required option, or the first. Undefined when no
 * command is meant: then the text is a message like others.
 */
export function readCommandLine(text: string, commands: readonly Command[]): CommandLine | undefined {
  if (!text.startsWith('/')) return undefined;
  const typed = text.slice(1);
  const command = commands
    .filter(({ name }) => typed === name || typed.startsWith(`${name} `) || typed.startsWith(`${name}\n`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (!command) return undefined;
  return { command, values: readValues(typed.slice(command.name.length).trim(), command) };
}

function readValues(text: string, { options }: Command): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const names = new Set(options.map(({ name }) => name));
  const marks = [...text.matchAll(/(?:^|\s)([-_'\p{L}\p{N}]{1,32}):/gu)].filter(([, name = '']) => names.has(name));
  const before = text.slice(0, marks[0]?.index ?? text.length).trim();
  const first = options.find(({ required }) => required) ?? options[0];
  if (before !== '' && first) values.set(first.name, unquoted(before));
  for (const [index, mark] of marks.entries()) {
    const from = mark.index + mark[0].length;
    values.set(mark[1] ?? '', unquoted(text.slice(from, marks[index + 1]?.index ?? text.length).trim()));
  }
  return values;
}

function unquoted(text: string): string {
  return /^".*"$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
