import type { Goal, Quantity } from './measurement.ts';
import { summarise } from './statistics.ts';
import type { Summary } from './statistics.ts';

export interface JudgedGoal extends Goal {
  readonly met: boolean;
}

/** One row of the result. */
export interface Row extends Summary {
  readonly quantity: string;
  readonly unit: Quantity['unit'];
  /** The name of the quantity it is compared with. */
  readonly baseline?: string;
  /** Median divided by the baseline's median. */
  readonly ratio?: number;
  readonly goals: readonly JudgedGoal[];
}

/**
 * Sums up and judges what a measurement sampled.
 *
 * @throws Error when a quantity has no sample, or its baseline is not among the quantities.
 */
export function judge(
  quantities: readonly Quantity[],
  samples: ReadonlyMap<string, readonly number[]>,
): readonly Row[] {
  const summaries = new Map(quantities.map(({ name }) => [name, summaryOf(name, samples)]));
  return quantities.map(({ name, unit, baseline, goals = [] }) => {
    const summary = summaries.get(name);
    if (!summary) throw new Error(`"${name}" has no summary`);
    const ratio = baseline === undefined ? undefined : ratioTo(summary, baseline, summaries);
    return {
      quantity: name,
      unit,
      ...summary,
      ...(baseline === undefined ? {} : { baseline }),
      ...(ratio === undefined ? {} : { ratio }),
      goals: goals.map((goal) => ({ ...goal, met: isMet(goal, summary, ratio) })),
    };
  });
}

function summaryOf(name: string, samples: ReadonlyMap<string, readonly number[]>): Summary {
  const own = samples.get(name) ?? [];
  if (own.length === 0) throw new Error(`"${name}" was never sampled`);
  return summarise(own);
}

function ratioTo(summary: Summary, baseline: string, summaries: ReadonlyMap<string, Summary>): number {
  const reference = summaries.get(baseline);
  if (!reference) throw new Error(`the baseline "${baseline}" is not a quantity of the same measurement`);
  return summary.median / reference.median;
}

function isMet({ statistic, atMost }: Goal, summary: Summary, ratio: number | undefined): boolean {
  if (statistic !== 'ratio') return summary[statistic] <= atMost;
  if (ratio === undefined) throw new Error('a goal for a ratio needs a baseline');
  return ratio <= atMost;
}
