import { describe, expect, it } from 'vitest';

import type { Command } from '../../../../src/local-discord/page/commands/command-index.ts';
import { listCommands } from '../../../../src/local-discord/page/commands/command-index.ts';
import { checkValues, sentOptions } from '../../../../src/local-discord/page/commands/option-values.ts';
import { commands } from '../commands.ts';

function named(name: string): Command {
  const command = listCommands(commands).find((one) => one.name === name);
  if (!command) throw new Error(`the test has no command "${name}"`);
  return command;
}

const problems = (name: string, values: Record<string, string>): object =>
  Object.fromEntries(checkValues(named(name), new Map(Object.entries(values))));
const right = { branch: 'main', where: 'stg' };

describe('what is filled into a command', () => {
  it.each([
    [{}, { branch: 'missing', where: 'missing' }],
    [right, {}],
    [{ ...right, where: 'Production' }, {}],
    [{ ...right, where: 'Mars' }, { where: 'not-a-choice' }],
    [{ ...right, replicas: '3' }, {}],
    [{ ...right, replicas: '2.5' }, { replicas: 'not-a-number' }],
    [{ ...right, replicas: 'many' }, { replicas: 'not-a-number' }],
    [{ ...right, replicas: ' ' }, { replicas: 'not-a-number' }],
    [{ ...right, replicas: '0' }, { replicas: 'too-small' }],
    [{ ...right, replicas: '10' }, { replicas: 'too-large' }],
    [{ ...right, force: 'perhaps' }, { force: 'not-a-choice' }],
    [{ ...right, log: 'x' }, { log: 'unsupported' }],
    [{ ...right, branch: 'x'.repeat(41) }, { branch: 'too-large' }],
  ])('%o', (values, expected) => {
    expect(problems('deploy', values)).toEqual(expected);
  });

  it('is sent in its own kind', () => {
    const values = new Map(Object.entries({ branch: 'main', where: 'Production', force: 'True', replicas: '3' }));
    expect(sentOptions(named('deploy'), values)).toEqual([
      { type: 3, name: 'branch', value: 'main' },
      { type: 3, name: 'where', value: 'prd' },
      { type: 5, name: 'force', value: true },
      { type: 4, name: 'replicas', value: 3 },
    ]);
  });

  it('is sent inside the parts of its command, with ids out of mentions', () => {
    expect(sentOptions(named('session add'), new Map([['channel', '<#123>']]))).toEqual([
      { type: 1, name: 'add', options: [{ type: 7, name: 'channel', value: '123' }] },
    ]);
    expect(sentOptions(named('session limits set'), new Map())).toEqual([
      { type: 2, name: 'limits', options: [{ type: 1, name: 'set', options: [] }] },
    ]);
  });

  it('is sent as it stands while it is being written', () => {
    expect(sentOptions(named('deploy'), new Map([['branch', 'fe']]), 'branch')).toEqual([
      { type: 3, name: 'branch', value: 'fe', focused: true },
    ]);
  });
});
