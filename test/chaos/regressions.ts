/** A seed beyond the first fifty that once found something, and what it was. Played with every run of the tests. */
export interface Regression {
  readonly seed: number;
  readonly was: string;
}

export const regressions: readonly Regression[] = [];
