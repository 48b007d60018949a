import { mkdirSync, openSync, rmSync, utimesSync, writeFileSync, closeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { ownDaemonRecord, writeDaemonRecord } from '../../../src/control/daemon-record.ts';
import type { Actor } from '../../../src/model/access.ts';
import type { BridgeStatus, SessionStatus } from '../../../src/contracts/bridge-api.ts';
import { daemonCheck } from '../../../src/doctor/checks/daemon.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

/** A bridge in memory whose state is what the test wants. */
class PlantedBridge extends FakeBridgeApi {
  planted: Partial<BridgeStatus> = {};
  session: Partial<SessionStatus> = {};

  override async status(actor: Actor): Promise<BridgeStatus> {
    const status = await super.status(actor);
    return { ...status, sessions: status.sessions.map((one) => ({ ...one, ...this.session })), ...this.planted };
  }
}

let world: DoctorWorld;
let api: PlantedBridge;
beforeEach(() => {
  world = new DoctorWorld();
  api = new PlantedBridge();
});
afterEach(() => world.close());

/** A running bridge with all its files. */
async function start(): Promise<void> {
  const { paths } = world;
  await world.serve(api);
  writeFileSync(join(paths.runtime, 'tmux.sock'), '');
  for (const path of [paths.logs, paths.config, paths.monitoring, join(paths.state, 'sessions.local', '1')])
    mkdirSync(path, { recursive: true });
  writeDaemonRecord(paths.daemonRecord, ownDaemonRecord(paths.controlSocket));
  api.planted = { tmuxSocket: join(paths.runtime, 'tmux.sock'), home: paths.home, version: world.look().version };
}

/** Something that takes connections and never answers, with the record of a daemon of that process. */
function startDeaf(pid = process.pid): void {
  const { paths } = world;
  mkdirSync(paths.state, { recursive: true });
  mkdirSync(paths.runtime, { mode: 0o700 });
  const deaf = createServer((socket) => socket.destroy()).listen(paths.controlSocket);
  world.scope.defer('deaf', () => void deaf.close());
  writeDaemonRecord(paths.daemonRecord, { ...ownDaemonRecord(paths.controlSocket), pid });
}

const find = (): ReturnType<typeof faultsOf> => faultsOf(daemonCheck(world.look({}, { packageRoot: own() })));

/** A package of this version that was built long ago. */
function own(): string {
  const root = join(world.directory, 'package');
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ version: api.planted.version ?? '0.0.0' }));
  writeFileSync(join(root, 'dist', 'main.js'), '');
  utimesSync(join(root, 'dist', 'main.js'), 1_000_000, built);
  return root;
}
let built = 1_000_000;

describe('daemonCheck', () => {
  it('notes that nothing runs', async () => {
    expect(await find()).toMatchObject([{ id: 'daemon-stopped', level: 'note', do: 'vai start' }]);
  });

  it('finds nothing wrong with a bridge that is well', async () => {
    await start();
    expect(await find()).toEqual([]);
  });

  it('finds channels that refuse the bot', async () => {
    await start();
    api.planted = { ...api.planted, outbox: { pending: 3, parked: 1 } };
    expect(await find()).toMatchObject([{ id: 'channel-parked', do: 'vai outbox; then: vai outbox --retry' }]);
  });

  it('finds a log that cannot be written', async () => {
    await start();
    const trouble = { file: '/logs/audit.jsonl', error: 'ENOSPC', since: '2026-11-20T02:10:00.000Z', lost: 3 };
    api.planted = { ...api.planted, logTroubles: [trouble] };
    expect(await find()).toMatchObject([
      {
        id: 'log-unwritable',
        says: expect.stringContaining('3 lines are lost'),
        do: expect.stringContaining('/logs;'),
      },
    ]);
  });

  it('finds a process that lives and does not answer', async () => {
    startDeaf();
    expect(await find()).toMatchObject([
      { id: 'daemon-silent', says: expect.stringContaining(`process ${process.pid}`) },
    ]);
  });

  it('names no process when the record is of one that is gone: its number may be another’s', async () => {
    startDeaf(999_999_999);
    const found = await find();
    expect(found).toMatchObject([{ id: 'daemon-silent', says: expect.stringContaining('process unknown') }]);
    expect(JSON.stringify(found)).not.toContain('999999999');
  });

  it('finds the control socket removed under the running bridge', async () => {
    await start();
    rmSync(world.paths.controlSocket);
    expect(await find()).toMatchObject([{ id: 'daemon-files-gone', says: expect.stringContaining('control.sock') }]);
  });

  it.each([
    ['the state', (): string => world.paths.state],
    ["a session's directory", (): string => join(world.paths.state, 'sessions.local', '1')],
    ["tmux's socket", (): string => join(world.paths.runtime, 'tmux.sock')],
  ])('finds %s removed under the running bridge', async (_name, path) => {
    await start();
    rmSync(path(), { recursive: true });
    const found = await find();
    expect(found.map(({ id }) => id)).toEqual(['daemon-files-gone']);
    expect(found[0]?.says).toContain(path());
  });

  it('misses no tmux server, and nothing of a session, where no agent runs', async () => {
    await start();
    api.session = { lifecycle: 'stopped', state: 'unknown' };
    rmSync(join(world.paths.runtime, 'tmux.sock'));
    rmSync(join(world.paths.state, 'sessions.local', '1'), { recursive: true });
    expect(await find()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('finds a file that the bridge has open and that is gone', async () => {
    await start();
    const path = join(world.paths.state, 'open');
    const file = openSync(path, 'w');
    world.scope.defer('file', () => closeSync(file));
    rmSync(path);
    expect(await find()).toMatchObject([{ id: 'daemon-files-gone', says: expect.stringContaining(path) }]);
  });

  it('says nothing of logs that were removed: they are made again with the next line', async () => {
    await start();
    const file = openSync(join(world.paths.logs, 'bridge.log'), 'w');
    world.scope.defer('file', () => closeSync(file));
    rmSync(world.paths.logs, { recursive: true });
    expect(await find()).toEqual([]);
  });

  it('finds a bridge of another version', async () => {
    await start();
    const root = own();
    api.planted = { ...api.planted, version: '0.0.1' };
    expect(await idsOf(daemonCheck(world.look({}, { packageRoot: root })))).toEqual(['daemon-other-version']);
  });

  it('finds a bridge that was built again after its start', async () => {
    await start();
    built = Date.now() / 1000 + 60;
    expect((await find()).map(({ id }) => id)).toEqual(['daemon-outdated']);
    built = 1_000_000;
  });

  it('notes settings that were changed after its start', async () => {
    await start();
    const file = world.write('config/.env', 'LOG_LEVEL=info\n');
    utimesSync(file, 1_000_000, 1_000_000);
    expect(await find()).toEqual([]);
    utimesSync(file, 1_000_000, Date.now() / 1000 + 60);
    expect(await find()).toMatchObject([
      { id: 'daemon-older-settings', level: 'note', do: expect.stringContaining('vai restart') },
    ]);
  });

  it('finds a chat that failed, one that is away, and that nobody owns the bridge', async () => {
    await start();
    api.chat = { ...api.chat, state: 'failed', detail: 'The token was refused.' };
    expect(await find()).toMatchObject([
      { id: 'chat-failed', says: expect.stringContaining('The token was refused.') },
    ]);
    api.chat = { ...api.chat, state: 'reconnecting', owned: false };
    expect((await find()).map(({ id }) => id)).toEqual(['chat-away', 'nobody-owns']);
  });

  it.each<[string, Partial<SessionStatus>]>([
    ['session-failed', { lifecycle: 'failed', detail: 'no space left' }],
    ['session-lost', { lifecycle: 'lost' }],
    ['session-wants-login', { state: 'waiting', waitingFor: 'login' }],
    ['session-wants-trust', { state: 'waiting', waitingFor: 'trust' }],
    ['session-waits', { state: 'waiting', waitingFor: 'permission' }],
    ['session-error', { state: 'error' }],
  ])('finds %s', async (id, session) => {
    await start();
    api.session = session;
    const found = await find();
    expect(found.map((finding) => finding.id)).toEqual([id]);
    expect(found[0]?.says).toContain('ession 1');
    expect(found[0]?.do).toBeTruthy();
  });

  it('sends a question about trust to where it is decided without a terminal', async () => {
    await start();
    api.session = { state: 'waiting', waitingFor: 'trust' };
    expect(await find()).toMatchObject([{ do: 'vai prompts; or: vai attach 1' }]);
  });

  it("finds that another user's bridge does not let us in", async () => {
    const look = world.look();
    const error = new BridgeError('daemon-forbidden', 'This user may not.', { advice: 'Use that user.' });
    const daemon = async () => ({ kind: 'silent', pid: 1, socket: world.paths.controlSocket, error }) as const;
    expect(await idsOf(daemonCheck({ ...look, daemon }))).toEqual(['daemon-forbidden']);
  });

  it('finds a record that may not be read', async () => {
    mkdirSync(world.paths.daemonRecord, { recursive: true });
    expect(await find()).toMatchObject([{ id: 'daemon-forbidden', says: expect.stringContaining('EISDIR') }]);
  });
});
