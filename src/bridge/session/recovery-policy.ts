/** Waits before the restarts of a session that died by itself, in milliseconds; after the last it is given up. */
export const restartDelaysMs: readonly number[] = [1_000, 2_000, 4_000];

/** A session that ran this long after a restart counts as healthy again, in milliseconds. */
export const quietTimeMs = 10 * 60_000;

export type RecoveryDecision =
  { readonly action: 'restart'; readonly afterMs: number; readonly attempt: number } | { readonly action: 'give-up' };

/**
 * What to do about a death nobody asked for.
 *
 * @param attemptsSoFar restarts since the session was last healthy.
 */
export function decideRecovery(attemptsSoFar: number): RecoveryDecision {
  const afterMs = restartDelaysMs[attemptsSoFar];
  if (afterMs === undefined) return { action: 'give-up' };
  return { action: 'restart', afterMs, attempt: attemptsSoFar + 1 };
}

/** How many restarts count against a session, given how long it ran since the last one. */
export function countedAttempts(attempts: number, ranForMs: number): number {
  return ranForMs >= quietTimeMs ? 0 : attempts;
}
