export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Default 2. */
  readonly factor?: number;
  /** Part of the delay that is random, 0 to 1. Default 0. */
  readonly jitter?: number;
}

/**
 * The delay in milliseconds before attempt `attempt` (0 = the first repeat).
 * `random` gives a number in [0, 1).
 */
export function backoffDelay(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  const { firstMs, maxMs, factor = 2, jitter = 0 } = options;
  const full = Math.min(maxMs, firstMs * factor ** attempt);
  return Math.round(full * (1 - jitter * random()));
}
