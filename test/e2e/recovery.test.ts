import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findProcess } from '../../src/base/process-table.ts';
import type { Recovery, RecoveryLine } from '../../src/contracts/recovery.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

/** A working practice agent draws every five seconds. */
const patience = { RECOVERY_INTERVAL: '1s', RECOVERY_PATIENCE: '8s' };

let world: World;
let channel: string;

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  world = await makeWorld({ environment });
  [channel] = world.channels as [string];
  expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
}

afterEach(async () => {
  await world.destroy();
});

async function agentPid(): Promise<number> {
  const { pid } = await world.bridge.session(1);
  if (pid === null) throw new Error('session 1 has no agent');
  return pid;
}

const attempts = async (): Promise<readonly RecoveryLine[]> =>
  world.bridge.json<readonly RecoveryLine[]>('recover', '--history', '1');
const tried = async (): Promise<readonly string[]> =>
  (await attempts()).map(({ step, attempt, outcome }) => `${step} ${attempt} ${outcome}`);
const heard = async (text: string): Promise<boolean> =>
  (await world.owner.heard(channel)).some((one) => one.includes(text));
const hears = async (text: string): Promise<unknown> =>
  until(() => heard(text), { what: `"${text}"`, timeoutMs: 60_000 });

/** Says something, and returns when the agent works on it. */
async function working(text: string): Promise<string> {
  const id = await world.owner.say(channel, text);
  await world.owner.seesReaction(channel, id, '⚙️');
  return id;
}

describe('MS-07: an agent that lives and does not move', () => {
  beforeEach(() => start(patience));

  it('suspended in its turn, it goes on after a push, and the turn comes to its end', async () => {
    const id = await working('slow 4');
    process.kill(await agentPid(), 'SIGSTOP');
    await hears('moves again');
    await world.owner.seesReaction(channel, id, '✅');
    expect(await heard('A slow answer')).toBe(true);
    expect(await tried()).toEqual(['nudge 1 helped']);
    expect((await world.bridge.session(1)).generation).toBe(1);
  });

  it('stuck for good, it is pushed, its turn stopped, and it is restarted with its history; nothing of it is left', async () => {
    await working('count');
    await hears('I have had 1 message.');
    const stuck = await agentPid();
    await working('hang');
    await hears('has shown no sign of life');
    await hears('moves again, after a restart');
    const steps = ['nudge 1 in-vain', 'nudge 2 in-vain', 'nudge 3 in-vain'];
    expect(await tried()).toEqual([...steps, 'interrupt 1 failed', 'interrupt 2 failed', 'restart 1 helped']);
    expect(await findProcess(stuck)).toBeUndefined();
    expect(await world.bridge.session(1)).toMatchObject({ lifecycle: 'running', generation: 2 });
    await world.owner.say(channel, 'count');
    await hears('I have had 3 messages.');
    const kept = readFileSync(world.bridge.paths.recoveryFile, 'utf8');
    expect(kept).not.toContain('hang');
    expect(kept.trimEnd().split('\n')).toHaveLength(6);
  });

  it('quiet and well, it is left alone for three times the patience', async () => {
    await working('busy 25');
    await hears('Was busy for 25 s.');
    expect(await attempts()).toEqual([]);
    expect(await heard('sign of life')).toBe(false);
  });

  it('I8: stopped by a person while it is stuck, it stays stopped', async () => {
    await working('hang');
    await until(async () => (await attempts()).length > 0, { what: 'the first push', timeoutMs: 30_000 });
    expect((await world.bridge.run('vai', ['stop', '1'])).exitCode).toBe(0);
    await sleep(5_000);
    expect((await world.bridge.session(1)).lifecycle).toBe('stopped');
    expect((await tried()).filter((step) => step.startsWith('restart'))).toEqual([]);
  });
});

describe('MS-07: vai recover', () => {
  beforeEach(() => start({ RECOVERY_PATIENCE: 'forever' }));

  const recover = async (): Promise<Recovery & { readonly exitCode: number | null }> => {
    const { exitCode, stdout } = await world.bridge.run('vai', ['recover', '1', '--json']);
    return { exitCode, ...(JSON.parse(stdout) as Recovery) };
  };

  it('says that a healthy session is well, idle or at work, and does nothing', async () => {
    expect(await recover()).toMatchObject({ exitCode: 0, outcome: 'running', finding: 'healthy' });
    await working('busy 20');
    expect(await recover()).toMatchObject({ exitCode: 0, outcome: 'running', finding: 'healthy' });
    expect(await attempts()).toEqual([]);
  });

  it('takes the next step for one that is stuck, says what it did, and keeps it', async () => {
    await working('hang');
    const steps = [];
    for (let call = 0; call < 6; call += 1) steps.push(await recover());
    expect(steps.map(({ outcome, helped }) => `${outcome} ${helped}`)).toEqual([
      ...['nudged false', 'nudged false', 'nudged false'],
      ...['interrupted false', 'interrupted false', 'restarted true'],
    ]);
    expect(steps.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(new Set((await attempts()).map(({ by }) => by))).toEqual(new Set(['person']));
    const { stdout } = await world.bridge.run('vai', ['recover', '--history']);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/session 1 {2}wedged: restart 1, helped \(by person; /);
  });

  it('keeps the restarts after deaths as well', async () => {
    process.kill(await agentPid(), 'SIGKILL');
    await hears('is back, with its history');
    expect(await attempts()).toMatchObject([
      { by: 'bridge', finding: 'died', evidence: { exitCode: 137 }, step: 'restart', attempt: 1, outcome: 'helped' },
    ]);
  });
});
