/** What is told of a quantity's samples, in their unit. */
export interface Summary {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The smallest sample that at least `percent` of the samples do not exceed (nearest rank): always a value that was
 * measured. With fewer than 100 samples the 99th percentile is the largest.
 *
 * @param sorted ascending, not empty.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`a percentile is above 0 and at most 100, not ${percent}`);
  const value = sorted[Math.ceil((percent / 100) * sorted.length) - 1];
  if (value === undefined) throw new RangeError('no samples have no percentile');
  return value;
}

/** The middle sample, or the mean of the two in the middle. @param sorted ascending, not empty. */
export function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no samples have no median');
  return (lower + upper) / 2;
}

/** Sums up samples in any order. @throws RangeError when there is none, or one is not a finite number. */
export function summarise(samples: readonly number[]): Summary {
  const wrong = samples.find((sample) => !Number.isFinite(sample));
  if (wrong !== undefined) throw new RangeError(`${wrong} is not a sample`);
  const sorted = samples.toSorted((left, right) => left - right);
  return {
    n: sorted.length,
    min: sorted[0] ?? Number.NaN,
    median: median(sorted),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
    max: percentile(sorted, 100),
  };
}
