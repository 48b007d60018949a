import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { restartDelaysMs } from '../../src/bridge/session/recovery-policy.ts';
import { eventPolicy } from '../../src/error-policy/policy.ts';
import { recoveryWords } from '../../src/error-policy/row.ts';
import type { Recovery } from '../../src/error-policy/row.ts';

interface Proof {
  readonly recovery: Recovery;
  /** The tests that show it: the file under `test/`, and words of the title. */
  readonly shownBy: readonly (readonly [file: string, title: string])[];
}

/** What each event is to be followed by, and where that is shown. Another event does not compile without a line. */
const proofs: Readonly<Record<keyof typeof eventPolicy, Proof>> = {
  'session-lost': {
    recovery: 'restart',
    shownBy: [
      [
        'bridge/session/managed-session-recovery.test.ts',
        'MS-16: three restarts after 1, 2 and 4 s, then it is given up',
      ],
    ],
  },
  'file-name-taken': {
    recovery: 'rename',
    shownBy: [
      ['attachments/attachments.test.ts', 'MS-16: a name that is taken gets a suffix'],
      ['bridge/attachments/agent-lines.test.ts', 'MS-16: that a name was taken is said'],
    ],
  },
  'limit-exceeded': {
    recovery: 'throttle',
    shownBy: [
      [
        'bridge/monitor/resource-monitor.test.ts',
        'MS-16: is given nothing new, loses nothing, and goes on within 15 s of taking less',
      ],
    ],
  },
  'channel-unmapped': {
    recovery: 'default-session',
    shownBy: [['bridge/inbound/intake.test.ts', 'MS-16: serve the owner through the default session, with a warning']],
  },
};

describe('MS-16: what happens by itself', () => {
  it.each(Object.entries(proofs))('%s is followed by what the policy says, and a test shows it', (event, proof) => {
    expect(Object.entries(eventPolicy).find(([name]) => name === event)?.[1].recovery).toBe(proof.recovery);
    expect(proof.shownBy.length).toBeGreaterThan(0);
    for (const [file, title] of proof.shownBy) {
      expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8')).toContain(title);
    }
  });

  it('a lost session is restarted as often as people are told', () => {
    const [first, second, third, ...more] = restartDelaysMs.map((delay) => delay / 1_000);
    expect(more).toEqual([]);
    expect(recoveryWords.restart).toContain(`after ${first}, ${second} and ${third} s`);
  });
});
