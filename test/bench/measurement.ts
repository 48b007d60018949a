import type { Scope } from '../../src/base/scope.ts';

/** `ms` and `s` are durations, `MB` is 2^20 bytes, `kB` is 1000 bytes, `%` is of one processor core. */
export type Unit = 'ms' | 's' | 'MB' | 'kB' | '%' | 'count';

/** What a statistic of a quantity must not exceed. `ratio` is its median divided by the baseline's median. */
export interface Goal {
  readonly statistic: 'median' | 'p95' | 'p99' | 'max' | 'ratio';
  readonly atMost: number;
}

/** One row of the table: a quantity that is sampled several times. */
export interface Quantity {
  /** Unique within its measurement; what a reader sees, e.g. `dp 1 hi`. */
  readonly name: string;
  readonly unit: Unit;
  /** All must hold. Empty or absent: told, not judged. */
  readonly goals?: readonly Goal[];
  /** The name of another quantity of the same measurement, sampled alternately with this one. */
  readonly baseline?: string;
}

/** What a measurement is given for one run. */
export interface BenchContext {
  /** Fewer samples: for trying a measurement out. Goals are still told. */
  readonly quick: boolean;
  /**
   * An empty private directory, removed afterwards; TMPDIR names it meanwhile. Processes whose environment or command
   * line names it are ended afterwards.
   */
  readonly directory: string;
  /** Whatever the measurement starts is registered here on the line that starts it; released also on Ctrl-C. */
  readonly scope: Scope;
  /** Aborted on Ctrl-C and when the time is up. */
  readonly signal: AbortSignal;
  /** Adds one sample, in the quantity's unit. */
  record(quantity: string, value: number): void;
  /** Adds a sentence to the result: conditions that a reader of the figures must know. */
  note(sentence: string): void;
  /** Shows what is going on now. */
  progress(words: string): void;
}

/**
 * One file of test/bench measures one thing and exports one of these; `measurements.ts` lists them.
 * It throws when it cannot measure: then nothing is reported for it and the run ends with 1.
 */
export interface Measurement {
  /** kebab-case; what `npm run bench -- NAME` takes. */
  readonly name: string;
  /** What is measured, from when to when, in one sentence. */
  readonly title: string;
  /** The rows it fills, with goals and baselines, in the order of the table. Each gets at least one sample. */
  readonly quantities: readonly Quantity[];
  /** It is ended and counted as failed after this many seconds. */
  readonly maxSeconds: number;
  /** Why it cannot be measured on this machine (a program is missing, …); then it is skipped, and the result says so. */
  readonly unavailable?: () => string | undefined;
  run(context: BenchContext): Promise<void>;
}
