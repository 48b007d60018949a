import { setTimeout as sleep } from 'node:timers/promises';

import { BridgeError } from '../../src/base/errors.ts';
import { connectControl } from '../../src/control/client.ts';
import type { BridgeStatus } from '../../src/contracts/bridge-api.ts';
import { whyNoClaude } from '../e2e/support/claude.ts';
import type { Measurement } from './measurement.ts';
import { openClaudeWorld } from './support/claude-world.ts';

const sessions = 4;

/** Milliseconds between two starts: a bot logs in at most once in 5 s (Discord's documentation), and waits if need be. */
const startEveryMs = 6_000;

const ready = `ready with ${sessions} sessions adopted`;

/** Demand (d), first half: how long a restart keeps everybody waiting. */
export const readiness: Measurement = {
  name: 'readiness',
  title:
    "from the spawn of the daemon's process until its control socket answers: chat connected, and the agents that ran " +
    'before (real Claude Code) running as the same processes, idle',
  quantities: [{ name: ready, unit: 'ms', goals: [{ statistic: 'p95', atMost: 1000 }] }],
  maxSeconds: 240,
  unavailable: whyNoClaude,
  async run(context) {
    const { world } = await openClaudeWorld(context, sessions);
    const { bridge } = world;
    const before = pidsOf(await status(bridge.paths.controlSocket));
    const rounds = context.quick ? 2 : 20;
    for (let round = 0; round < rounds && !context.signal.aborted; round += 1) {
      context.progress(`restart ${round + 1} of ${rounds}`);
      await sleep(startEveryMs, undefined, { signal: context.signal });
      await bridge.endDaemon('SIGTERM');
      const begin = performance.now();
      const started = bridge.startDaemon();
      const now = await untilReady(bridge.paths.controlSocket, context.signal);
      context.record(ready, performance.now() - begin);
      if (pidsOf(now) !== before) throw new Error(`other agents than before: ${pidsOf(now)} instead of ${before}`);
      await started;
    }
  },
};

async function untilReady(socket: string, signal: AbortSignal): Promise<BridgeStatus> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const now = await status(socket);
      const isAdopted = now.sessions.every(({ lifecycle, state }) => lifecycle === 'running' && state === 'idle');
      if (now.chat.state === 'ready' && isAdopted) return now;
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error; // Not there yet.
    }
    await sleep(5);
  }
}

async function status(socket: string): Promise<BridgeStatus> {
  const bridge = await connectControl({ socket });
  try {
    return await bridge.status();
  } finally {
    bridge.close();
  }
}

function pidsOf({ sessions: all }: BridgeStatus): string {
  return all.map(({ number, pid }) => `${number}:${String(pid)}`).join(' ');
}
