import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findProcess } from '../../src/base/process-table.ts';
import { readDaemonRecord } from '../../src/control/daemon-record.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await makeWorld({ sessions: 4 });
});

afterEach(async () => {
  // A daemon of `vai start` is nobody's child.
  await world.bridge.run('vai', ['stop']);
  await world.destroy();
});

function vai(...args: readonly string[]) {
  return world.bridge.run('vai', args);
}

async function lifecycles(): Promise<readonly string[]> {
  const { sessions } = await world.bridge.json<{ readonly sessions: readonly { lifecycle: string }[] }>('status');
  return sessions.map(({ lifecycle }) => lifecycle);
}

/** As when the machine's owner kills the daemon; the agents run on. */
async function killDaemon(): Promise<void> {
  const { pid } = readDaemonRecord(world.bridge.paths.daemonRecord)!;
  process.kill(pid, 'SIGKILL');
  await until(async () => (await findProcess(pid)) === undefined, { what: 'the daemon to be gone' });
}

async function isAnswered(session: number, text: string): Promise<void> {
  const channel = world.channels[session - 1]!;
  await world.owner.seesReaction(channel, await world.owner.say(channel, text), '✅');
}

describe('MS-13: partial start and stop', () => {
  it('I8: what was stopped by its number stays so over kill -9, a plain start, a restart and a full stop, until it is asked for', async () => {
    const { owner, channels } = world;
    const channel = channels[3]!;
    expect(await vai('start')).toMatchObject({ exitCode: 0, stderr: '' });
    await isAnswered(4, 'count');
    const stopped = await vai('stop', '4');
    expect(stopped).toMatchObject({ exitCode: 0, stderr: '' });
    expect(stopped.stdout).toContain('Stopped session 4. It stays so until: ');
    expect(await world.bridge.tmuxSessions()).toEqual(['claude-session-1', 'claude-session-2', 'claude-session-3']);
    const waiting = await owner.say(channel, 'count');
    await owner.seesReaction(channel, waiting, '📥');
    await isAnswered(1, 'the others work');

    await killDaemon();
    const plain = await vai('start');
    expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
    expect(plain.stdout).toMatch(/Stopped on request, and not started: session 4\. Start: \S*vai start 4\n/);
    expect((await vai('restart')).exitCode).toBe(0);
    expect((await vai('stop')).exitCode).toBe(0);
    expect((await vai('start')).exitCode).toBe(0);
    expect(await lifecycles()).toEqual(['running', 'running', 'running', 'stopped']);
    expect((await owner.heard(channel)).filter((text) => text.includes('was stopped'))).toHaveLength(1);

    expect(await vai('start', '4')).toMatchObject({ exitCode: 0, stdout: 'Started session 4.\n', stderr: '' });
    await owner.seesReaction(channel, waiting, '✅');
    await owner.hears(channel, /\b2\b/); // Counted by an agent that has its history.
  });

  it('I1: a bridge that is killed between the wish and the end of the agent ends it at its next start', async () => {
    const { bridge } = world;
    await bridge.startMortalDaemon('stop:written');
    const { pid } = await bridge.session(1);
    expect((await vai('stop', '1')).exitCode).toBe(1);
    expect(await bridge.daemonSignal(5_000)).toBe('SIGKILL');
    expect(await findProcess(pid!)).toBeDefined();
    expect(await vai('start')).toMatchObject({ exitCode: 0, stderr: '' });
    await until(async () => (await findProcess(pid!)) === undefined, { what: 'the agent to be gone' });
    expect(await bridge.session(1)).toMatchObject({ lifecycle: 'stopped', staysDown: 'asked', pid: null });
    expect(await lifecycles()).toEqual(['stopped', 'running', 'running', 'running']);
  });

  it('I8: an agent of which the last daemon knew only that it was being started is none that nobody stops', async () => {
    expect(await vai('start')).toMatchObject({ exitCode: 0 });
    expect((await vai('stop', '4')).exitCode).toBe(0);
    await vai('stop', '--keep-sessions');
    // The three others are found again before.
    await world.bridge.startMortalDaemon('start:launched#4');
    expect((await vai('start', '4')).exitCode).toBe(1);
    expect(await world.bridge.daemonSignal(5_000)).toBe('SIGKILL');
    expect(await world.bridge.tmuxSessions()).toContain('claude-session-4');
    expect((await vai('start', '2')).exitCode).toBe(0);
    expect(await lifecycles()).toEqual(['running', 'running', 'running', 'stopped']);
    expect(await world.bridge.tmuxSessions()).not.toContain('claude-session-4');
  });

  it('a start of two brings these up, adopts a live one, and leaves the rest down; an unknown number starts nothing', async () => {
    expect(await vai('start', '2', '9')).toMatchObject({ exitCode: 1, stdout: '' });
    expect(readDaemonRecord(world.bridge.paths.daemonRecord)).toBeUndefined();
    expect((await vai('start', '1')).exitCode).toBe(0);
    expect(await lifecycles()).toEqual(['running', 'stopped', 'stopped', 'stopped']);
    const { pid } = await world.bridge.session(1);
    expect((await vai('stop', '--keep-sessions')).exitCode).toBe(0);
    const started = await vai('start', '2', '3');
    expect(started).toMatchObject({ exitCode: 0, stderr: '' });
    expect(started.stdout).toContain('not started: session 4.');
    expect(await lifecycles()).toEqual(['running', 'running', 'running', 'stopped']);
    expect((await world.bridge.session(1)).pid).toBe(pid);
    await isAnswered(2, 'hello');
    expect(await vai('start', '--all')).toMatchObject({ exitCode: 0 });
    await isAnswered(4, 'hello');
  });

  it('a start with one broken session says which runs, which does not and why, and ends with 1', async () => {
    const { bridge, channels } = world;
    const gone = { channel: channels[2]!, workDir: `${bridge.paths.home}/gone` };
    const map = { 1: channels[0]!, 2: channels[1]!, 3: gone } as unknown as Readonly<Record<string, string>>;
    bridge.writeSessions(map);
    for (const args of [['start'], ['start', '1', '3']]) {
      const started = await vai(...args);
      expect(started.exitCode).toBe(1);
      expect(started.stderr).toMatch(
        /^vai: Not running: session 3 \(.*gone.*is not a directory.*\)\. Running: 1, 2\. .*\n$/,
      );
    }
    await isAnswered(1, 'hello');
  });

  it('a restart of one agent: a new process with its history; when idle, no turn is cut and the next message waits', async () => {
    const { owner, bridge, channels } = world;
    const channel = channels[0]!;
    expect((await vai('start', '1')).exitCode).toBe(0);
    await isAnswered(1, 'count');
    const before = await bridge.session(1);
    expect(await vai('restart', '1')).toMatchObject({ exitCode: 0, stdout: 'Restarted session 1.\n' });
    expect(await bridge.session(1)).toMatchObject({
      generation: before.generation + 1,
      agentSession: before.agentSession,
    });

    const slow = await owner.say(channel, 'slow 4');
    await owner.seesReaction(channel, slow, '⚙️');
    const restarted = vai('restart', '1', '--when-idle');
    const next = await owner.say(channel, 'count');
    expect(await restarted).toMatchObject({ exitCode: 0, stderr: '' });
    await owner.seesReaction(channel, slow, '✅');
    await owner.seesReaction(channel, next, '✅');
    await owner.hears(channel, /\b3\b/);
    expect((await bridge.session(1)).generation).toBe(before.generation + 2);
  });

  it('a restart of the bridge when idle waits for the turn that runs; the agents run on', async () => {
    const { owner, bridge, channels } = world;
    const channel = channels[0]!;
    expect((await vai('start', '1')).exitCode).toBe(0);
    const [{ pid }, agent] = [readDaemonRecord(bridge.paths.daemonRecord)!, await bridge.session(1)];
    const slow = await owner.say(channel, 'slow 4');
    await owner.seesReaction(channel, slow, '⚙️');
    const restarting = vai('restart', '--when-idle');
    await owner.seesReaction(channel, slow, '✅');
    expect((await restarting).exitCode).toBe(0);
    expect(readDaemonRecord(bridge.paths.daemonRecord)?.pid).not.toBe(pid);
    expect(await bridge.session(1)).toMatchObject({ pid: agent.pid, generation: agent.generation });
  });
});
