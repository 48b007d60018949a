import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import { defaultSocket, listForeignSessions } from '../../src/terminal/foreign-sessions.ts';

let environment: Record<string, string | undefined>;
let socket: string;

beforeEach(() => {
  environment = { PATH: process.env.PATH, TMUX_TMPDIR: mkdtempSync(join(tmpdir(), 'foreign-')) };
  socket = defaultSocket(environment);
  mkdirSync(dirname(socket), { mode: 0o700 });
});

afterEach(async () => {
  await runCommand('tmux', ['-S', socket, 'kill-server']);
  rmSync(environment.TMUX_TMPDIR!, { recursive: true, force: true });
});

it('names the matching sessions of the default server and leaves them alone', async () => {
  for (const name of ['claude-session-1', 'claude-session-12', 'mine']) {
    await runCommand('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', '-d', '-s', name, 'exec cat']);
  }
  const pattern = /^claude-session-\d+$/g;
  expect(await listForeignSessions(pattern, { environment })).toEqual(['claude-session-1', 'claude-session-12']);
  expect(await listForeignSessions(pattern, { environment })).toHaveLength(2);
  const { stdout } = await runCommand('tmux', ['-S', socket, 'list-sessions', '-F', '#{session_name}']);
  expect(stdout.trim().split('\n')).toHaveLength(3);
});

it('finds none where no server runs, and starts none', async () => {
  expect(await listForeignSessions(/./, { environment })).toEqual([]);
  expect(existsSync(socket)).toBe(false);
});

it('finds none behind a socket that nobody listens to, and without tmux', async () => {
  writeFileSync(socket, '');
  expect(await listForeignSessions(/./, { environment })).toEqual([]);
  expect(await listForeignSessions(/./, { environment, tmuxCommand: 'no-tmux-here' })).toEqual([]);
});

it('looks where tmux itself would', () => {
  const uid = process.getuid?.() ?? 0;
  expect(defaultSocket({})).toBe(`/tmp/tmux-${uid}/default`);
  expect(defaultSocket({ TMUX_TMPDIR: '' })).toBe(`/tmp/tmux-${uid}/default`);
  expect(defaultSocket({ TMUX_TMPDIR: '/x' })).toBe(`/x/tmux-${uid}/default`);
});
