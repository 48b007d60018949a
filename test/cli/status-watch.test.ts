import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { outputs } from '../../src/control/outputs.ts';
import { CommandLine } from './command-line.ts';
import { compiledSources } from './compiled-sources.ts';
import { TmuxScreen } from './tmux-screen.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

const program = (): string => join(compiledSources(), 'cli/vai.js');

/** `vai status --watch` whose standard output is a pipe. */
function watch(...args: readonly string[]) {
  const child = spawn(process.execPath, [program(), 'status', '--watch', '--interval', '0.1', ...args], {
    env: line.environment,
  });
  scope.defer('watch', () => {
    child.kill('SIGKILL');
  });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  return { child, seen, lines: () => seen.stdout.split('\n').slice(0, -1) };
}

describe('vai status --watch into a pipe', () => {
  it('prints each change as a line, and follows a bridge that goes and comes back', async () => {
    const server = await line.serve();
    const { lines, seen } = watch();
    await expect.poll(() => lines().length).toBe(3);
    expect(lines()[2]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}session 1 111111111111111111: idle$/);
    line.api.states.set(1, { state: 'waiting', waitingFor: 'permission' });
    await expect.poll(() => lines().at(-1)).toMatch(/session 1 111111111111111111: waiting for a permission/);
    await server.close();
    await expect.poll(() => lines().at(-1)).toMatch(/bridge: not running$/);
    line.api.states.clear();
    await line.serve();
    await expect.poll(() => lines().slice(5).join('\n')).toMatch(/running[^]*ready[^]*: idle/);
    expect(lines()).toHaveLength(8);
    expect(seen.stderr).toBe('');
  });

  it('--json prints one object in a line, now and at each change', async () => {
    const server = await line.serve();
    const { lines } = watch('--json');
    await expect.poll(() => lines().length).toBe(1);
    line.api.states.set(1, { state: 'busy' });
    await expect.poll(() => lines().length).toBe(2);
    await server.close();
    await expect.poll(() => lines().length).toBe(3);
    const values = lines().map((text): unknown => JSON.parse(text));
    expect(values.map((value) => outputs.status.parse(value))).toEqual(values);
    expect(values).toMatchObject([
      { running: true, sessions: [{ state: 'idle' }] },
      { running: true, sessions: [{ state: 'busy' }] },
      { running: false },
    ]);
  });
});

describe('vai status --watch on a terminal', () => {
  const open = (size: { columns?: number; rows?: number } = {}, more: Readonly<Record<string, string>> = {}) =>
    new TmuxScreen(scope, { directory: line.directory, environment: { ...line.environment, ...more }, ...size });

  /** Starts the watch in a shell, which says afterwards how it ended. */
  const start = (screen: TmuxScreen): void => {
    screen.type(
      `'${process.execPath}' '${program()}' status -w --interval 0.1; echo "ended with $?, $(stty -a | grep -o '.icanon')"`,
    );
    screen.press('Enter');
  };

  it('redraws in place, follows what changes, and gives the terminal back at q', async () => {
    const server = await line.serve();
    line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: '一般' };
    const screen = open();
    screen.type('echo before');
    screen.press('Enter');
    start(screen);
    await screen.waitFor(/1 +#一般 +idle/);
    expect(screen.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    expect(screen.text()).toMatch(/UTC, every 0\.1 s\. q ends\./);
    expect(screen.styled()).toContain('\u001b[32midle');
    line.api.states.set(1, { state: 'waiting', waitingFor: 'question', detail: 'Which colour?' });
    const changed = await screen.waitFor('waiting for an answer');
    expect(changed).toContain('Session 1: Which colour?');
    await server.close();
    await screen.waitFor('The bridge is not running.');
    expect(screen.text()).not.toContain('#一般');
    line.api.states.clear();
    await line.serve();
    await screen.waitFor(/1 +#一般 +idle/);
    screen.press('q');
    const after = await screen.waitFor('ended with 0');
    expect(after).toContain('before');
    expect(after).not.toContain('#一般');
    expect(after).toContain(' icanon');
    expect(screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
  });

  it('fits the terminal, also when its size changes', async () => {
    await line.serve();
    line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: 'a-channel-with-a-name-that-is-quite-long' };
    for (let number = 2; number <= 20; number += 1) {
      await line.api.addSession({ kind: 'local' }, { channel: `2222222222222222${String(number).padStart(2, '0')}` });
    }
    const screen = open({ columns: 120, rows: 40 });
    start(screen);
    await screen.waitFor(/^20 /m);
    screen.resize(50, 12);
    const small = await screen.waitFor(/… \d+ more lines do not fit/);
    expect(small.trimEnd().split('\n')).toHaveLength(12);
    expect(small).toMatch(/^1 +#a-chann.*… +idle/m);
    screen.resize(120, 40);
    const large = await screen.waitFor(/^20 /m);
    expect(large).toContain('#a-channel-with-a-name-that-is-quite-long');
    screen.press('C-c');
    await screen.waitFor('ended with 0');
  });

  it('shows everything on a terminal that does not know its size', async () => {
    await line.serve();
    line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: 'a-channel-with-a-name' };
    const screen = open();
    screen.type('stty rows 0 cols 0');
    screen.press('Enter');
    start(screen);
    await screen.waitFor(/1 +#a-channel-with-a-name +idle/);
    screen.press('q');
    await screen.waitFor('ended with 0');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 0],
  ] as const)('gives the terminal back at %s', async (signal, code) => {
    await line.serve();
    const screen = open();
    screen.type('set -m');
    screen.press('Enter');
    start(screen);
    await screen.waitFor('q ends.');
    const pids = childrenOf(screen.pid);
    expect(pids).toHaveLength(1);
    process.kill(pids[0]!, signal);
    const after = await screen.waitFor(`ended with ${code}`);
    expect(after).toContain(' icanon');
    expect(screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
  });

  it('stops at Ctrl-Z, and is back as it was', async () => {
    await line.serve();
    const screen = open();
    screen.type('set -m');
    screen.press('Enter');
    start(screen);
    await screen.waitFor('q ends.');
    screen.press('C-z');
    await screen.waitFor('Stopped');
    expect(screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    screen.type('fg');
    screen.press('Enter');
    await screen.waitFor('q ends.');
    expect(screen.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    screen.press('q');
    await screen.waitFor('status -w');
    expect(screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
  });

  it('stays while the bridge answers what nobody understands', async () => {
    await line.serve();
    const screen = open();
    start(screen);
    await screen.waitFor('q ends.');
    line.api.pid = 'not a number' as unknown as number;
    await screen.waitFor('is not what was expected');
    line.api.pid = process.pid;
    await screen.waitFor(/1 +1{18} +idle/);
    screen.press('q');
    await screen.waitFor('ended with 0');
  });

  it('on a terminal that cannot redraw, changes are lines', async () => {
    await line.serve();
    const screen = open({}, {});
    screen.type('TERM=dumb');
    screen.press('Enter');
    start(screen);
    await screen.waitFor('session 1 111111111111111111: idle');
    expect(screen.ask('#{alternate_on}')).toBe('0');
    screen.press('C-c');
  });
});

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').map(Number).filter(Boolean);
}
