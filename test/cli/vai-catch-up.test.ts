import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { late } from '../control/planted.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(async () => {
  scope = new Scope();
  line = new CommandLine(scope);
  await line.serve();
  line.api.held = [late, { ...late, id: 'discord:2', channelName: 'plans', beginning: 'old \u001b[31mred' }];
});

afterEach(() => scope.close());

const asked = (): readonly object[] => line.api.calls.map(({ method, details }) => ({ method, ...details }));

describe('BX-01: vai catch-up', () => {
  it('lists what is held, and how to decide', async () => {
    const { exitCode, stdout, stderr } = await line.vai('catch-up', '1');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Session 1: 2 messages held\.\nWRITTEN +BY +CHANNEL +TEXT\n/);
    expect(stdout).toMatch(/^\d+ days ago +Olga +111111111111111111 +deploy it tonight$/m);
    expect(stdout).toMatch(/^\d+ days ago +Olga +#plans +old /m);
    expect(stdout).toMatch(/^Run: vai catch-up 1 --run +Drop: vai catch-up 1 --drop$/m);
    expect(stdout).not.toContain('\u001b');
    expect(asked()).toEqual([{ method: 'catchUp', session: 1 }]);
  });

  it.each([
    ['--run', 'run', 'Success: 2 messages will be run now, in order\n'],
    ['--drop', 'drop', 'Success: 2 messages dropped\n'],
  ])('%s decides', async (option, decision, told) => {
    expect(await line.vai('catch-up', '1', option)).toMatchObject({ exitCode: 0, stdout: told, stderr: '' });
    expect(asked()).toEqual([{ method: 'catchUp', session: 1, decision }]);
    const nothing = 'Nothing of session 1 is held.\n';
    expect((await line.vai('catch-up', '1', option)).stdout).toBe(nothing);
    expect((await line.vai('catch-up', '1')).stdout).toBe(nothing);
  });

  it('one message is called one', async () => {
    line.api.held = [late];
    expect((await line.vai('catch-up', '1')).stdout).toContain('Session 1: 1 message held.');
    expect((await line.vai('catch-up', '1', '--run')).stdout).toContain('Success: 1 message will be run now');
  });

  it('cannot be both, and needs a session that there is', async () => {
    const both = await line.vai('catch-up', '1', '--run', '--drop');
    expect(both).toMatchObject({ exitCode: 2, stdout: '' });
    expect(both.stderr).toContain('cannot be used with');
    expect(asked()).toEqual([]);
    const unknown = await line.vai('catch-up', '7');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('There is no session 7.');
  });

  it('BX-09: a process inside a pane may look, and decides nothing', async () => {
    const inPane = (...args: readonly string[]) => line.run('vai', args, { environment: paneEnvironment });
    expect(await inPane('catch-up', '1')).toMatchObject({ exitCode: 0 });
    expect(await inPane('catch-up', '1', '--run')).toMatchObject({ exitCode: 1, stdout: '' });
    expect(line.api.held).toHaveLength(2);
  });
});
