import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CliContext } from '../../src/cli/context.ts';
import { describeProgram } from '../../src/cli/program.ts';

const root = resolve(import.meta.dirname, '../..');
const pages: readonly string[] = [
  'README.md',
  'README.ja.md',
  'CLAUDE.md',
  ...readdirSync(join(root, 'docs'), { encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The options that each command has, by all names that the command and the options go by. */
const optionsOf: ReadonlyMap<string, readonly string[]> = new Map(
  describeProgram(new CliContext({})).commands.flatMap((command) => {
    const own = command.options.flatMap(({ long, short }) => [long, short].filter((name) => typeof name === 'string'));
    return [command.name(), ...command.aliases()].map((name) => [name, [...own, '--help', '--no-color']] as const);
  }),
);

/** What a page says that one may type: spans of code, and lines of blocks for the shell without their comments. */
function typed(page: string): readonly string[] {
  const block = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;
  const lines = [...page.matchAll(block)]
    .filter(([, , language]) => language === 'sh')
    .flatMap(([, , , text = '']) => text.split('\n').map((line) => line.replace(/(^|\s)# .*/, '')));
  return [...lines, ...[...page.replace(block, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)];
}

/** What is wrong with each call of vai in a text, in words. */
function problemsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|[\s/(;])vai ([a-z][\w-]*)([^|;&)]*)/g)].flatMap(([call, command = '', rest = '']) => {
    const options = optionsOf.get(command);
    if (options === undefined) return [`${call.trim()}: there is no such command`];
    const bare = rest.replace(/"[^"]*"/g, '');
    return [...bare.matchAll(/(?<=\s)--?[a-z][\w-]*/g)].flatMap(([option]) =>
      options.includes(option) ? [] : [`${call.trim()}: ${command} has no ${option}`],
    );
  });
}

describe('what the pages tell one to type', () => {
  it.each(pages)('%s: there are these commands, with these options', (page) => {
    expect(typed(readFileSync(join(root, page), 'utf8')).flatMap(problemsOf)).toEqual([]);
  });

  it('is found in spans and blocks, and what there is not is named', () => {
    const page =
      '`vai stopp 4`\n\n```sh\nvai stop --now   # vai nothing\nbin/vai status --watch; vai send 1 "--hi"\n```\n';
    expect(typed(page).flatMap(problemsOf)).toEqual([
      'vai stop --now: stop has no --now',
      'vai stopp 4: there is no such command',
    ]);
  });
});
