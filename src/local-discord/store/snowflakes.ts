import type { Clock } from '../../base/clock.ts';

/** 2015-01-01 UTC: ids count milliseconds from here (Discord's documented epoch). */
const epochMs = 1_420_070_400_000;

/** Earliest offset that gives 18 digits, so that an id looks like one whatever the clock says. */
const leastOffsetMs = 25_000_000_000;

const counterBits = 22n;

/** Makes time-ordered ids of 18 or 19 digits, each larger than the last, even when the clock goes back. */
export class Snowflakes {
  readonly #clock: Clock;
  #last: bigint;

  /** @param newest the largest id ever given, so that a restart goes on above it. */
  constructor(clock: Clock, newest: bigint) {
    this.#clock = clock;
    this.#last = newest;
  }

  next(): string {
    const offset = BigInt(Math.max(leastOffsetMs, Math.floor(this.#clock.now()) - epochMs));
    const candidate = offset << counterBits;
    this.#last = candidate > this.#last ? candidate : this.#last + 1n;
    return this.#last.toString();
  }
}

/** Epoch milliseconds when an id was made. */
export function snowflakeTime(id: string): number {
  return Number(BigInt(id) >> counterBits) + epochMs;
}

/** The largest integer that the database can hold; ids beyond it are nobody's. */
export const largestId = 9_223_372_036_854_775_807n;

/** An id as the database compares it. */
export function toInteger(id: string): bigint {
  const value = BigInt(id);
  return value > largestId ? largestId : value;
}

/** Whether a text has the form of an id. */
export function isSnowflake(text: string): boolean {
  return /^\d{1,20}$/.test(text);
}
