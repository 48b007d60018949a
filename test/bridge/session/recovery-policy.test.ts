import { describe, expect, it } from 'vitest';

import { countedAttempts, decideRecovery, quietTimeMs } from '../../../src/bridge/session/recovery-policy.ts';

describe('recovery policy', () => {
  it('MS-07: three restarts after 1, 2 and 4 s, then no more', () => {
    expect([0, 1, 2, 3, 4].map((attempts) => decideRecovery(attempts))).toEqual([
      { action: 'restart', afterMs: 1_000, attempt: 1 },
      { action: 'restart', afterMs: 2_000, attempt: 2 },
      { action: 'restart', afterMs: 4_000, attempt: 3 },
      { action: 'give-up' },
      { action: 'give-up' },
    ]);
  });

  it('ten quiet minutes wipe the slate clean, a moment less does not', () => {
    expect(quietTimeMs).toBe(600_000);
    expect(countedAttempts(3, quietTimeMs)).toBe(0);
    expect(countedAttempts(3, quietTimeMs - 1)).toBe(3);
  });
});
