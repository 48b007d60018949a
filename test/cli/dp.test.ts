import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

function posted(): unknown {
  expect(line.api.calls).toHaveLength(1);
  expect(line.api.calls[0]?.method).toBe('post');
  return line.api.calls[0]?.details;
}

describe('MS-05: dp', () => {
  it('posts to the default session without a word', async () => {
    await line.serve();
    expect(await line.dp('the build is green')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(posted()).toEqual({ target: { kind: 'default' }, text: 'the build is green' });
    expect(line.api.calls[0]?.actor).toEqual({ kind: 'local' });
  });

  it('reads the message from standard input', async () => {
    await line.serve();
    const text = 'as \\n it\n\n  is 日本語';
    expect(await line.run('dp', ['1', '-'], { input: `${text}\n` })).toMatchObject({ exitCode: 0 });
    expect(posted()).toEqual({ target: { kind: 'session', session: 1 }, text });
  });

  it("inside a pane it posts to that session's channel, and to no other", async () => {
    await line.serve();
    expect(await line.run('dp', ['done'], { environment: paneEnvironment })).toMatchObject({ exitCode: 0 });
    expect(posted()).toEqual({ target: { kind: 'session', session: 1 }, text: 'done' });
    expect(line.api.calls[0]?.actor).toEqual({ kind: 'pane', session: 1 });
    const other = await line.run('dp', ['2', 'hello'], { environment: paneEnvironment });
    expect(other).toMatchObject({ exitCode: 1 });
    expect(other.stderr).toContain('may only read and post to its own channel');
  });

  it('names files as they are called from where it runs, with a message or without', async () => {
    await line.serve();
    expect(await line.dp('1', '--file', 'shot.png', '/tmp/a b.txt', 'look')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await line.dp('--file', '../x')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(line.api.calls.map(({ details }) => details)).toEqual([
      {
        target: { kind: 'session', session: 1 },
        text: 'look',
        files: [join(line.directory, 'shot.png'), '/tmp/a b.txt'],
      },
      { target: { kind: 'default' }, text: '', files: [join(line.directory, '..', 'x')] },
    ]);
  });

  it('refuses an unknown session', async () => {
    await line.serve();
    expect(await line.dp('9', 'x')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'dp: There is no session 9. See "vai list-sessions".\n',
    });
  });

  it.each([
    [[], 2, 'dp: The message is missing.'],
    [[''], 2, 'dp: The message is empty.'],
    [['1', ' \\n '], 2, 'dp: The message is empty.'],
    [['-'], 2, 'dp: The message is empty.'],
    [['1', '--file'], 2, 'dp: --file needs the path of a file.'],
    [['--file', '/x', '-'], 2, 'dp: The message is empty.'],
    [['123456789012345678901', 'x'], 2, 'is neither a session number nor a channel id'],
  ])('refuses %j before it asks anybody', async (args, exitCode, words) => {
    const result = await line.run('dp', args, { input: '\n' });
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(words);
    expect(result.stderr).toMatch(/^dp: [^\n]+\n$/);
  });

  it('says what to do when no bridge runs', async () => {
    expect(await line.dp('hello')).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: 'dp: The bridge is not running. Start it with ./start-bridge.sh (or: vai start).\n',
    });
  });

  it('explains itself', async () => {
    expect(await line.dp('--help')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('vai send N "text"') as string,
    });
  });

  it('loads no schema library and no command-line library', async () => {
    await line.serve();
    const watched = await line.run('dp', ['hi'], { environment: { NODE_DEBUG: 'esm' } });
    expect(watched.exitCode).toBe(0);
    expect(watched.stderr).toContain('wire.js');
    expect(watched.stderr).not.toMatch(/node_modules\/(zod|commander|execa|pino)/);
  });
});
