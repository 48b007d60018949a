import { ResourceMonitor } from '../../../src/bridge/monitor/resource-monitor.ts';
import { Sampler } from '../../../src/bridge/monitor/sampler.ts';
import type { TreeUsage } from '../../../src/contracts/gauges.ts';
import { HandGauges } from './hand-gauges.ts';
import { world as managerWorld } from './manager-world.ts';
import { channelOne, channelTwo } from './messages.ts';

/** A monitor over sessions 1 and 2, which run. */
export async function world() {
  const base = managerWorld({ 1: channelOne, 2: channelTwo });
  const { manager, stores, clock } = base;
  await manager.load();
  await manager.startAll();
  const gauges = new HandGauges();
  const sampler = new Sampler({
    gauges,
    sessions: () => manager.list(),
    stores,
    attachmentsOf: (session) => `/attachments/${session}`,
    clock,
    windowMs: 300_000,
  });
  const monitor = new ResourceMonitor({ sampler, clock });
  /** What the agent of a session takes from now on. */
  const takes = (session: number, usage: Partial<TreeUsage>): void => {
    const pid = manager.get(session).agent!.pid!;
    gauges.usage.set(pid, { processes: 1, memory: 0, cpuMs: 0, ...gauges.usage.get(pid), ...usage });
  };
  return { ...base, gauges, sampler, monitor, takes };
}
