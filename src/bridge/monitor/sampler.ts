import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import type { Gauges, TreeUsage } from '../../contracts/gauges.ts';
import type { ResponseTimes, Sample, SessionSample } from '../../contracts/metrics.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { ManagedSession } from '../session/managed-session.ts';

/** What is asked of a session. */
export type Watched = Pick<ManagedSession, 'entry' | 'record' | 'state' | 'agent'>;

export interface SamplerOptions {
  readonly gauges: Gauges;
  readonly sessions: () => readonly Watched[];
  readonly stores: {
    readonly inbox: Pick<Stores['inbox'], 'countUnsettled'>;
    readonly turns: Pick<Stores['turns'], 'responses'>;
  };
  /** The directory of a session's attachments. */
  readonly attachmentsOf: (session: SessionNumber) => string;
  readonly clock: Clock;
  /** Response times are of the turns that ended in this time before the look, in milliseconds. */
  readonly windowMs: number;
}

/** Processor time of something at one look. */
interface Reading {
  readonly at: number;
  readonly cpuMs: number;
}

/**
 * Measures everything once. Owns the readings of the look before, since processor time is told by the difference. Knows
 * nothing about limits, or how often it is asked.
 */
export class Sampler {
  readonly #options: SamplerOptions;
  #before: ReadonlyMap<SessionNumber | 'bridge', Reading> = new Map();

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** Rejects with whatever the gauges or the stores say. */
  async take(): Promise<Sample> {
    const { gauges, sessions, stores, clock, windowMs, attachmentsOf } = this.#options;
    const all = sessions();
    const pids = all.flatMap(({ agent }) => agent?.pid ?? []);
    const [trees, machine] = await Promise.all([gauges.trees(pids), gauges.machine()]);
    const disks = new Map<SessionNumber, number>();
    // One after another: nobody waits for them.
    for (const { entry } of all) disks.set(entry.number, await gauges.directory(attachmentsOf(entry.number)));
    const now = clock.now();
    const responses = stores.turns.responses(now - windowMs, now);
    const readings = new Map<SessionNumber | 'bridge', Reading>();
    const cpu = (of: SessionNumber | 'bridge', cpuMs: number): number => {
      const reading = { at: clock.monotonic(), cpuMs };
      readings.set(of, reading);
      return percent(this.#before.get(of), reading);
    };
    const bridge = gauges.bridge();
    const sample = {
      timestamp: isoTime(now),
      sessions: all.map((session) => {
        const { number } = session.entry;
        const tree = session.agent?.pid === undefined ? undefined : trees.get(session.agent.pid);
        return {
          ...sessionSample(session, tree, responses.get(number)),
          cpu: tree === undefined ? 0 : cpu(number, tree.cpuMs),
          disk: disks.get(number) ?? 0,
          queued: stores.inbox.countUnsettled(number),
        };
      }),
      system: { ...machine, bridgeMemory: bridge.memory, bridgeCpu: cpu('bridge', bridge.cpuMs) },
    };
    this.#before = readings;
    return sample;
  }
}

function sessionSample(
  { entry, record, state }: Watched,
  tree: TreeUsage | undefined,
  response: ResponseTimes | undefined,
): Pick<SessionSample, 'number' | 'status' | 'memory' | 'processes' | 'response'> {
  return {
    number: entry.number,
    status: record.lifecycle === 'running' ? state.activity : record.lifecycle,
    memory: tree?.memory ?? 0,
    processes: tree?.processes ?? 0,
    ...(response === undefined ? {} : { response }),
  };
}

/** Of one processor. Processes that ended take their time with them: then it is not less than nothing. */
function percent(before: Reading | undefined, { at, cpuMs }: Reading): number {
  if (before === undefined || at <= before.at) return 0;
  return Math.max(0, ((cpuMs - before.cpuMs) / (at - before.at)) * 100);
}
