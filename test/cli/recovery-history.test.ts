import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { attemptText, readAttempts } from '../../src/cli/recovery-history.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'history-'));
  path = join(directory, 'recovery.jsonl');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const attempt = (session: number, count: number, change: object = {}): string =>
  JSON.stringify({
    at: '2026-01-02T03:04:05.678Z',
    session,
    generation: 1,
    by: 'bridge',
    finding: 'wedged',
    evidence: { activity: 'busy', silentMs: 300_000 },
    step: 'nudge',
    attempt: count,
    outcome: 'helped',
    ...change,
  });

describe('the history of recoveries', () => {
  it('MS-07: nothing was recovered yet', () => {
    expect(readAttempts(path, undefined)).toEqual([]);
  });

  it('MS-07: gives the last ones, oldest first, of both files, of one session or of all', () => {
    writeFileSync(join(directory, 'recovery.1.jsonl'), `${attempt(1, 1)}\n${attempt(2, 2)}\n`);
    writeFileSync(path, `${attempt(1, 3)}\n`);
    expect(readAttempts(path, undefined).map((one) => one.attempt)).toEqual([1, 2, 3]);
    expect(readAttempts(path, 1).map((one) => one.attempt)).toEqual([1, 3]);
  });

  it('passes over what a power cut left of a line', () => {
    writeFileSync(path, `${attempt(1, 1)}\n{"at":"2026-\n${attempt(1, 2)}\n`);
    expect(readAttempts(path, 1).map((one) => one.attempt)).toEqual([1, 2]);
  });

  it('says what was found, done, and came of it', () => {
    writeFileSync(path, `${attempt(1, 2, { step: 'restart', outcome: 'failed', reason: 'agent-start-failed' })}\n`);
    expect(readAttempts(path, 1).map(attemptText)).toEqual([
      '2026-01-02 03:04:05Z  session 1  wedged: restart 2, failed (by bridge; activity=busy silentMs=300000 reason=agent-start-failed)',
    ]);
  });
});
