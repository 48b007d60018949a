import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { TmuxScreen } from '../cli/tmux-screen.ts';
import { Installation } from './support/installation.ts';
import { commandLineOf } from './support/leftovers.ts';
import { until } from './support/until.ts';

const vai = join(import.meta.dirname, '../../dist/cli/vai.js');

let scope: Scope;
let bridge: Installation;
let directory: string;

beforeEach(async () => {
  scope = new Scope();
  directory = mkdtempSync(join(tmpdir(), 'bridge-view-'));
  scope.defer('directory', () => rmSync(directory, { recursive: true, force: true }));
  bridge = new Installation();
  scope.defer('installation', () => bridge.destroy());
  await bridge.startDaemon();
});

afterEach(() => scope.close());

async function addSessions(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect(await bridge.run('vai', ['add-session', 'new'])).toMatchObject({ exitCode: 0 });
  }
}

/** A terminal with a shell in which the view is started; it says afterwards how that ended. */
function openView(args = '', more: { columns?: number; rows?: number; directory?: string } = {}): TmuxScreen {
  mkdirSync(more.directory ?? directory, { recursive: true });
  const screen = new TmuxScreen(scope, {
    directory,
    environment: bridge.environment,
    columns: 200,
    rows: 50,
    ...more,
  });
  startView(screen, args);
  return screen;
}

function startView(screen: TmuxScreen, args = ''): void {
  screen.type(`clear; '${process.execPath}' '${vai}' view ${args}; echo "ended with $?"`);
  screen.press('Enter');
}

async function leaveView(screen: TmuxScreen): Promise<void> {
  screen.press('C-b', 'd');
  await screen.waitFor('ended with 0');
}

/** The lines above the tiles: `1 session-1 idle`. */
function names(text: string): readonly string[] {
  return [...text.matchAll(/[─┬┼┴├┤] (\d+ [^─│┬┼┴]*?) [─┬┼┴├┤]/gu)].map(([, name = '']) => name.trim());
}

const session = (number: number, state = 'idle'): string => `${number} session-${number} ${state}`;
const sessions = (...numbers: readonly number[]): readonly string[] => numbers.map((number) => session(number));

/** Sizes of the agents' windows, and who looks at them. */
async function agentWindows(): Promise<readonly string[]> {
  const { stdout } = await bridge.tmux('list-windows', '-a', '-F', '#{session_name} #{window_width}x#{window_height}');
  return stdout.split('\n').filter((line) => line.startsWith('claude-session-'));
}

/** Nothing of a view: no tile, no anchor, no server, no client, no socket. */
async function expectNothingLeft(): Promise<void> {
  await until(() => viewProcesses().length === 0, {
    what: 'the processes of the view to end',
  });
  await expectOnlyTheBridge();
  // The command itself ends after its processes, and takes its socket along.
  const sockets = (): readonly string[] => readdirSync(dirname(bridge.paths.tmuxSocket)).sort();
  await expect.poll(sockets, { timeout: 20_000 }).toEqual(['control.sock', 'tmux.sock']);
}

/** Nobody looks at the agents' terminals but the bridge. The server hears of the end of a client a moment later. */
async function expectOnlyTheBridge(): Promise<void> {
  const clients = async (): Promise<readonly string[]> => {
    const { stdout } = await bridge.tmux('list-clients', '-F', '#{client_session} #{client_flags}');
    return stdout.trim().split('\n');
  };
  await expect.poll(clients, { timeout: 20_000 }).toEqual([expect.stringMatching(/^HUB .*control-mode/)]);
}

describe('MS-06: vai view', () => {
  it('shows more than six sessions, takes what is typed, follows them, and leaves nothing behind', async () => {
    await addSessions(6);
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === sessions(1, 2, 3, 4, 5, 6, 7).join());
    const shown = await screen.waitFor((text) => text.split('Built-in practice agent').length === 8);
    expect(shown).not.toContain('Too many for one window');

    // Typing goes to the tile that is chosen; another one is an arrow away.
    screen.type('first tile');
    screen.press('Enter');
    await screen.waitFor('You said: first tile');
    screen.press('C-b', 'Right');
    screen.type('second tile');
    screen.press('Enter');
    await screen.waitFor('You said: second tile');
    const { stdout } = await bridge.tmux('capture-pane', '-p', '-t', '=claude-session-2:');
    expect(stdout).toContain('You said: second tile');

    // The agents keep their size.
    expect(new Set((await agentWindows()).map((line) => line.split(' ')[1]))).toEqual(new Set(['120x40']));

    await addSessions(1);
    await screen.waitFor((text) => names(text).includes(session(8)));
    await bridge.run('vai', ['remove-session', '3']);
    await screen.waitFor((text) => names(text).join() === sessions(1, 2, 4, 5, 6, 7, 8).join());

    await leaveView(screen);
    await expectNothingLeft();
    expect(await bridge.tmuxSessions()).toHaveLength(7);
  });

  it('shows an agent again that was restarted, and tells how sessions are', async () => {
    await addSessions(1);
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === sessions(1, 2).join());
    const before = await bridge.session(2);
    process.kill(before.pid!, 'SIGKILL');
    await until(async () => (await bridge.session(2)).generation > before.generation, { what: 'the recovery' });
    await screen.waitFor(
      (text) => text.split('Built-in practice agent').length === 3 && names(text).join() === sessions(1, 2).join(),
    );
    screen.press('C-b', 'Right');
    screen.type('ask permission');
    screen.press('C-u');
    screen.type('still there');
    screen.press('Enter');
    await screen.waitFor('You said: still there');
    expect(new Set((await agentWindows()).map((line) => line.split(' ')[1]))).toEqual(new Set(['120x40']));
  });

  it('survives a restart of the bridge, and says so meanwhile', async () => {
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === session(1));
    expect(await bridge.run('vai', ['stop', '--keep-sessions'])).toMatchObject({ exitCode: 0 });
    await screen.waitFor('The bridge is not running.');
    screen.type('nobody listens');
    screen.press('Enter');
    await screen.waitFor('You said: nobody listens');
    expect(await bridge.startDaemon()).toEqual({ kind: 'ready' });
    await screen.waitFor((text) => !text.includes('The bridge is not running.'));
    expect(await bridge.run('vai', ['stop'])).toMatchObject({ exitCode: 0 });
    await screen.waitFor('not there now');
    await until(() => !existsSync(bridge.paths.tmuxSocket), { what: 'the end of the terminals’ server' });
    // tmux's own attaching would start a server there, again and again.
    await sleep(1_500);
    expect(existsSync(bridge.paths.tmuxSocket)).toBe(false);
    expect(await bridge.startDaemon()).toEqual({ kind: 'ready' });
    await screen.waitFor((text) => text.includes('Built-in practice agent') && names(text).join() === session(1));
    expect(await agentWindows()).toEqual(['claude-session-1 120x40']);
  });

  it('opens further windows when tiles get too small, says so, and deals anew when the size changes', async () => {
    await addSessions(4);
    const screen = openView('', { columns: 80, rows: 24 });
    const first = await screen.waitFor('Too many for one window: 1 of 2');
    await screen.waitFor((text) => names(text).join() === sessions(1, 2, 3, 4).join());
    expect(first).toContain('C-b n: next');
    screen.press('C-b', 'n');
    await screen.waitFor((text) => names(text).join() === session(5) && text.includes('2 of 2'));
    screen.resize(200, 50);
    await screen.waitFor((text) => names(text).join() === sessions(1, 2, 3, 4, 5).join() && !text.includes('Too many'));
    screen.resize(80, 24);
    await screen.waitFor('Too many for one window');
  });

  it('--only shows these, and one tile alone when asked', async () => {
    await addSessions(3);
    const screen = openView('--only 4,2');
    await screen.waitFor((text) => names(text).join() === sessions(2, 4).join());
    screen.press('C-b', 'z');
    await screen.waitFor((text) => names(text).join() === session(2));
    screen.press('C-b', 'z');
    await screen.waitFor((text) => names(text).length === 2);
  });

  it('opens on a terminal that does not know its size', async () => {
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === session(1));
    await leaveView(screen);
    screen.type('stty rows 0 cols 0');
    screen.press('Enter');
    startView(screen);
    await screen.waitFor((text) => names(text).join() === session(1));
    await leaveView(screen);
  });

  it('opens on a terminal that brings its own description', async () => {
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === session(1));
    await leaveView(screen);
    const kept = join(directory, 'terminfo');
    screen.type(
      `infocmp xterm-256color | sed 's/^xterm-256color|/strange|/' >'${kept}.ti'; tic -x -o '${kept}' '${kept}.ti'; TERM=strange; export TERM TERMINFO='${kept}'`,
    );
    screen.press('Enter');
    startView(screen);
    await screen.waitFor((text) => names(text).join() === session(1));
    await leaveView(screen);
  });

  it('works inside a tmux, and ends with its terminal', async () => {
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === session(1));
    // The person closes the window: the terminal is gone, and nobody says goodbye.
    screen.close();
    await expectNothingLeft();
  });

  it('nothing stays of a view that was ended by SIGTERM', async () => {
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === session(1));
    const [pid] = bridge
      .processes()
      .filter((one) => commandLineOf(one).includes('vai.js view') && !commandLineOf(one).startsWith('sh'));
    process.kill(pid!, 'SIGTERM');
    await screen.waitFor('ended with 143');
    await until(() => viewProcesses().length === 0, { what: 'the view to end' });
    await expectOnlyTheBridge();
  });

  it('the next view ends what one left behind that was killed', async () => {
    const screen = openView();
    await screen.waitFor((text) => names(text).join() === session(1));
    const [pid] = bridge
      .processes()
      .filter((one) => commandLineOf(one).includes('vai.js view') && !commandLineOf(one).startsWith('sh'));
    process.kill(pid!, 'SIGKILL');
    const left = `v${pid!}`;
    const next = openView('', { directory: join(directory, 'next') });
    await next.waitFor((text) => names(text).join() === session(1));
    await until(() => !viewProcesses().some((line) => line.includes(`/${left} `)), { what: 'the old view to end' });
    const { tmuxSocket } = await bridge.json<{ tmuxSocket: string }>('status');
    await until(() => !readdirSync(dirname(tmuxSocket)).includes(left), { what: 'its socket to be removed' });
    await leaveView(next);
  });

  it('says what is wrong', async () => {
    expect(await bridge.run('vai', ['view'])).toMatchObject({
      exitCode: 1,
      stderr: 'vai: view needs a terminal, and this is none. For programs there is: vai status --watch --json\n',
    });
    const screen = openView('--only 9');
    await screen.waitFor('vai: There is no session 9. See: vai list-sessions');
    await screen.waitFor('ended with 1');
    await expectNothingLeft();
  });
});

/** Tiles, the anchor, the server and its clients: the socket is named after the process of the view. */
function viewProcesses(): readonly string[] {
  return bridge
    .processes()
    .map(commandLineOf)
    .filter((line) => /vai-view-|\/v\d+ /.test(line));
}
