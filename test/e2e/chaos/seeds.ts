import { regressions } from '../../chaos/regressions.ts';

/** The first fifty seeds, and every one that ever found something. */
export const seeds: readonly number[] = [
  ...new Set([...Array.from({ length: 50 }, (_, index) => index + 1), ...regressions.map(({ seed }) => seed)]),
];
