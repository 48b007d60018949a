import { createServer } from 'node:net';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../../src/base/scope.ts';
import { permission } from '../../control/planted.ts';
import { CommandLine, paneEnvironment } from '../command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

function ask(...words: readonly string[]) {
  return line.vai('__complete', ...words);
}

describe('what a shell is told', () => {
  it('sessions with the names of their channels, prompts with their tools', async () => {
    await line.serve();
    line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: '一般\u001b[2J\ttwo\nlines' };
    line.api.openPrompts = [permission];
    expect(await ask('vai', 'recover', '')).toMatchObject({
      exitCode: 0,
      stdout: 'nothing\n1\t#一般\u{fffd}[2J two lines\n',
      stderr: '',
    });
    expect((await ask('dp', '')).stdout).toContain('\n1\t#一般');
    expect((await ask('vai', 'answer', '')).stdout).toBe('nothing\nk3f9\tWrite, session 1\n');
    expect((await ask('vai', 'add-session', '--dir', '')).stdout).toBe('directories\n');
    expect((await ask('vexit', '--k')).stdout).toContain('--keep-sessions\t');
    expect(line.api.calls.every(({ method }) => method === 'listSessions' || method === 'prompts')).toBe(true);
  });

  it('inside a pane too', async () => {
    await line.serve();
    const result = await line.run('vai', ['__complete', 'vai', 'attach', ''], { environment: paneEnvironment });
    expect(result.stdout).toBe('nothing\n1\t111111111111111111\n');
  });

  it('without a bridge, or by an unknown name, not a word too much', async () => {
    expect(await ask('vai', 'recover', '')).toMatchObject({ exitCode: 0, stdout: 'nothing\n', stderr: '' });
    for (const name of ['rm', 'constructor', '__proto__']) {
      expect(await ask(name, '')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    }
    expect(await ask()).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('a bridge that does not answer does not hold up the keyboard', async () => {
    mkdirSync(dirname(line.paths.controlSocket), { recursive: true, mode: 0o700 });
    const deaf = createServer(() => undefined).listen(line.paths.controlSocket);
    scope.defer('deaf server', () => {
      deaf.close();
    });
    const began = performance.now();
    expect(await ask('vai', 'logs', '')).toMatchObject({ exitCode: 0, stdout: 'nothing\nbridge\nstart\n', stderr: '' });
    expect(performance.now() - began).toBeLessThan(15_000); // Any other command would wait for 20 s.
  });

  it('loads neither the schema library nor what runs processes', async () => {
    await line.serve();
    const watched = await line.run('vai', ['__complete', 'vai', 'recover', ''], { environment: { NODE_DEBUG: 'esm' } });
    expect(watched.stdout).toContain('111111111111111111');
    expect(watched.stderr).toContain('wire.js');
    expect(watched.stderr).not.toMatch(/node_modules\/(zod|execa|pino)/);
  });
});
