import type { Measurement } from './measurement.ts';

/** Everything that `npm run bench` measures, in this order. */
export const measurements: readonly Measurement[] = [];
