import { join } from 'node:path';

import { createMarkReader } from '../base/process-mark.ts';
import { readProcessTable } from '../base/process-table.ts';
import { ResourceMonitor } from '../bridge/monitor/resource-monitor.ts';
import { Sampler } from '../bridge/monitor/sampler.ts';
import type { ManagedSession } from '../bridge/session/managed-session.ts';
import { sessionMarks } from '../config/agent-environment.ts';
import type { Gauges } from '../contracts/gauges.ts';
import type { Stores } from '../contracts/stores.ts';
import { LocalGauges } from '../measure/local-gauges.ts';
import type { Ground } from './ground.ts';

export interface MonitorOptions {
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
  { paths, clock }: Pick<Ground, 'paths' | 'clock'>,
  { stores, gauges, sessions }: MonitorOptions,
): ResourceMonitor {
  const sampler = new Sampler({
    gauges,
    sessions,
    stores,
    attachmentsOf: (session) => join(paths.attachments, `session_${session}`),
    clock,
    windowMs: 300_000,
  });
  return new ResourceMonitor({ sampler, clock });
}
