import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createMarkReader } from '../../src/base/process-mark.ts';
import { readProcessTable } from '../../src/base/process-table.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { AlertBook } from '../../src/bridge/monitor/alert-book.ts';
import { ResourceMonitor } from '../../src/bridge/monitor/resource-monitor.ts';
import { Sampler } from '../../src/bridge/monitor/sampler.ts';
import type { Watched } from '../../src/bridge/monitor/sampler.ts';
import { monitorWordsIn } from '../../src/bridge/words/monitor.ts';
import type { Sample } from '../../src/contracts/metrics.ts';
import type { ChannelId, SessionNumber } from '../../src/model/session.ts';
import { LocalGauges } from '../../src/measure/local-gauges.ts';
import { MetricsFile } from '../../src/storage/metrics-file.ts';
import { openStores } from '../../src/storage/stores.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { startTrees } from './support/process-trees.ts';

const sessions = 200;
const intervalMs = 300_000;
/** Files that lie in the folder of each session. */
const filesEach = 10;
const whole = 'whole sweep';

/** What it costs to look at many sessions. */
export const monitor: Measurement = {
  name: 'monitor',
  title:
    `processor time of one sweep over ${sessions} sessions with three processes and ${filesEach} files each: real processes, ` +
    'stores and files, the file of samples at its limit; from the begin until the sample is judged and kept',
  quantities: [
    { name: whole, unit: 'ms', goals: [{ statistic: 'median', atMost: 50 }] },
    { name: 'of it the look at all processes', unit: 'ms' },
  ],
  maxSeconds: 120,
  unavailable: () => (process.platform === 'linux' ? undefined : 'this system has no /proc'),
  async run(context) {
    const pids = await startTrees(sessions, context);
    const attachments = join(context.directory, 'attachments');
    for (let number = 1; number <= sessions; number += 1) {
      const folder = join(attachments, String(number));
      mkdirSync(folder, { recursive: true });
      for (let file = 0; file < filesEach; file += 1) writeFileSync(join(folder, `${file}`), 'x');
    }
    const { clock, gauges, kept, stop } = openMonitor(context, pids, attachments);
    context.scope.defer('the monitor', stop);
    await kept();
    // Until every sample pushes an older one out.
    const settling = context.quick ? 3 : 150;
    for (let round = 0; round < settling && !context.signal.aborted; round += 1) {
      context.progress(`filling the file of samples, ${round + 1} of ${settling}`);
      await clock.advance(intervalMs);
      await kept();
    }
    const rounds = context.quick ? 3 : 40;
    for (let round = 0; round < rounds && !context.signal.aborted; round += 1) {
      const look = process.cpuUsage();
      await gauges.trees(pids);
      context.record('of it the look at all processes', millisecondsSince(look));
      const begin = process.cpuUsage();
      await clock.advance(intervalMs);
      await kept();
      context.record(whole, millisecondsSince(begin));
      // Neighbouring sweeps are five minutes apart: what one leaves to be collected is not the next one's.
      await systemClock.sleep(50);
    }
    const processes = (await readProcessTable()).length;
    context.note(`${processes} processes on the machine.`);
  },
};

function millisecondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

/** A monitor of real parts over agents that are only processes. */
function openMonitor(context: BenchContext, pids: readonly number[], attachments: string) {
  const clock = new ManualClock();
  const stores = openStores(join(context.directory, 'state.db'));
  context.scope.defer('the stores', () => stores.close());
  const gauges = new LocalGauges({
    readTable: readProcessTable,
    markOf: createMarkReader(['BENCH_SESSION']),
    home: context.directory,
  });
  const watched = pids.map((pid, index) => watchedSession(index + 1, pid));
  const sampler = new Sampler({
    gauges,
    sessions: () => watched,
    stores,
    attachmentsOf: (session) => join(attachments, String(session)),
    clock,
    windowMs: intervalMs,
  });
  const alerts = new AlertBook({
    stores,
    limits: {
      ...{ sessionMemory: 2 ** 29, totalMemory: 2 ** 31, attachments: 2 ** 28 },
      ...{ memoryPercent: 80, diskPercent: 90, responseMs: 3000 },
    },
    words: monitorWordsIn('en'),
    clock,
    log: silentLog,
    opsChannel: undefined,
    channelOf: () => undefined,
    mainChannel: () => undefined,
    onOutbox: () => undefined,
  });
  const file = new MetricsFile({ path: join(context.directory, 'metrics.json'), keepMs: 7 * 86_400_000 });
  let next = Promise.withResolvers<undefined>();
  const book = {
    add: (sample: Sample) => {
      file.add(sample);
      next.resolve(undefined);
    },
  };
  const monitorOfAll = new ResourceMonitor({
    sampler,
    alerts,
    book,
    clock,
    log: silentLog,
    intervalMs,
    onReleased: () => undefined,
  });
  const stop = monitorOfAll.start();
  /** Resolves when one more sample is kept. */
  const kept = async (): Promise<void> => {
    await next.promise;
    next = Promise.withResolvers();
  };
  return { clock, gauges, kept, stop };
}

/** A session as far as it is watched: it has processes, and nothing to do. */
function watchedSession(number: number, pid: number): Watched {
  const session = number as SessionNumber;
  const agent = { pid } as unknown as Watched['agent'];
  return {
    entry: { number: session, channel: String(10n ** 17n + BigInt(number)) as ChannelId },
    record: {
      ...{ number: session, generation: 1, lifecycle: 'running', agent: 'bench', token: 'x', since: 0 },
      ...{ agentSession: undefined, handle: undefined },
    },
    state: { activity: 'idle', waitingFor: null, source: 'hook', since: 0 },
    agent,
  };
}
