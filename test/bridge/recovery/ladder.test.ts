import { describe, expect, it } from 'vitest';

import { budgets, isTrouble, nextRung, nothingSpent } from '../../../src/bridge/recovery/ladder.ts';
import type { Spent } from '../../../src/bridge/recovery/ladder.ts';
import type { Finding } from '../../../src/contracts/recovery.ts';

/** Every step until nothing is left, as `step attempt waitMs`. */
function way(finding: Finding, byPerson = false): readonly string[] {
  const taken: string[] = [];
  let spent: Spent = nothingSpent;
  for (;;) {
    const rung = nextRung(finding, spent, byPerson);
    if (rung.step === 'give-up' || taken.length > 9) return taken;
    taken.push(`${rung.step} ${rung.attempt} ${rung.waitMs}`);
    spent = { ...spent, [rung.step]: spent[rung.step] + 1 };
  }
}

describe('MS-07: the ladder', () => {
  it('goes from the gentlest step to the hardest, each with its budget and 1, 2, 4 s to help', () => {
    expect(way('wedged')).toEqual([
      ...['nudge 1 1000', 'nudge 2 2000', 'nudge 3 4000'],
      ...['interrupt 1 1000', 'interrupt 2 2000'],
      ...['restart 1 1000', 'restart 2 2000', 'restart 3 4000'],
    ]);
  });

  it('stops no turn where none runs', () => {
    for (const finding of ['deaf', 'overlay', 'missing'] as const) {
      expect(way(finding).filter((step) => step.startsWith('interrupt'))).toEqual([]);
      expect(way(finding).at(-1)).toBe('restart 3 4000');
    }
  });

  it('I8: does nothing about what is well, asked to stop, waiting for a person, or given up', () => {
    for (const finding of ['healthy', 'tool', 'waiting', 'underway', 'stopped', 'given-up', 'died'] as const) {
      expect(isTrouble(finding)).toBe(false);
      expect(nextRung(finding, nothingSpent, true)).toEqual({ step: 'give-up' });
    }
  });

  it('restarts for a person also when everything is spent, and not by itself', () => {
    expect(nextRung('wedged', budgets, false)).toEqual({ step: 'give-up' });
    expect(nextRung('wedged', budgets, true)).toEqual({ step: 'restart', attempt: 4, waitMs: 4000 });
  });
});
