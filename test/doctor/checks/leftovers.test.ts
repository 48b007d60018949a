import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../../src/base/run-command.ts';
import { leftoversCheck } from '../../../src/doctor/checks/leftovers.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
  mkdirSync(world.paths.state, { recursive: true });
});
afterEach(() => world.close());

/** A tmux server at a socket with these sessions. */
async function startTmux(socket: string, sessions: readonly string[]): Promise<void> {
  for (const name of sessions) {
    await runCommand('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', '-d', '-s', name, 'sleep 600']);
  }
  world.scope.defer('tmux', async () => {
    await runCommand('tmux', ['-S', socket, 'kill-server']);
  });
}

/** A process with this in its environment. */
async function startProcess(environment: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn('sleep', ['600'], { env: { PATH: process.env['PATH'] ?? '', ...environment }, stdio: 'ignore' });
  await once(child, 'spawn');
  world.scope.defer('process', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child.pid!;
}

describe('leftoversCheck', () => {
  it('finds nothing in a fresh home', async () => {
    expect(await idsOf(leftoversCheck(world.look()))).toEqual([]);
  });

  it('finds the socket and the record of a bridge that is gone', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    // A killed process leaves its socket; a server that is closed would take it along.
    const script = `require('net').createServer().listen(${JSON.stringify(world.paths.controlSocket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await runCommand(process.execPath, ['-e', script]);
    writeFileSync(world.paths.daemonRecord, JSON.stringify({ pid: 999_999_999, socket: world.paths.controlSocket }));
    expect(await idsOf(leftoversCheck(world.look()))).toEqual(['socket-stale', 'record-stale']);
  });

  it('finds agents that no map knows', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    await startTmux(world.paths.tmuxSocket, ['HUB', 'claude-session-1', 'claude-session-7']);
    world.write('config/sessions.json', '{"1":"123456789012345678"}');
    expect(await faultsOf(leftoversCheck(world.look()))).toMatchObject([
      { id: 'tmux-strangers', says: expect.stringContaining('claude-session-7') },
    ]);
  });

  it('finds an empty tmux server of this home in another run-time directory', async () => {
    const other = join(world.directory, 'other', basename(world.paths.runtime));
    mkdirSync(other, { recursive: true, mode: 0o700 });
    await startTmux(join(other, 'tmux.sock'), ['HUB']);
    const found = await faultsOf(leftoversCheck(world.look({ TMPDIR: join(world.directory, 'other') })));
    expect(found).toMatchObject([{ id: 'tmux-elsewhere', do: `tmux -S ${join(other, 'tmux.sock')} kill-server` }]);
    expect(found[0]?.says).toContain('in it: nothing');
  });

  it.runIf(process.platform === 'linux')('finds processes of sessions that do not run, and only those', async () => {
    const home = world.paths.home;
    await startProcess({ BRIDGE_HOME: '/another/home', BRIDGE_SESSION: '3' });
    await startProcess({ BRIDGE_HOME: home });
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    await startTmux(world.paths.tmuxSocket, ['claude-session-1']);
    world.write('config/sessions.json', '{"1":"123456789012345678"}');
    await startProcess({ BRIDGE_HOME: home, BRIDGE_SESSION: '1' });
    const orphan = await startProcess({ BRIDGE_HOME: home, BRIDGE_SESSION: '3' });
    expect(await faultsOf(leftoversCheck(world.look()))).toMatchObject([
      {
        id: 'orphan-process',
        says: `Process ${orphan} (sleep) belongs to session 3, which does not run.`,
        do: `kill ${orphan}`,
      },
    ]);
  });

  it('leaves a socket alone that somebody answers', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    const server = createServer((socket) => socket.destroy()).listen(world.paths.controlSocket);
    await once(server, 'listening');
    world.scope.defer('server', () => void server.close());
    expect(await idsOf(leftoversCheck(world.look()))).toEqual([]);
  });
});
