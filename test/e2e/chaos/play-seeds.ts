import { describe, expect, it } from 'vitest';

import { Limiter } from '../../../src/base/limiter.ts';
import { describeFailure, runScenario } from '../../chaos/scenario.ts';

/** So many scenarios at the same time: most of one is waiting. */
const atOnce = 3;

/** Milliseconds for all scenarios of a file: each waits for its turn. */
const patienceMs = 400_000;

/** One test for each seed, which plays its scenario and shows everything when a promise was broken. */
export function playSeeds(title: string, seeds: readonly number[]): void {
  const limiter = new Limiter(atOnce);
  describe.concurrent(title, () => {
    it.each(seeds)('BX-01 BX-02 BX-03 BX-04: seed %i keeps every promise', { timeout: patienceMs }, async (seed) => {
      const outcome = await limiter.run(() => runScenario(seed));
      expect(outcome.violations.length === 0 ? '' : describeFailure(outcome)).toBe('');
    });
  });
}
