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
}

export interface Trend {
  readonly quantity: Quantity;
  readonly samples: number;
  readonly median: number;
  /** Least squares, in the unit per hour. */
  readonly slopePerHour: number;
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
  return {
    quantity,
    samples: samples.length,
    median: middle(samples.map(({ value }) => value)),
    slopePerHour: leastSquares(samples) * hourMs,
    rise,
    steadiness,
    grows: rise > quantity.noise && steadiness > steady,
  };
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
