/** One look at a quantity. */
export interface Sample {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly value: number;
}

/** What is watched, and how much of a rise is noise. */
export interface Quantity {
  readonly name: string;
  readonly unit: string;
  /** A rise over the whole time of measuring that means nothing, in the unit. */
  readonly noise: number;
  /** How much of a slope is allowed, in the unit per hour. Judged where there is one, beside the rise. */
  readonly mostPerHour?: number;
}

/**
 * Whether a slope is allowed: `within` and `over` are shown by the samples, `open` is not: they shake too much, or the time
 * was too short.
 */
export type Pace = 'within' | 'over' | 'open';

export interface Trend {
  readonly quantity: Quantity;
  readonly samples: number;
  readonly median: number;
  /** Least squares, in the unit per hour. */
  readonly slopePerHour: number;
  /** The median of all slopes, and where it is with 95 % certainty (Sen's interval), in the unit per hour. */
  readonly pace: { readonly perHour: number; readonly low: number; readonly high: number };
  /** Undefined where any slope is allowed. */
  readonly verdict: Pace | undefined;
  /** The rise over the time of measuring by the median of all slopes, which single peaks do not move; in the unit. */
  readonly rise: number;
  /** How steadily it rises: 1 always, 0 as often down as up, -1 it falls (Kendall's tau). */
  readonly steadiness: number;
  /** Whether it grows and would go on growing. */
  readonly grows: boolean;
}

/** A rise is a trend when later values are higher than earlier ones in three of four pairs. */
const steady = 0.5;

const hourMs = 3_600_000;

/** What rises within a shorter time may be caches that fill and code that is compiled: it says nothing about an hour. */
const leastForPaceMs = 600_000;

/** How a quantity moved over time. It grows when it rises by more than noise, and steadily. */
export function trendOf(quantity: Quantity, samples: readonly Sample[]): Trend {
  if (samples.length < 5) throw new Error(`${samples.length} samples of ${quantity.name} are too few`);
  const slopes: number[] = [];
  let ups = 0;
  let downs = 0;
  for (const [index, later] of samples.entries()) {
    for (const earlier of samples.slice(0, index)) {
      slopes.push((later.value - earlier.value) / (later.at - earlier.at));
      if (later.value > earlier.value) ups += 1;
      if (later.value < earlier.value) downs += 1;
    }
  }
  const lengthMs = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  const rise = middle(slopes) * lengthMs;
  const steadiness = (ups - downs) / slopes.length;
  const pace = paceOf(slopes, samples.length);
  return {
    quantity,
    samples: samples.length,
    median: middle(samples.map(({ value }) => value)),
    slopePerHour: leastSquares(samples) * hourMs,
    pace,
    verdict: verdictOf(pace, quantity.mostPerHour, lengthMs),
    rise,
    steadiness,
    grows: rise > quantity.noise && steadiness > steady,
  };
}

/** Of all slopes between two of `count` samples, by how far their order may be due to chance. */
function paceOf(slopes: readonly number[], count: number): Trend['pace'] {
  const sorted = slopes.toSorted((one, other) => one - other);
  const spread = 1.96 * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const at = (rank: number): number => sorted[Math.min(Math.max(Math.round(rank), 0), sorted.length - 1)] ?? 0;
  return {
    perHour: middle(slopes) * hourMs,
    low: at((sorted.length - spread) / 2 - 1) * hourMs,
    high: at((sorted.length + spread) / 2) * hourMs,
  };
}

function verdictOf({ low, high }: Trend['pace'], most: number | undefined, lengthMs: number): Pace | undefined {
  if (most === undefined) return undefined;
  if (lengthMs < leastForPaceMs) return 'open';
  return high <= most ? 'within' : low > most ? 'over' : 'open';
}

/** The slope of the straight line nearest to all points, in the unit per millisecond. */
function leastSquares(samples: readonly Sample[]): number {
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / samples.length;
  const meanValue = samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
  const above = samples.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0);
  const below = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return above / below;
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
}
