import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { outputs } from '../../src/control/outputs.ts';
import { requestSchema } from '../../src/control/protocol.ts';
import { refused } from '../control/planted.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(async () => {
  scope = new Scope();
  line = new CommandLine(scope);
  await line.serve();
});

afterEach(() => scope.close());

describe('vai outbox', () => {
  it('says so when nothing waits', async () => {
    expect(await line.vai('outbox')).toMatchObject({ exitCode: 0, stdout: 'Nothing waits to be posted.\n' });
  });

  it('shows the channels that refuse the bot and what waits', async () => {
    line.api.outgoing = { ...refused, total: 7 };
    const { stdout, exitCode } = await line.vai('outbox');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^#work \(111111111111111111\): the bot may not post there, since .*\. 2 wait: .*outbox --retry$/m,
    );
    expect(stdout).toMatch(/^text:1:a +#work +text \(1 of 3 out, 1 file\) .* the answer$/m);
    expect(stdout).toMatch(/^reaction:answered:x +111111111111111111 +reaction .* answered$/m);
    expect(stdout).toMatch(/^and 5 more$/m);
  });

  it('tries channels again: all, or one', async () => {
    line.api.outgoing = refused;
    expect((await line.vai('outbox', '--retry')).stdout).toContain('Success: trying 111111111111111111 again');
    expect((await line.vai('outbox', '--retry')).stdout).toContain('No channel is held back.');
    line.api.outgoing = refused;
    expect(await line.vai('outbox', '--retry', '111111111111111111')).toMatchObject({ exitCode: 0 });
    expect(await line.vai('outbox', '--retry', '222222222222222222')).toMatchObject({
      exitCode: 1,
      stderr: 'vai: Channel 222222222222222222 is not held back. See "vai outbox".\n',
    });
    const tried = line.api.calls.filter(({ method }) => method === 'retryOutbox').map(({ details }) => details);
    expect(tried).toEqual([
      { channel: undefined },
      { channel: undefined },
      { channel: '111111111111111111' },
      { channel: '222222222222222222' },
    ]);
  });

  it('gives one thing up', async () => {
    line.api.outgoing = refused;
    expect((await line.vai('outbox', '--drop', 'text:1:a')).stdout).toContain('Success: text:1:a dropped\n');
    expect(await line.vai('outbox', '--drop', 'text:1:a')).toMatchObject({
      exitCode: 1,
      stderr: 'vai: Nothing with the key "text:1:a" waits to be posted. See what waits with: vai outbox.\n',
    });
  });

  it.each([[[]], [['--retry']], [['--drop', 'text:1:a', '--retry', '111111111111111111']]])(
    'MS-06: %j with --json prints what its schema says',
    async (args) => {
      line.api.outgoing = refused;
      const { stdout, exitCode } = await line.vai('outbox', ...args, '--json');
      expect(exitCode).toBe(0);
      const value: unknown = JSON.parse(stdout);
      expect(outputs.outbox.parse(value)).toEqual(value);
    },
  );

  it('BX-09: a process inside a session sees nothing of it', async () => {
    for (const args of [['outbox'], ['outbox', '--retry'], ['outbox', '--drop', 'x']]) {
      const result = await line.run('vai', args, { environment: paneEnvironment });
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    }
  });
});

describe('requestSchema', () => {
  it.each([
    { id: '1', method: 'outbox', params: {} },
    { id: '1', method: 'retryOutbox', params: {} },
    { id: '1', method: 'retryOutbox', params: { channel: '1' } },
    { id: '1', method: 'dropOutbox', params: { key: 'k' } },
    { id: '1', method: 'post', params: { target: { kind: 'default' }, text: '', files: ['/a'] } },
  ])('takes %j', (request) => {
    expect(requestSchema.safeParse(request).success).toBe(true);
  });

  it.each([
    { id: '1', method: 'dropOutbox', params: {} },
    { id: '1', method: 'post', params: { target: { kind: 'default' }, text: '', files: [1] } },
    {
      id: '1',
      method: 'post',
      params: { target: { kind: 'default' }, text: '', files: Array.from({ length: 101 }, () => '/a') },
    },
  ])('refuses %j', (request) => {
    expect(requestSchema.safeParse(request).success).toBe(false);
  });
});
