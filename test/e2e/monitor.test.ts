import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findProcess } from '../../src/base/process-table.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

const standIn = join(import.meta.dirname, '..', 'bench', 'scale', 'claude-stand-in.pl');

/** Megabytes that the stray takes: an agent and its terminal take far less. */
const strayMegabytes = 150;

interface SampleJson {
  readonly timestamp: string;
  readonly sessions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly system: Readonly<Record<string, number>>;
}

let world: World;
let ops: string;

/** An agent that at its start leaves a process behind: in a session (`setsid`) of its own, and without its parent. */
function wayward(directory: string): string {
  const path = join(directory, 'wayward-agent');
  const stray = join(directory, 'stray.js');
  const take = `const taken = Buffer.alloc(${strayMegabytes} * 2 ** 20, 1); setInterval(() => taken.length, 1000);`;
  writeFileSync(stray, `require('node:fs').writeFileSync('${directory}/stray.pid', String(process.pid)); ${take}`);
  const leave = `(setsid '${process.execPath}' '${stray}' </dev/null >/dev/null 2>&1 &)`;
  const lines = [
    `[ "$BRIDGE_SESSION" = 1 ] && [ ! -e '${directory}/stray.pid' ] && ${leave}`,
    `exec '${standIn}' "$@"`,
  ];
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  return path;
}

function strayPid(): number {
  return Number(readFileSync(join(world.bridge.paths.config, 'stray.pid'), 'utf8'));
}

function samples(): readonly SampleJson[] {
  return JSON.parse(readFileSync(join(world.bridge.paths.monitoring, 'metrics.json'), 'utf8')) as SampleJson[];
}

/** The most memory that was ever measured of session 1, in bytes. */
function most(): number {
  return Math.max(...samples().map(({ sessions }) => Number(sessions['session_1']?.['memory_usage'])));
}

async function waitsFor(session: number): Promise<readonly (string | undefined)[]> {
  const queue = await world.bridge.json<{ messages: readonly { waitsFor?: string }[] }>('queue', String(session));
  return queue.messages.map((message) => message.waitsFor);
}

describe.runIf(process.platform === 'linux')('MS-08: an agent whose processes fork away from it', () => {
  beforeEach(async () => {
    world = await makeWorld({
      sessions: 2,
      environment: { AGENT: 'claude-code', LIMITS_SESSION_MEMORY: '100MB', MONITOR_INTERVAL: '1s' },
    });
    ops = world.discord.ensureChannel({ name: 'ops' });
    world.bridge.environment['OPS_CHANNEL'] = ops;
    world.bridge.environment['CLAUDE_COMMAND'] = wayward(world.bridge.paths.config);
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
  });

  afterEach(async () => {
    await world.destroy();
  });

  it('has them counted; its messages wait until they take less, the others’ do not, and both channels are told', async () => {
    const { owner, bridge, channels } = world;
    const [first = '', second = ''] = channels;
    await owner.hears(first, /⏸️ Session 1 takes .* it may take 100\.0 MB/);
    await owner.hears(ops, /⏸️ Session 1 takes .* it may take 100\.0 MB/);
    await owner.say(first, 'say one');
    await owner.say(first, 'say two');
    await owner.say(second, 'say three');
    await owner.hears(second, 'three');
    await until(async () => (await waitsFor(1)).includes('too much memory'), { what: 'a message that waits' });
    expect(await owner.heard(first)).not.toContain('one');
    const { stdout } = await bridge.run('vai', ['status']);
    expect(stdout).toContain('new messages wait');

    await until(() => most() > strayMegabytes * 2 ** 20, { what: 'all that the stray takes' });
    process.kill(strayPid(), 'SIGKILL');
    await owner.hears(first, /▶️ Session 1 takes/);
    await owner.hears(ops, /▶️ Session 1 takes/);
    await owner.hears(first, 'one');
    await owner.hears(first, 'two');
    const told = (await owner.heard(first)).filter((text) => /^(⏸️|▶️|⚠️)/.test(text));
    expect(told.map((text) => text.slice(0, 2))).toEqual(['⏸️', '▶️']);
    expect((await owner.heard(second)).filter((text) => /^(⏸️|▶️|⚠️)/.test(text))).toEqual([]);

    // Of a moment after its turns: one in the middle of the second tells of the first as well.
    const isAfterwards = ({ sessions }: SampleJson): boolean => {
      const { response_time: time, throttled, status } = sessions['session_1'] ?? {};
      return typeof time === 'number' && throttled === false && status === 'idle';
    };
    await until(() => samples().some(isAfterwards), { what: 'a later sample' });
    const kept = samples();
    expect(kept.some(({ sessions }) => sessions['session_1']?.['throttled'] === true)).toBe(true);
    expect(Number(kept.at(-1)?.sessions['session_2']?.['memory_usage'])).toBeGreaterThan(1_000_000);
    expect(kept.at(-1)?.system['total_memory']).toBeGreaterThan(100_000_000);
  });

  it('is throttled from the first moment after kill -9 of the bridge, and told of it once', async () => {
    const { owner, bridge, channels } = world;
    const [first = ''] = channels;
    await owner.hears(first, /⏸️ Session 1 takes/);
    await bridge.endDaemon('SIGKILL');
    await owner.say(first, 'say late');
    await bridge.startDaemon();
    await until(async () => (await waitsFor(1)).includes('too much memory'), { what: 'a message that waits' });
    process.kill(strayPid(), 'SIGKILL');
    await owner.hears(first, 'late');
    expect((await owner.heard(first)).filter((text) => text.startsWith('⏸️'))).toHaveLength(1);
    // A reader never sees half of it.
    expect(samples().length).toBeGreaterThan(1);
  });

  it('has them ended with it', async () => {
    const { bridge, owner, channels } = world;
    await owner.hears(channels[0]!, /⏸️ Session 1 takes/);
    const pid = strayPid();
    expect(await findProcess(pid)).toBeDefined();
    const { exitCode } = await bridge.run('vai', ['stop']);
    expect(exitCode).toBe(0);
    expect(await findProcess(pid)).toBeUndefined();
  });
});
