/** Under this name the state notes when it was put back to what it was earlier. */
export const restoredAtFact = 'restored-at';

/**
 * When that was, in epoch milliseconds: what was said before may have been done already. Long ago when it never was.
 *
 * @param fact what is noted under `restoredAtFact`.
 */
export function restoredAt(fact: string | undefined): number {
  const at = Number(fact);
  return fact === undefined || !Number.isFinite(at) ? -Infinity : at;
}
