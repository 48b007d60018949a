import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { outputs } from '../../src/control/outputs.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

const id = '123456789012345678';

let scope: Scope;
let line: CommandLine;

beforeEach(async () => {
  scope = new Scope();
  line = new CommandLine(scope);
  await line.serve();
});

afterEach(() => scope.close());

const asked = (method: string): readonly unknown[] =>
  line.api.calls.filter((call) => call.method === method).map(({ details }) => details);

describe('vai access', () => {
  it('says what to do when nobody was named', async () => {
    expect(await line.vai('access')).toMatchObject({
      exitCode: 0,
      stdout: 'Nobody was named: nothing from the chat is run. Begin with: vai pair\n',
    });
  });

  it('grants, lists and revokes', async () => {
    const { stdout, exitCode } = await line.vai('access', 'grant', id, 'operator', '--session', '2', '--decide', 'no');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      `Success: user ${id} in session 2 is operator now, who may not decide what the agent asks\n`,
    );
    expect((await line.vai('access', 'list')).stdout).toMatch(
      new RegExp(`^session 2 +user +${id} +operator +no +bridge.json$`, 'm'),
    );
    expect(await line.vai('access', 'revoke', id)).toMatchObject({
      exitCode: 1,
      stderr: `vai: Nothing is said of user ${id} everywhere. See what is said, and where: vai access.\n`,
    });
    expect((await line.vai('access', 'revoke', id, '--session', '2')).stdout).toContain(
      `Success: what was said of user ${id} in session 2 is taken back\n`,
    );
    expect(asked('grantAccess')).toEqual([{ kind: 'user', id, role: 'operator', session: 2, decide: false }]);
    expect(asked('revokeAccess')).toEqual([
      { kind: 'user', id },
      { kind: 'user', id, session: 2 },
    ]);
  });

  it('prints JSON of the shape that is promised', async () => {
    const granted = await line.vai('access', 'grant', id, 'member', '--kind', 'role', '--json');
    expect(outputs.access.parse(JSON.parse(granted.stdout))).toEqual({
      entries: [{ kind: 'role', id, role: 'member', decides: false, from: 'file' }],
      granted: { kind: 'role', id, role: 'member', decides: false, from: 'file' },
    });
    const revoked = await line.vai('access', 'revoke', id, '--kind', 'role', '--json');
    expect(outputs.access.parse(JSON.parse(revoked.stdout))).toEqual({ entries: [], revoked: { kind: 'role', id } });
  });

  it.each([
    [['grant'], 'The id is missing.'],
    [['grant', id], 'The role is missing.'],
    [['grant', id, 'boss'], 'Allowed choices are owner, operator, member, viewer, none.'],
    [['grant', '1234', 'member'], 'An id has 15 to 20 digits.'],
    [['grant', id, 'member', '--kind', 'team'], 'Allowed choices are user, role, bot.'],
    [['grant', id, 'member', '--session', '0'], 'It must be a session number'],
    [['revoke', id, 'member'], 'What is taken back has no role.'],
    [['list', id], 'The list takes no id.'],
    [['allow', id], 'Allowed choices are list, grant, revoke.'],
  ])('%j is a mistake of usage, and changes nothing', async (words, says) => {
    const { exitCode, stderr } = await line.vai('access', ...words);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect([...asked('grantAccess'), ...asked('revokeAccess')]).toEqual([]);
  });

  it('BX-09: is not for a process inside a session', async () => {
    for (const words of [[], ['grant', id, 'owner'], ['revoke', id]]) {
      expect(await line.run('vai', ['access', ...words], { environment: paneEnvironment })).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('not allowed') as string,
      });
    }
    expect(line.api.accessEntries).toEqual([]);
  });

  it('completes deeds, ids and roles', async () => {
    await line.vai('access', 'grant', id, 'member');
    const complete = async (...words: readonly string[]): Promise<string> =>
      (await line.vai('__complete', 'vai', ...words)).stdout;
    expect(await complete('access', '')).toContain('grant');
    expect(await complete('access', 'revoke', '')).toContain(`${id}\tuser, member`);
    expect(await complete('access', 'grant', id, '')).toContain('operator');
    expect(await complete('access', 'grant', id, 'member', '--kind', '')).toContain('bot');
  });
});
