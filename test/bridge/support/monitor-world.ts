import { AlertBook } from '../../../src/bridge/monitor/alert-book.ts';
import type { AlertBookOptions } from '../../../src/bridge/monitor/alert-book.ts';
import type { AlertLimits } from '../../../src/bridge/monitor/alert-policy.ts';
import { ResourceMonitor } from '../../../src/bridge/monitor/resource-monitor.ts';
import { Sampler } from '../../../src/bridge/monitor/sampler.ts';
import { monitorWordsIn } from '../../../src/bridge/words/monitor.ts';
import type { Sample } from '../../../src/contracts/metrics.ts';
import type { TreeUsage } from '../../../src/contracts/gauges.ts';
import { HandGauges } from './hand-gauges.ts';
import { world as managerWorld } from './manager-world.ts';
import type { ManagerWorld } from './manager-world.ts';
import { channelOne, channelTwo } from './messages.ts';

/** Round numbers. */
export const limits: AlertLimits = {
  sessionMemory: 1000,
  totalMemory: 1500,
  attachments: 100,
  memoryPercent: 80,
  diskPercent: 90,
  responseMs: 3000,
};

export const intervalMs = 300_000;

/** Samples in a list. */
export class HandBook {
  readonly samples: Sample[] = [];
  failure: Error | undefined;

  add(sample: Sample): void {
    if (this.failure) throw this.failure;
    this.samples.push(sample);
  }
}

/** A monitor over the sessions of a world. */
export function monitorOf(
  { manager, stores, clock, log }: Pick<ManagerWorld, 'manager' | 'stores' | 'clock' | 'log'>,
  options: Partial<AlertBookOptions> = {},
) {
  const gauges = new HandGauges();
  const book = new HandBook();
  const sampler = new Sampler({
    gauges,
    sessions: () => manager.list(),
    stores,
    attachmentsOf: (session) => `/attachments/${session}`,
    clock,
    windowMs: intervalMs,
  });
  const alerts = new AlertBook({
    stores,
    limits,
    words: monitorWordsIn('en'),
    clock,
    log,
    opsChannel: undefined,
    channelOf: (session) => manager.channelOf(session),
    mainChannel: () => manager.list()[0]?.entry.channel,
    onOutbox: () => undefined,
    ...options,
  });
  const monitor = new ResourceMonitor({
    sampler,
    alerts,
    book,
    clock,
    log,
    intervalMs,
    onReleased: (sessions) => {
      for (const session of manager.list()) if (sessions.includes(session.entry.number)) session.wake();
    },
  });
  return { gauges, book, sampler, alerts, monitor };
}

/** A monitor over sessions 1 and 2, which run; what it says counts. `before` is the bridge before a restart. */
export async function world(options: Partial<AlertBookOptions> = {}, before?: ManagerWorld) {
  const made: { monitor?: ResourceMonitor } = {};
  const base = managerWorld({ 1: channelOne, 2: channelTwo }, before, (session) => made.monitor?.heldBack(session));
  const parts = monitorOf(base, options);
  made.monitor = parts.monitor;
  await base.manager.load();
  await base.manager.startAll();
  const { manager, stores, clock } = base;
  const { gauges } = parts;
  /** What the agent of a session takes from now on. */
  const takes = (session: number, usage: Partial<TreeUsage>): void => {
    const pid = manager.get(session).agent!.pid!;
    gauges.usage.set(pid, { processes: 1, memory: 0, cpuMs: 0, ...gauges.usage.get(pid), ...usage });
  };
  /** Looks, and gives what channels were told by it. */
  const look = async (): Promise<readonly string[]> => {
    const alerts = () =>
      stores.outbox
        .lanes()
        .flatMap(({ channel }) => stores.outbox.pending(channel, 'text'))
        .filter(({ key }) => key.startsWith('alert:'));
    const known = new Set(alerts().map(({ key }) => key));
    await clock.advance(2_001);
    await parts.monitor.metrics();
    return alerts()
      .filter(({ key }) => !known.has(key))
      .map(({ channel, content }) => `${channel.at(-1)}: ${content.kind === 'text' ? content.text : ''}`);
  };
  return { ...base, ...parts, takes, look };
}
