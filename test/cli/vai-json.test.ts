import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { outputs } from '../../src/control/outputs.ts';
import { answered, late, permission, waiting } from '../control/planted.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';
import { compiledSources } from './compiled-sources.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

/** What a command printed, which must be exactly what the schema says: no key more, none less. */
function read(name: keyof typeof outputs, stdout: string): unknown {
  expect(stdout).toMatch(/^[^\n]+\n$/);
  const value: unknown = JSON.parse(stdout);
  expect(outputs[name].parse(value)).toEqual(value);
  return value;
}

describe('MS-06: --json', () => {
  it.each([
    [['status'], 'status'],
    [['top'], 'top'],
    [['list-sessions'], 'list-sessions'],
    [['prompts'], 'prompts'],
    [['start'], 'start'],
    [['add-session', '222222222222222222'], 'add-session'],
    [['remove-session', '1'], 'remove-session'],
    [['recover', '1'], 'recover'],
    [['send', '1', 'x'], 'send'],
    [['answer', 'k3f9', 'deny', '--message', 'no'], 'answer'],
    [['answer', 'k3f9', '--choose', 'A=B'], 'answer'],
    [['catch-up', '1'], 'catch-up'],
    [['catch-up', '1', '--run'], 'catch-up'],
    [['queue', '1'], 'queue'],
    [['queue', '1', '--remove', waiting.id, '--mode', 'steer'], 'queue'],
    [['interrupt', '1'], 'interrupt'],
    [['trace', answered.id], 'trace'],
    [['pair'], 'pair'],
  ] as const)('vai %j prints what its schema says', async (args, name) => {
    await line.serve();
    line.api.openPrompts = [permission];
    line.api.queued = [waiting];
    line.api.held = [late, { ...late, channelName: '一般' }];
    line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: '一般' };
    const result = await line.vai(...args, '--json');
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    read(name, result.stdout);
  });

  it('has the name of a channel beside its id', async () => {
    await line.serve();
    line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: '一般' };
    const named = { channel: '111111111111111111', channelName: '一般' };
    expect(read('status', (await line.vai('status', '--json')).stdout)).toMatchObject({ sessions: [named] });
    expect(read('list-sessions', (await line.vai('list-sessions', '--json')).stdout)).toMatchObject([named]);
    expect((await line.vai('status')).stdout).toMatch(/^1 {2}#一般 {4}idle {3}\d+ days ago {2}scripted$/m);
    expect((await line.vai('list-sessions')).stdout).toContain('1  111111111111111111  #一般  scripted');
  });

  it('a stopped bridge has a status too', async () => {
    const result = await line.vai('status', '--json');
    expect(result).toMatchObject({ exitCode: 3, stderr: '' });
    expect(read('status', result.stdout)).toEqual({ running: false });
  });

  it('inside a pane the reads are the same', async () => {
    await line.serve();
    for (const name of ['status', 'list-sessions', 'prompts'] as const) {
      const result = await line.run('vai', [name, '--json'], { environment: paneEnvironment });
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      read(name, result.stdout);
    }
  });

  it('dp says what it did, when --json is its first word', async () => {
    await line.serve();
    const result = await line.dp('--json', '1', 'done');
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(read('dp', result.stdout)).toEqual({ channel: '111111111111111111' });
    expect(await line.dp('--json')).toMatchObject({ exitCode: 0, stdout: '' });
    expect(line.api.calls.map(({ details }) => details)).toMatchObject([{ text: 'done' }, { text: '--json' }]);
  });

  it('never has colours, whatever is asked for', async () => {
    await line.serve();
    const result = await line.run('vai', ['status', '--json'], { environment: { FORCE_COLOR: '1' } });
    read('status', result.stdout);
    expect((await line.run('vai', ['status'], { environment: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[32m');
    const none = await line.run('vai', ['status', '--no-color'], { environment: { FORCE_COLOR: '1' } });
    expect(none.stdout).not.toContain('\u001b');
  });
});

describe('BX-01: a chat connection that has failed for good', () => {
  beforeEach(async () => {
    await line.serve();
    line.api.chat = { kind: 'discord', state: 'failed', detail: 'The token is wrong.\nCorrect it.', owned: true };
  });

  const told = 'The message is stored, but cannot be posted now: The token is wrong. / Correct it.\n';

  it('dp stores, and says why nothing can be posted', async () => {
    expect(await line.dp('1', 'x')).toMatchObject({ exitCode: 0, stdout: '', stderr: `dp: ${told}` });
    const result = await line.dp('--json', '1', 'x');
    expect(read('dp', result.stdout)).toHaveProperty('obstacle', 'The token is wrong.\nCorrect it.');
    expect(result.stderr).toBe(`dp: ${told}`);
  });

  it('vai send does too', async () => {
    const result = await line.vai('send', '1', 'x', '--json');
    expect(result).toMatchObject({
      exitCode: 0,
      stderr: 'vai: The text is stored, but cannot be posted now: The token is wrong. / Correct it.\n',
    });
    expect(read('send', result.stdout)).toMatchObject({ session: 1, obstacle: 'The token is wrong.\nCorrect it.' });
  });
});

describe('a reader that has seen enough', () => {
  it.each([['status'], ['status --json'], ['status --watch'], ['help'], ['completion bash']])(
    'ends vai %s without a word',
    async (args) => {
      await line.serve();
      line.api.sessions.length = 0;
      const vai = `'${process.execPath}' '${join(compiledSources(), 'cli/vai.js')}'`;
      const shell = spawn('sh', ['-c', `${vai} ${args} --no-color | head -n 1`], { env: { ...line.environment } });
      const chunks = { stdout: '', stderr: '' };
      shell.stdout.on('data', (chunk: Buffer) => (chunks.stdout += chunk.toString()));
      shell.stderr.on('data', (chunk: Buffer) => (chunks.stderr += chunk.toString()));
      // A watch notices at its next line, so it gets one.
      const nudge = setInterval(() => {
        line.api.chat = { ...line.api.chat, detail: `at ${performance.now()}` };
      }, 100);
      expect(await once(shell, 'close')).toEqual([0, null]);
      clearInterval(nudge);
      expect(chunks.stdout.split('\n')).toHaveLength(2);
      expect(chunks.stderr).toBe('');
    },
  );
});
