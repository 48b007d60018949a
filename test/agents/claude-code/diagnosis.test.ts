import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import {
  claudeLogin,
  claudeVersion,
  findDisabledHooks,
  isOlderThanTested,
  refusesRoot,
} from '../../../src/agents/claude-code/diagnosis.ts';
import { temporaryDirectory } from '../../storage/temporary-directory.ts';

let directory: string;
let environment: Record<string, string>;
beforeEach(() => {
  directory = temporaryDirectory();
  for (const name of ['home', 'temporary']) mkdirSync(join(directory, name));
  environment = { PATH: process.env['PATH'] ?? '', HOME: join(directory, 'home') };
});

/** A program that does this. */
function program(script: string): string {
  const file = join(directory, 'claude');
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

describe('claudeVersion', () => {
  it('reads what the CLI says', async () => {
    expect(await claudeVersion(program('echo "2.1.329 (Claude Code)"'), environment)).toEqual({ version: '2.1.329' });
  });

  it.each([
    ['echo nothing', /exit code 0, "nothing"/],
    ['echo "missing library" >&2; exit 127', /exit code 127, "missing library"/],
  ])('says why there is none: %s', async (script, words) => {
    expect(await claudeVersion(program(script), environment)).toMatchObject({ broken: expect.stringMatching(words) });
  });

  it('says that a program could not be started', async () => {
    expect(await claudeVersion(join(directory, 'none'), environment)).toHaveProperty('broken');
  });
});

describe('claudeLogin', () => {
  const answer = (text: string): string =>
    program(`echo "$CLAUDE_CONFIG_DIR" >${join(directory, 'asked')}; echo '${text}'`);

  it.each([
    ['{"loggedIn":true,"authMethod":"claude.ai","email":"me@example.org"}', { kind: 'logged-in', how: 'claude.ai' }],
    [
      '{"loggedIn":true,"authMethod":"api_key","apiKeySource":"ANTHROPIC_API_KEY"}',
      { kind: 'logged-in', how: 'api_key, ANTHROPIC_API_KEY' },
    ],
    ['{"loggedIn":false,"authMethod":"none"}', { kind: 'logged-out' }],
    ['error: unknown command', { kind: 'unknown', reason: 'this version does not tell' }],
  ])('reads %s', async (text, login) => {
    expect(await claudeLogin(answer(text), environment, join(directory, 'temporary'))).toEqual(login);
  });

  it('asks in an empty directory where the CLI was never started, so that it writes nothing into the home', async () => {
    const command = answer('{"loggedIn":false}');
    await claudeLogin(command, environment, join(directory, 'temporary'));
    const asked = readFileSync(join(directory, 'asked'), 'utf8').trim();
    expect(asked).toContain(join(directory, 'temporary'));
    expect(existsSync(asked)).toBe(false);
    expect(readdirSync(join(directory, 'temporary'))).toEqual([]);

    writeFileSync(join(directory, 'home', '.claude.json'), '{}');
    await claudeLogin(command, environment, join(directory, 'temporary'));
    expect(readFileSync(join(directory, 'asked'), 'utf8').trim()).toBe('');
  });
});

describe('findDisabledHooks', () => {
  it('looks at the settings of the user and of the machine', () => {
    const managed = join(directory, 'managed.json');
    expect(findDisabledHooks(environment, managed)).toBeUndefined();
    writeFileSync(managed, '{"allowManagedHooksOnly":true}');
    expect(findDisabledHooks(environment, managed)).toEqual({ file: managed, key: 'allowManagedHooksOnly' });
    const own = join(directory, 'home', '.claude');
    mkdirSync(own);
    writeFileSync(join(own, 'settings.json'), '{"disableAllHooks":true}');
    expect(findDisabledHooks(environment, managed)).toEqual({
      file: join(own, 'settings.json'),
      key: 'disableAllHooks',
    });
    writeFileSync(join(own, 'settings.json'), '{ not json');
    expect(findDisabledHooks(environment, join(directory, 'none'))).toBeUndefined();
  });
});

it.each([
  ['2.1.196', true],
  ['2.1.197', false],
  ['2.1.1000', false],
  ['10.0.0', false],
  ['1.9.999', true],
])('knows whether %s is older than what was tested', (version, older) => {
  expect(isOlderThanTested(version)).toBe(older);
});

it.each([
  [0, 'bypassPermissions', [], {}, true],
  [0, 'default', ['--dangerously-skip-permissions'], {}, true],
  [0, 'bypassPermissions', [], { IS_SANDBOX: '1' }, false],
  [0, 'default', [], {}, false],
  [1000, 'bypassPermissions', [], {}, false],
])('knows whether it refuses user %d with %s %j %j', (userId, permissionMode, args, extra, refuses) => {
  expect(refusesRoot({ userId, permissionMode, arguments: args, environment: { ...environment, ...extra } })).toBe(
    refuses,
  );
});
