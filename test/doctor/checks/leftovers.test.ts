import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../../src/base/run-command.ts';
import { ownDaemonRecord, writeDaemonRecord } from '../../../src/control/daemon-record.ts';
import type { BridgeStatus } from '../../../src/contracts/bridge-api.ts';
import { leftoversCheck } from '../../../src/doctor/checks/leftovers.ts';
import type { Actor } from '../../../src/model/access.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
  mkdirSync(world.paths.state, { recursive: true });
});
afterEach(() => world.close());

/** A running bridge whose agents are on the tmux server at a socket. */
class BridgeAt extends FakeBridgeApi {
  readonly #socket: string;

  constructor(socket: string) {
    super();
    this.#socket = socket;
  }

  override async status(actor: Actor): Promise<BridgeStatus> {
    return { ...(await super.status(actor)), tmuxSocket: this.#socket };
  }
}

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

  it('takes the own server under another name of its place for no other one', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    await startTmux(world.paths.tmuxSocket, ['claude-session-1']);
    world.write('config/sessions.json', '{"1":"123456789012345678"}');
    const run = join(world.directory, 'run');
    symlinkSync(run, join(world.directory, 'link'));
    expect(await idsOf(leftoversCheck(world.look({ TMPDIR: `${run}/` })))).toEqual([]);
    expect(await idsOf(leftoversCheck(world.look({ TMPDIR: join(world.directory, 'link') })))).toEqual([]);
  });

  it('never advises to end what a bridge runs that was started with another run-time directory', async () => {
    await world.serve(new BridgeAt(world.paths.tmuxSocket));
    await startTmux(world.paths.tmuxSocket, ['claude-session-1']);
    world.write('config/sessions.json', '{"1":"123456789012345678"}');
    writeDaemonRecord(world.paths.daemonRecord, ownDaemonRecord(world.paths.controlSocket));
    if (process.platform === 'linux') await startProcess({ BRIDGE_HOME: world.paths.home, BRIDGE_SESSION: '1' });
    const other = join(world.directory, 'other');
    mkdirSync(other, { mode: 0o700 });
    const look = world.look({ XDG_RUNTIME_DIR: other });
    expect(look.paths.tmuxSocket).not.toBe(world.paths.tmuxSocket);
    expect(await idsOf(leftoversCheck(look))).toEqual([]);
  });

  it('concludes nothing from a tmux that does not answer', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    writeFileSync(world.paths.tmuxSocket, '');
    world.program('tmux', 'echo "need UTF-8 locale" >&2; exit 1');
    if (process.platform === 'linux') await startProcess({ BRIDGE_HOME: world.paths.home, BRIDGE_SESSION: '1' });
    expect(await leftoversCheck(world.look()).run()).toEqual([]);
  });

  it('leaves a socket alone that somebody answers', async () => {
    mkdirSync(world.paths.runtime, { mode: 0o700 });
    const server = createServer((socket) => socket.destroy()).listen(world.paths.controlSocket);
    await once(server, 'listening');
    world.scope.defer('server', () => void server.close());
    expect(await idsOf(leftoversCheck(world.look()))).toEqual([]);
  });
});
