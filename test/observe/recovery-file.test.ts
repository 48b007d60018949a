import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RecoveryLine } from '../../src/contracts/recovery.ts';
import { RecoveryFile } from '../../src/observe/recovery-file.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'recovery-'));
  path = join(directory, 'recovery.jsonl');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const line = (attempt: number): RecoveryLine => ({
  at: '2026-01-01T00:00:00.000Z',
  session: 1,
  generation: 2,
  by: 'bridge',
  finding: 'wedged',
  evidence: { silentMs: 300_000, tools: 0 },
  step: 'nudge',
  attempt,
  outcome: 'in-vain',
});
const lines = (name = 'recovery.jsonl'): readonly RecoveryLine[] =>
  readFileSync(join(directory, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as RecoveryLine);

describe('recovery-file', () => {
  it('MS-07: keeps every attempt, over restarts of the bridge, for nobody else to read', () => {
    const log = new RecordingLog();
    new RecoveryFile({ path, log }).note(line(1));
    chmodSync(path, 0o644);
    new RecoveryFile({ path, log }).note(line(2));
    expect(lines()).toEqual([line(1), line(2)]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(log.lines).toEqual([]);
  });

  it('I11: keeps the file before, and nothing older', () => {
    const file = new RecoveryFile({ path, log: new RecordingLog(), bytesPerFile: 1000 });
    for (let attempt = 1; attempt <= 40; attempt += 1) file.note(line(attempt));
    expect(readdirSync(directory).sort()).toEqual(['recovery.1.jsonl', 'recovery.jsonl']);
    const kept = [...lines('recovery.1.jsonl'), ...lines()].map(({ attempt }) => attempt);
    expect(kept.at(-1)).toBe(40);
    expect(kept).toEqual(kept.map((_, index) => 40 - kept.length + 1 + index));
  });

  it('a log folder that is gone costs lines, is said once, and never throws', () => {
    const log = new RecordingLog();
    rmdirSync(directory);
    const file = new RecoveryFile({ path, log });
    file.note(line(1));
    file.note(line(2));
    expect(log.lines.map(({ sentence }) => sentence)).toEqual(['the history of recoveries is not written']);
    mkdirSync(directory);
    file.note(line(3));
    expect(lines()).toEqual([line(3)]);
  });
});
