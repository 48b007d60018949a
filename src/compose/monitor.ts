import { join } from 'node:path';

import { createMarkReader } from '../base/process-mark.ts';
import { readProcessTable } from '../base/process-table.ts';
import { AlertBook } from '../bridge/monitor/alert-book.ts';
import type { AlertBookOptions } from '../bridge/monitor/alert-book.ts';
import { ResourceMonitor } from '../bridge/monitor/resource-monitor.ts';
import { Sampler } from '../bridge/monitor/sampler.ts';
import type { ManagedSession } from '../bridge/session/managed-session.ts';
import { monitorWordsIn } from '../bridge/words/monitor.ts';
import { sessionMarks } from '../config/agent-environment.ts';
import type { Gauges } from '../contracts/gauges.ts';
import type { Stores } from '../contracts/stores.ts';
import { LocalGauges } from '../measure/local-gauges.ts';
import { MetricsFile } from '../storage/metrics-file.ts';
import type { Ground } from './ground.ts';

export interface MonitorOptions extends Pick<AlertBookOptions, 'channelOf' | 'mainChannel' | 'onOutbox'> {
  readonly stores: Stores;
  readonly gauges: Gauges;
  readonly sessions: () => readonly ManagedSession[];
}

/** What looks at processes and files. */
export function openGauges({ paths }: Pick<Ground, 'paths'>): Gauges {
  return new LocalGauges({
    readTable: readProcessTable,
    markOf: createMarkReader(sessionMarks),
    home: paths.home,
  });
}

/** Puts together what watches the sessions and the machine. Starts nothing. */
export function furnishMonitor(
  { paths, config, clock, log }: Pick<Ground, 'paths' | 'config' | 'clock' | 'log'>,
  { stores, gauges, sessions, ...told }: MonitorOptions,
): ResourceMonitor {
  const sampler = new Sampler({
    gauges,
    sessions,
    stores,
    attachmentsOf: (session) => join(paths.attachments, `session_${session}`),
    clock,
    windowMs: config.monitorInterval,
  });
  const alerts = new AlertBook({
    ...told,
    stores,
    clock,
    log,
    limits: {
      sessionMemory: config.limitsSessionMemory,
      totalMemory: config.limitsTotalMemory,
      attachments: config.attachmentsQuota,
      memoryPercent: config.alertsMemory,
      diskPercent: config.alertsDisk,
      responseMs: config.alertsResponse,
    },
    words: monitorWordsIn(config.language),
    opsChannel: config.opsChannel,
  });
  return new ResourceMonitor({
    sampler,
    alerts,
    book: new MetricsFile({ path: join(paths.monitoring, 'metrics.json'), keepMs: config.retentionMetrics }),
    clock,
    log,
    intervalMs: config.monitorInterval,
    onReleased: (released) => {
      for (const session of sessions()) if (released.includes(session.entry.number)) session.wake();
    },
  });
}
