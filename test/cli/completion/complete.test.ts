import { describe, expect, it } from 'vitest';

import { complete } from '../../../src/cli/completion/complete.ts';
import type { Lookups } from '../../../src/cli/completion/complete.ts';
import { CliContext } from '../../../src/cli/context.ts';
import { describeDp } from '../../../src/cli/dp-command.ts';
import { describeProgram } from '../../../src/cli/program.ts';

const lookups: Lookups = {
  sessions: async () => [
    { value: '1', description: '#general' },
    { value: '12', description: '#一般' },
    { value: '2', description: '222222222222222222' },
  ],
  access: async () => [{ value: '123456789012345678', description: 'user, member' }],
  prompts: async () => [
    { value: 'k3f9', description: 'Write, session 1' },
    { value: 'p7aa', description: 'Bash, session 2' },
  ],
};
const silent: Lookups = { sessions: async () => [], prompts: async () => [], access: async () => [] };

const vai = describeProgram(new CliContext({}));

async function values(...words: readonly string[]): Promise<readonly string[]> {
  return (await complete(vai, words, lookups)).candidates.map(({ value }) => value);
}

describe('complete', () => {
  it('knows every command of the program, and no other', async () => {
    expect(await values('')).toEqual(vai.commands.map((command) => command.name()));
    expect(await values('re')).toEqual(
      vai.commands.map((command) => command.name()).filter((name) => name.startsWith('re')),
    );
    expect(await values('status', '')).toEqual([]);
    expect(await values('fly', '')).toEqual([]);
  });

  it.each(vai.commands.map((command) => [command.name(), command] as const))(
    'knows every visible option of %s',
    async (name, command) => {
      const long = command.options.filter((option) => !option.hidden).map((option) => option.long);
      expect(await values(name, '--')).toEqual([...long, '--help']);
    },
  );

  it('offers an option once, unless it may be repeated', async () => {
    expect(await values('status', '--json', '--')).not.toContain('--json');
    expect(await values('status', '-w', '--')).not.toContain('--watch');
    expect(await values('answer', 'k3f9', '--choose', 'A=B', '--')).toContain('--choose');
    expect(await values('--no')).toEqual(['--no-color']);
  });

  it.each([
    [
      ['recover', ''],
      ['1', '12', '2'],
    ],
    [
      ['recover', '1'],
      ['1', '12'],
    ],
    [['recover', '1', ''], []],
    [
      ['stop', '2', '1'],
      ['1', '12'],
    ],
    [
      ['start', ''],
      ['1', '12', '2'],
    ],
    [
      ['attach', '--no-color', ''],
      ['1', '12', '2'],
    ],
    [
      ['send', ''],
      ['1', '12', '2'],
    ],
    [
      ['answer', ''],
      ['k3f9', 'p7aa'],
    ],
    [
      ['answer', 'k3f9', ''],
      ['allow', 'deny'],
    ],
    [['answer', 'k3f9', 'deny', '--message', ''], []],
    [
      ['logs', ''],
      ['1', '12', '2', 'bridge', 'start'],
    ],
    [['logs', '-n', ''], []],
    [['logs', '-n', '5', '-f', 'b'], ['bridge']],
    [['add-session', ''], ['new']],
    [
      ['add-session', '--agent', ''],
      ['claude-code', 'scripted'],
    ],
    [['add-session', '--agent', '=', 's'], ['scripted']],
    [['add-session', '--agent=s'], ['--agent=scripted']],
    [['add-session', '--agent', 'scripted', ''], ['new']],
    [
      ['view', '--only', ''],
      ['1', '12', '2'],
    ],
    [
      ['view', '--only', '1,'],
      ['1,12', '1,2'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'stat'], ['status']],
    [['list-session', '--j'], ['--json']],
    [['send', '1', '--', '--'], []],
  ])('%j becomes %j', async (words, expected) => {
    expect(await values(...words)).toEqual(expected);
  });

  it('gives channels and tools as descriptions', async () => {
    expect((await complete(vai, ['attach', ''], lookups)).candidates[1]).toEqual({ value: '12', description: '#一般' });
    expect((await complete(vai, ['answer', 'p'], lookups)).candidates).toEqual([
      { value: 'p7aa', description: 'Bash, session 2' },
    ]);
  });

  it('leaves directories to the shell', async () => {
    expect(await complete(vai, ['add-session', '--dir', '/t'], lookups)).toEqual({
      candidates: [],
      disk: 'directories',
    });
  });

  it('knows dp and vexit by their own definitions', async () => {
    const dp = describeDp();
    expect((await complete(dp, [''], lookups)).candidates.map(({ value }) => value)).toEqual(['1', '12', '2']);
    expect((await complete(dp, ['2', ''], lookups)).candidates).toEqual([]);
    expect((await complete(dp, ['--j'], lookups)).candidates.map(({ value }) => value)).toEqual(['--json']);
    const stop = vai.commands.find((command) => command.name() === 'stop')!;
    expect((await complete(stop, ['--k'], lookups)).candidates.map(({ value }) => value)).toEqual(['--keep-sessions']);
  });

  it('without a bridge only what never changes is left', async () => {
    expect(await complete(vai, ['recover', ''], silent)).toEqual({ candidates: [], disk: 'nothing' });
    expect((await complete(vai, ['logs', ''], silent)).candidates.map(({ value }) => value)).toEqual([
      'bridge',
      'start',
    ]);
  });
});
