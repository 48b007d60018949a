import { expect } from 'vitest';

import { AutoRecovery } from '../../../src/bridge/recovery/auto-recovery.ts';
import type { Watched } from '../../../src/bridge/recovery/looks.ts';
import type { TreeUsage } from '../../../src/contracts/gauges.ts';
import { words } from './collector-world.ts';
import { channelOne, one } from './messages.ts';
import { textsFor } from './outbox.ts';
import { queue, world as sessionWorld } from './session-world.ts';

export const minute = 60_000;
export const patienceMs = 5 * minute;
const intervalMs = 30_000;

/** A session that runs, and the bridge that looks after it. The agent's processes are what a test says. */
export async function world() {
  const base = sessionWorld();
  const { session, driver, stores, clock, log, collector, attempts } = base;
  await session.start();
  /** What its processes take: the agent and what holds its terminal, both at rest. */
  const usage = { now: { processes: 2, memory: 1, cpuMs: 1000 } as TreeUsage | undefined };
  const looksAfter = (sessions: readonly Watched[]): AutoRecovery =>
    new AutoRecovery({
      sessions: () => sessions,
      gauges: { trees: (roots) => Promise.resolve(new Map(usage.now ? roots.map((pid) => [pid, usage.now!]) : [])) },
      ...{ stores, clock, log, collector, intervalMs, patienceMs },
      book: { note: (line) => attempts.push(line) },
      words: words.recovery,
    });
  const recovery = looksAfter([session]);
  const stop = recovery.start();
  /** It is given a message and works on it. */
  const work = async (): Promise<void> => {
    queue(base, `m${driver.agent.delivered.length + 1}`);
    session.wake();
    await base.settle();
    driver.agent.view = { screen: 'working on it' };
  };
  const said = (): readonly string[] => textsFor(stores, channelOne).map(({ text }) => text);
  /** What was tried, in short. */
  const tried = (): readonly string[] => attempts.map(({ step, attempt, outcome }) => `${step} ${attempt} ${outcome}`);
  return { ...base, usage, looksAfter, recovery, stop, work, said, tried, number: one };
}

export type RecoveryWorld = Awaited<ReturnType<typeof world>>;

/** Nothing was done, and nothing was said about the session. */
export function expectUntouched({ driver, attempts, said }: RecoveryWorld): void {
  expect(attempts).toEqual([]);
  expect(driver.agent.nudges).toBe(0);
  expect(driver.agent.interrupts).toBe(0);
  expect(driver.launches).toHaveLength(1);
  expect(said()).toEqual([]);
}
