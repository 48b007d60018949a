import { describe, expect, it } from 'vitest';

import { CliContext } from '../../src/cli/context.ts';
import { helpText, manualOf } from '../../src/cli/manual.ts';
import { describeProgram } from '../../src/cli/program.ts';

describe('helpText', () => {
  it('shows notes without the marks of the page, wrapped, and tables, exit codes, examples', () => {
    const text = helpText(
      {
        notes: [
          'Reads `the file`, see [docs/a.md](a.md#b).',
          {
            head: ['State', 'Means'],
            rows: [
              ['`idle`', 'takes the next message that somebody writes to it'],
              ['`a very long state of it`', 'x'],
            ],
          },
        ],
        exits: { 3: 'nothing runs' },
        examples: ['vai x', ['vai x --long', 'with a word']],
      },
      40,
    );
    expect(text).toBe(`
Reads the file, see docs/a.md.

  idle           takes the next message
                 that somebody writes to
                 it
  a very long state of it
                 x

Exit codes:
  3  nothing runs

Examples:
  vai x
  vai x --long  with a word`);
  });
});

describe('every command', () => {
  const { commands } = describeProgram(new CliContext({}));

  it.each(commands.map((command) => [command.name(), command] as const))(
    '%s has a manual with examples of it',
    (name, command) => {
      const examples = manualOf(command)?.examples.map((example) =>
        typeof example === 'string' ? example : example[0],
      );
      expect(examples?.length).toBeGreaterThan(0);
      const own = name === 'start' ? /\bvai\b/ : new RegExp(`\\bvai ${name}\\b`);
      for (const example of examples ?? []) expect(example).toMatch(own);
    },
  );

  it.each(
    commands.flatMap((command) => command.options.map((option) => [command.name(), option.flags, option] as const)),
  )('%s %s is explained', (_name, _flags, option) => {
    expect(option.description).not.toBe('');
  });
});
