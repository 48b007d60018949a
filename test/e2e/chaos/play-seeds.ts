import { describe, expect, it } from 'vitest';

import { describeFailure, runScenario } from '../../chaos/scenario.ts';

/** One test for each seed, which plays its scenario and shows everything when a promise was broken. */
export function playSeeds(title: string, seeds: readonly number[]): void {
  // Some at the same time: most of one is waiting.
  describe.concurrent(title, () => {
    it.each(seeds)('BX-01 BX-02 BX-03 BX-04: seed %i keeps every promise', async (seed) => {
      const outcome = await runScenario(seed);
      expect(outcome.violations.length === 0 ? '' : describeFailure(outcome)).toBe('');
    });
  });
}
