import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { systemClock } from '../../src/base/clock.ts';
import { Stage } from '../chaos/stage.ts';
import { quantities, takeFigures } from './figures.ts';
import type { Figures } from './figures.ts';
import { Load } from './load.ts';
import type { LoadCount } from './load.ts';
import { trendOf } from './trend.ts';
import type { Sample, Trend } from './trend.ts';

/** Milliseconds that the clocks of the chat server and of the machine are moved on together after each look. */
const leapMs = 600_000;

/** How long what is done with is kept, on the clocks that run fast. */
const retention = '20s';

/** The same of files: an agent may be writing one. */
const fileRetention = '3h';

export interface SoakOptions {
  /** Milliseconds of load. */
  readonly lengthMs: number;
  readonly sessions: number;
  /** Where the daemon writes its whole heap now and then, for who looks for what grows. */
  readonly snapshots?: string;
  readonly onSample?: (at: number, figures: Figures, count: LoadCount) => void;
  readonly signal?: AbortSignal;
}

export interface SoakResult {
  readonly count: LoadCount;
  readonly troubles: readonly string[];
  readonly trends: readonly Trend[];
  /** Hours that went by on the machine's clock. */
  readonly hours: number;
  /** Milliseconds at the begin that are not judged. */
  readonly warmUpMs: number;
}

/** Puts a bridge under load and looks at what grows. Leaves nothing behind. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { lengthMs, sessions } = options;
  let offset = 0;
  const clock = { ...systemClock, now: () => Date.now() + offset };
  const shape = { sessions: Array.from({ length: sessions }, () => 'queue' as const), threads: 0, elsewhere: false };
  const stage = await Stage.open(shape, {
    clock,
    preload: [new URL('sampler.mjs', import.meta.url)],
    environment: {
      LOG_LEVEL: 'info',
      CATCH_UP_MAX_AGE: 'forever',
      METRICS_PORT: '0',
      MONITOR_INTERVAL: '5s',
      ...retentionSettings(),
    },
  });
  const memoryFile = join(stage.bridge.paths.home, 'memory.json');
  stage.bridge.environment['BRIDGE_TEST_MEMORY'] = memoryFile;
  if (options.snapshots !== undefined) stage.bridge.environment['BRIDGE_TEST_SNAPSHOTS'] = options.snapshots;
  try {
    const told = await stage.bridge.startDaemon();
    if (told.kind !== 'ready') throw new Error(`the daemon did not start: ${told.message ?? told.kind}`);
    const end = AbortSignal.any([AbortSignal.timeout(lengthMs), ...(options.signal ? [options.signal] : [])]);
    const load = new Load({ stage, signal: end });
    const work = load.run();
    const series: { readonly at: number; readonly figures: Figures }[] = [];
    const everyMs = Math.max(1000, Math.min(5000, lengthMs / 60));
    const begin = performance.now();
    while (!end.aborted) {
      await Promise.race([sleep(everyMs), work]);
      const at = performance.now() - begin;
      const figures = await takeFigures(stage.bridge, memoryFile);
      series.push({ at, figures });
      options.onSample?.(at, figures, load.count);
      offset += leapMs;
      stage.setClock(offset);
    }
    await work;
    const warmUpMs = warmUpOf(lengthMs);
    return {
      count: load.count,
      troubles: load.troubles,
      trends: trendsOf(series, warmUpMs),
      hours: offset / 3_600_000,
      warmUpMs,
    };
  } finally {
    await stage.destroy();
  }
}

/** A third of a short soak, four minutes of a usual one; of a long one, all of the ten in which the process still settles. */
function warmUpOf(lengthMs: number): number {
  return Math.max(20_000, Math.min(lengthMs / 3, 240_000), Math.min(lengthMs / 5, 600_000));
}

function retentionSettings(): Readonly<Record<string, string>> {
  const kinds = ['MESSAGES', 'POSTS', 'TURNS', 'PROMPTS', 'CHANNELS'];
  const settings = kinds.map((kind) => [`RETENTION_${kind}`, retention] as const);
  return { ...Object.fromEntries(settings), RETENTION_FILES: fileRetention, RETENTION_METRICS: fileRetention };
}

function trendsOf(series: readonly { readonly at: number; readonly figures: Figures }[], warmUpMs: number): Trend[] {
  const judged = series.filter(({ at }) => at >= warmUpMs);
  return (Object.keys(quantities) as (keyof Figures)[]).map((name) => {
    const samples: readonly Sample[] = judged.map(({ at, figures }) => ({ at, value: figures[name] }));
    return trendOf(quantities[name], samples);
  });
}
