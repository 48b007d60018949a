/* Writes docs/cli.md from the definitions of the commands: `npm run docs:cli`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Argument, Command, Option } from 'commander';
import { format, resolveConfig } from 'prettier';

import { CliContext } from '../src/cli/context.ts';
import { describeDp } from '../src/cli/dp-command.ts';
import { manualOf, usualExits } from '../src/cli/manual.ts';
import type { Note } from '../src/cli/manual.ts';
import { describeProgram } from '../src/cli/program.ts';

const page = join(import.meta.dirname, 'cli.md');

/** The whole page, formatted as the repository is. */
export async function cliReference(): Promise<string> {
  const vai = describeProgram(new CliContext({}));
  const dp = describeDp();
  const text = [
    '<!-- Made by `npm run docs:cli` from the definitions in src/cli. Change those, not this page. -->',
    '# Commands',
    opening,
    overview(vai, dp),
    '## Exit codes',
    table(
      ['Code', 'Means'],
      Object.entries(usualExits).map(([code, meaning]) => [code, meaning]),
    ),
    'Where a command means something else by one of them, it says so below.',
    '## With any command',
    optionTable([...vai.createHelp().visibleOptions(vai)]),
    colours,
    ...vai.commands.map((command) => section(command, `vai ${command.name()}`)),
    section(dp, 'dp'),
    closing,
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
}

const opening = `In a checkout the commands are \`bin/vai\`, \`bin/vexit\` and \`bin/dp\`. To type them without the path:

\`\`\`sh
export PATH="$HOME/claude-discord-bridge/bin:$PATH"
eval "$(vai completion bash)"     # or zsh; see completion
\`\`\`

Inside a session's terminal they are on the PATH already. Each has \`--help\`, which says what this page says.`;

const colours = `Output has colours on a terminal only. \`FORCE_COLOR=1\` asks for them elsewhere; \`NO_COLOR\`, \`TERM=dumb\` and \`--no-color\`
turn them off. Tables are cut to the width of the terminal, or become lists where it is narrow; in a file or a pipe they are
whole. What takes more than a second says on standard error what it waits for, on a terminal only. With \`--json\`, standard output holds JSON and nothing else.`;

const closing = `## Which installation

The commands of a checkout belong to that checkout. \`BRIDGE_HOME=/path vai status\` speaks to another one. See
[configuration.md](configuration.md#bridge_home).`;

function overview(vai: Command, dp: Command): string {
  const rows = vai.commands.map((command) => [
    `[${command.name() === 'start' ? '`vai`, `vai start`' : command.name() === 'stop' ? '`vai stop`, `vexit`' : `\`vai ${command.name()}\``}](#${command.name()})`,
    command.description(),
  ]);
  const scripts = [
    ['[`./start-bridge.sh`](#start)', 'Installs and builds what is missing, then `vai start`.'],
    ['[`./stop-bridge.sh`](#stop)', '`vai stop`'],
  ];
  return table(['Command', 'Does'], [...scripts, ...rows, ['[`dp`](#dp)', dp.description()]]);
}

function section(command: Command, typed: string): string {
  const { examples, notes = [], exits = {}, alone } = manualOf(command) ?? missing(typed);
  const help = command.createHelp();
  const aliases = command.aliases().map((alias) => `\`vai ${alias}\``);
  const own = help.visibleOptions(command).filter((option) => option.long !== '--help' || command.name() === 'dp');
  const exitRows = Object.entries(exits).map(([code, meaning]) => [code, meaning]);
  return [
    `## ${command.name()}`,
    `${command.description()}${aliases.length === 0 ? '' : ` Also: ${aliases.join(', ')}.`}`,
    fence('text', `${typed} ${command.usage()}`),
    ...(command.registeredArguments.length === 0 ? [] : [argumentTable(command.registeredArguments)]),
    ...(own.length === 0 ? [] : [optionTable(own)]),
    ...notes.map(noteText),
    `Ends with [0, 1${alone ? ' or 2' : ', 2 or 3'}](#exit-codes).`,
    ...(exitRows.length === 0 ? [] : [table(['Exit code', 'Means here'], exitRows)]),
    fence('sh', exampleText(examples)),
  ].join('\n\n');
}

function argumentTable(args: readonly Argument[]): string {
  return table(
    ['Argument', ''],
    args.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      const shown = argument.required ? `<${name}>` : `[${name}]`;
      return [`\`${shown}\``, `${argument.description}${choices(argument)}`];
    }),
  );
}

function optionTable(options: readonly Option[]): string {
  return table(
    ['Option', ''],
    options.map((option) => {
      const value: unknown = option.defaultValue;
      const isShown = typeof value === 'number' || typeof value === 'string';
      return [
        `\`${option.flags}\``,
        `${option.description}${choices(option)}${isShown ? `; default: \`${value}\`` : ''}`,
      ];
    }),
  );
}

function choices({ argChoices }: Argument | Option): string {
  return argChoices === undefined ? '' : `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
}

function exampleText(examples: readonly (string | readonly [string, string])[]): string {
  const pairs = examples.map((example) => (typeof example === 'string' ? ([example, ''] as const) : example));
  const width = Math.max(...pairs.map(([command, meaning]) => (meaning === '' ? 0 : command.length)));
  return pairs
    .map(([command, meaning]) => (meaning === '' ? command : `${command.padEnd(width)}  # ${meaning}`))
    .join('\n');
}

function noteText(note: Note): string {
  return typeof note === 'string' ? pageText(note) : table(note.head, note.rows);
}

/** Links are written for the page; their words name the file from the root, for the terminal. */
function pageText(text: string): string {
  return text.replaceAll('[docs/', '[');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => pageText(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function missing(typed: string): never {
  throw new Error(`"${typed}" has no manual: give it one with explain() in its definition`);
}

const program = process.argv[1];
if (program !== undefined && pathToFileURL(program).href === import.meta.url) writeFileSync(page, await cliReference());
