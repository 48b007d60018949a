import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Installation } from '../e2e/support/installation.ts';
import { until } from '../e2e/support/until.ts';
import type { Goal, Measurement } from './measurement.ts';
import { openWorld } from './support/watched-world.ts';

const goals: readonly Goal[] = [{ statistic: 'max', atMost: 120 }];
const local = 'built-in chat server';
const discord = 'Discord, server elsewhere';
const sessions = 4;

/** Demand (d), second half: what an idle bridge costs. */
export const memory: Measurement = {
  name: 'memory',
  title:
    `resident memory of the daemon's process alone, with ${sessions} sessions of the practice agent, after 30 s in which ` +
    'all were idle (no collection forced)',
  quantities: [
    { name: `${local}, Rss`, unit: 'MB', goals },
    { name: `${local}, Pss`, unit: 'MB' },
    { name: `${discord}, Rss`, unit: 'MB', goals },
    { name: `${discord}, Pss`, unit: 'MB' },
  ],
  maxSeconds: 120,
  unavailable: () => (existsSync('/proc/self/smaps_rollup') ? undefined : 'this system has no /proc/PID/smaps_rollup'),
  async run(context) {
    const { world } = await openWorld(context, { sessions });
    const alone = new Installation({ LOG_LEVEL: 'info' });
    context.scope.defer('the bridge with the built-in chat server', () => alone.destroy());
    const rounds = context.quick ? 1 : 2;
    for (let round = 0; round < rounds && !context.signal.aborted; round += 1) {
      await Promise.all([world.bridge.startDaemon(), alone.startDaemon()]);
      for (let missing = round === 0 ? sessions - 1 : 0; missing > 0; missing -= 1) {
        const { exitCode, stderr } = await alone.run('vai', ['add-session', 'new']);
        if (exitCode !== 0) throw new Error(`vai add-session failed: ${stderr}`);
      }
      for (const bridge of [world.bridge, alone]) await until(() => areIdle(bridge), { what: 'idle sessions' });
      const waitMs = context.quick ? 5_000 : 30_000;
      context.progress(`waiting ${waitMs / 1000} s, ${round + 1} of ${rounds}`);
      await sleep(waitMs, undefined, { signal: context.signal });
      for (const [name, bridge] of [
        [local, alone],
        [discord, world.bridge],
      ] as const) {
        const { rss, pss } = memoryOf(bridge.daemonPid);
        context.record(`${name}, Rss`, rss);
        context.record(`${name}, Pss`, pss);
      }
      await Promise.all([world.bridge.endDaemon('SIGTERM'), alone.endDaemon('SIGTERM')]);
    }
  },
};

async function areIdle(bridge: Installation): Promise<boolean> {
  const { sessions: all } = await bridge.json<{ sessions: readonly { state: string }[] }>('status');
  return all.length === sessions && all.every(({ state }) => state === 'idle');
}

/** In units of 2^20 bytes. Pss counts what is shared with other processes in part. */
function memoryOf(pid: number | undefined): { rss: number; pss: number } {
  const text = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  const megabytes = (name: string): number => {
    const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
    if (kilobytes === undefined) throw new Error(`smaps_rollup of ${String(pid)} has no ${name}`);
    return Number(kilobytes) / 1024;
  };
  return { rss: megabytes('Rss'), pss: megabytes('Pss') };
}
