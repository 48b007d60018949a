/** A seed that once found something, and what it was. Played with every run of the tests, whatever its number. */
export interface Regression {
  readonly seed: number;
  readonly was: string;
}

/**
 * A seed means the same scenario only as long as the planner does not change: each of these is also tested by itself,
 * where it was mended.
 */
export const regressions: readonly Regression[] = [
  { seed: 2, was: 'the clock was set back by 90 minutes: requests to the chat server waited just as long' },
  { seed: 6, was: 'the clock was set back by 20 minutes: a route that had met a limit waited just as long' },
  { seed: 14, was: 'a message steered into a turn of a thread was answered there, and not where it was asked' },
  { seed: 21, was: 'the clock was set back by five hours, as seed 2' },
  { seed: 23, was: 'a message of a channel without a session, steered into a turn of another channel, as seed 14' },
  { seed: 31, was: 'as seed 14' },
  { seed: 35, was: 'as seed 14, with three messages of one queue' },
];
