/** A moment of `performance.now()` as wall time in epoch milliseconds with fractions, exact to some microseconds. */
export function readWallClock(moment: number): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now(); // The wall clock is read the moment it ticks.
  return now - (performance.now() - moment);
}
