import type { Command } from 'commander';

import { displayWidth } from './display-width.ts';
import { paint } from './style.ts';
import { alignColumns } from './table.ts';
import { terminalSize } from './terminal-size.ts';

/** A paragraph (plain Markdown: `code`, [text](target)), or a table. */
export type Note = string | { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

export type ExitCode = 0 | 1 | 2 | 3;

/** What there is to say about a command beyond its arguments and options. `--help` and docs/cli.md are made of it. */
export interface Manual {
  /** Command lines, with a word on what they do where it is not plain. */
  readonly examples: readonly (string | readonly [command: string, meaning: string])[];
  readonly notes?: readonly Note[];
  /** Exit codes that are worth a word here: most often, those that mean something else than everywhere. */
  readonly exits?: Readonly<Partial<Record<ExitCode, string>>>;
  /** It does its work without a running bridge, so it never ends with 3. */
  readonly alone?: true;
}

/** What exit codes mean where nothing else is said. */
export const usualExits: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'refused or failed; one line on standard error says why and what to do',
  2: 'wrong use',
  3: 'the bridge is not running',
};

const manuals = new WeakMap<Command, Manual>();
const widestText = 100;

/** Gives a command its manual; `--help` shows it from now on. */
export function explain(command: Command, manual: Manual): Command {
  manuals.set(command, manual);
  return command.addHelpText('after', () =>
    helpText(manual, Math.min(terminalSize(process.stdout).columns, widestText)),
  );
}

export function manualOf(command: Command): Manual | undefined {
  return manuals.get(command);
}

/** The manual as `--help` shows it, in lines of at most `width` columns. */
export function helpText({ examples, notes = [], exits = {} }: Manual, width: number): string {
  const codes = Object.entries(exits).map(([code, meaning]) => [`  ${code}`, meaning]);
  const uses = examples.map((example) =>
    typeof example === 'string' ? [`  ${example}`] : [`  ${example[0]}`, example[1]],
  );
  return [
    ...notes.map((note) => `\n${typeof note === 'string' ? wrap(withoutMarks(note), width) : tableText(note, width)}`),
    ...(codes.length === 0 ? [] : [`\nExit codes:\n${linesOf(codes)}`]),
    `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${linesOf(uses)}`,
  ].join('\n');
}

/** Two columns, the second one wrapped; below the first where that is wide. */
function tableText({ rows }: Exclude<Note, string>, width: number): string {
  const plain = rows.map((row) => row.map(withoutMarks));
  const first = Math.min(Math.max(...plain.map(([name = '']) => displayWidth(name))), Math.floor(width / 3));
  const indent = ' '.repeat(first + 4);
  return plain
    .map(([name = '', ...rest]) => {
      const meaning = wrap(rest.join('; '), width - indent.length).replaceAll('\n', `\n${indent}`);
      const room = first - displayWidth(name);
      return room < 0 ? `  ${name}\n${indent}${meaning}` : `  ${name}${' '.repeat(room)}  ${meaning}`;
    })
    .join('\n');
}

function linesOf(rows: readonly (readonly string[])[]): string {
  return alignColumns(rows)
    .map((line) => paint(line, false))
    .join('\n');
}

/** Markdown's marks are for the page; a terminal shows the words. */
function withoutMarks(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
