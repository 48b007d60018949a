import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AuditEntry } from '../../src/contracts/audit.ts';
import { AuditFile } from '../../src/observe/audit-file.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  path = join(directory, 'audit.jsonl');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const entry = (about: string): AuditEntry => ({
  at: '2026-01-01T00:00:00.000Z',
  who: 'user 5',
  surface: 'press',
  action: 'decide-prompt',
  session: 1,
  about,
  outcome: 'allowed',
});
const abouts = (name = 'audit.jsonl'): readonly unknown[] =>
  readFileSync(join(directory, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as AuditEntry).about);

describe('audit-file', () => {
  it('MS-09: adds a line for each entry, also after a restart, for nobody else to read', () => {
    const log = new RecordingLog();
    new AuditFile({ path, log }).note(entry('p1'));
    new AuditFile({ path, log }).note(entry('p2\n{"forged":1}'));
    expect(abouts()).toEqual(['p1', 'p2\n{"forged":1}']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(log.lines).toEqual([]);
  });

  it('I11: puts a full file away, unchanged, and keeps ten in all', () => {
    const audit = new AuditFile({ path, log: new RecordingLog(), bytesPerFile: 300 });
    for (let count = 1; count <= 60; count += 1) audit.note(entry(`p${count}`));
    const names = readdirSync(directory);
    expect(names).toHaveLength(10);
    expect(abouts().at(-1)).toBe('p60');
    expect(abouts('audit.1.jsonl').at(-1)).toBe(`p${60 - abouts().length}`);
    const kept = [9, 8, 7, 6, 5, 4, 3, 2, 1].flatMap((number) => abouts(`audit.${number}.jsonl`)).concat(abouts());
    expect(kept).toEqual(kept.map((_, index) => `p${60 - kept.length + 1 + index}`));
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  });

  it('a disk that takes nothing is told loudly once, costs the lines, and nobody else', () => {
    const log = new RecordingLog();
    const audit = new AuditFile({ path, log });
    mkdirSync(path);
    audit.note(entry('p1'));
    audit.note(entry('p2'));
    expect(log.at('error')).toHaveLength(1);
    rmdirSync(path);
    audit.note(entry('p3'));
    expect(log.at('error')).toHaveLength(2);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', fields: { lost: 2 } });
    expect(abouts()).toEqual(['p3']);
  });

  it('closes a file that somebody opened to others when it begins anew', () => {
    writeFileSync(path, `${'x'.repeat(400)}\n`, { mode: 0o644 });
    new AuditFile({ path, log: new RecordingLog(), bytesPerFile: 300 }).note(entry('p1'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
