import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { measured } from '../control/planted.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';
import { compiledSources } from './compiled-sources.ts';
import { TmuxScreen } from './tmux-screen.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

describe('MS-08: vai top', () => {
  it('prints once where there is no terminal, without colours', async () => {
    await line.serve();
    const { exitCode, stdout, stderr } = await line.vai('top');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^The bridge 0\.1\.0: 114 MB, 1 % of a processor\n/);
    expect(stdout).toMatch(/^1 {2}111111111111111111 {2}busy {3}13 % {2}429 MB /m);
    expect(stdout).not.toContain('\u001b');
    expect((await line.vai('top', '--once')).stdout).toBe(stdout);
  });

  it('works inside a session, which may look', async () => {
    await line.serve();
    expect(await line.run('vai', ['top'], { environment: paneEnvironment })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('says so when no bridge runs, and ends with 3', async () => {
    expect(await line.vai('top')).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringContaining('not running'),
    });
    expect(await line.vai('top', '--json')).toMatchObject({ exitCode: 3, stdout: '' });
  });

  it('refuses an interval where it looks once, and an order that there is not', async () => {
    expect(await line.vai('top', '--once', '--interval', '5')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await line.vai('top', '--sort', 'beauty')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('on a terminal, follows what changes until q', async () => {
    const server = await line.serve();
    const screen = new TmuxScreen(scope, { directory: line.directory, environment: { ...line.environment } });
    const program = join(compiledSources(), 'cli/vai.js');
    screen.type(`'${process.execPath}' '${program}' top --interval 0.1; echo "ended with $?"`);
    screen.press('Enter');
    await screen.waitFor(/1 +111111111111111111 +busy +13 %/);
    expect(screen.text()).toMatch(/UTC, every 0\.1 s\. q ends\./);
    const [session] = measured.latest.sessions;
    line.api.measured = { ...measured, latest: { ...measured.latest, sessions: [{ ...session!, cpu: 77 }] } };
    await screen.waitFor(/busy +77 %/);
    await server.close();
    await screen.waitFor('not running');
    await line.serve();
    await screen.waitFor(/busy +77 %/);
    screen.press('q');
    expect(await screen.waitFor('ended with 0')).not.toContain('PROCESSES');
  });
});
