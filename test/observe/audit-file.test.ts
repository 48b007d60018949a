import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sealLine } from '../../src/base/hash-chain.ts';
import type { AuditEntry, AuditedRequest } from '../../src/contracts/audit.ts';
import { AuditFile } from '../../src/observe/audit-file.ts';
import type { AuditFileOptions } from '../../src/observe/audit-file.ts';
import { readAuditHead } from '../../src/observe/audit-head.ts';
import { verifyAudit } from '../../src/observe/audit-verify.ts';
import { redactor } from '../../src/observe/redact.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

let directory: string;
let path: string;
let head: string;
let clock: ManualClock;
let log: RecordingLog;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  path = join(directory, 'audit.jsonl');
  head = join(directory, 'head.json');
  clock = new ManualClock();
  log = new RecordingLog();
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
    .map((line) => JSON.parse(line) as Partial<AuditedRequest> & { mark?: string })
    .filter(({ mark }) => mark === undefined || mark === 'missing')
    .map(({ about }) => about);

const lines = (name = 'audit.jsonl'): readonly string[] =>
  readFileSync(join(directory, name), 'utf8').trimEnd().split('\n');

/** Of one run of the bridge. */
function audit(options: Partial<AuditFileOptions> = {}): AuditFile {
  return new AuditFile({ path, headPath: head, clock, log, redact: redactor([]), ...options });
}

describe('audit-file', () => {
  it('MS-09: adds a line for each entry, also after a restart, for nobody else to read', () => {
    audit().note(entry('p1'));
    audit().note(entry('p2\n{"forged":1}'));
    expect(abouts()).toEqual(['p1', 'p2\n{"forged":1}']);
    expect(lines()).toHaveLength(2);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(log.lines).toEqual([]);
  });

  it('MS-09: takes out secrets, and lets no name make a line or steer a terminal', () => {
    audit({ redact: redactor(['very-secret-value']) }).note(entry('very-secret-value \u2028\u001b[2J\u009b'));
    expect(abouts()).toEqual(['[redacted] \u2028\u001b[2J\u009b']);
    expect(readFileSync(path, 'utf8')).toMatch(/^[\x20-\x7e]+\n$/);
    expect(verify().findings).toEqual([]);
  });

  it('BX-09: each line carries its number and the hash of the line before, over restarts', () => {
    audit().note(entry('p1'));
    audit().note(entry('p2'));
    const [first, second] = lines().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect([first?.['seq'], second?.['seq']]).toEqual([1, 2]);
    expect([first?.['prev'], second?.['prev']]).toEqual(['0'.repeat(64), first?.['hash']]);
  });

  it('I11: puts a full file away, unchanged, and keeps ten in all; what went by its age is no gap', () => {
    const one = audit({ bytesPerFile: 900 });
    for (let count = 1; count <= 80; count += 1) one.note(entry(`p${count}`));
    one.close();
    const names = readdirSync(directory).filter((name) => name.startsWith('audit'));
    expect(names).toHaveLength(10);
    const kept = [9, 8, 7, 6, 5, 4, 3, 2, 1].flatMap((number) => abouts(`audit.${number}.jsonl`)).concat(abouts());
    expect(kept.length).toBeLessThan(80);
    expect(kept).toEqual(kept.map((_, index) => `p${80 - kept.length + 1 + index}`));
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(verify()).toMatchObject({ isWhole: true, findings: [], files: 10 });
  });

  it('a disk that takes nothing is told loudly once, costs the lines, and nobody else; the audit says how many', () => {
    const one = audit();
    mkdirSync(path);
    one.note(entry('p1'));
    one.note(entry('p2'));
    expect(log.at('error')).toHaveLength(1);
    expect(one.trouble).toMatchObject({ file: path, lost: 2 });
    rmdirSync(path);
    one.note(entry('p3'));
    expect(log.at('error')).toHaveLength(2);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', fields: { lost: 2 } });
    expect(abouts()).toEqual(['p3']);
    expect(one.trouble).toBeUndefined();
    expect(verify()).toMatchObject({
      findings: [],
      notes: [expect.stringContaining('2 entries could not be written')],
    });
  });

  it('closes a file that somebody opened to others when it begins anew', () => {
    const one = audit({ bytesPerFile: 900 });
    for (let count = 1; count <= 4; count += 1) one.note(entry(`p${count}`));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('MS-09: a line that was cut by a kill is marked by the next run, not silently passed over', () => {
    audit().note(entry('p1'));
    appendFileSync(path, '{"seq":2,"prev":"abc');
    audit().note(entry('p2'));
    expect(lines()).toHaveLength(4);
    expect(JSON.parse(lines()[2] ?? '')).toMatchObject({ mark: 'torn', bytes: 20 });
    expect(verify()).toMatchObject({
      findings: [],
      notes: [expect.stringContaining('cut when the bridge was killed')],
    });
  });

  it('a run that was killed before it kept the end goes on where the file ends', () => {
    const one = audit();
    one.note(entry('p1'));
    one.close();
    one.note(entry('p2')); // Killed now: the end that is kept is p1.
    audit().note(entry('p3'));
    expect(abouts()).toEqual(['p1', 'p2', 'p3']);
    expect(verify().findings).toEqual([]);
  });

  it('BX-09: what was taken off its end, or written anew there, while no bridge ran is marked by the next one', () => {
    const one = audit();
    for (const about of ['p1', 'p2', 'p3']) one.note(entry(about));
    one.close();
    const before = readFileSync(path, 'utf8');
    const kept = readFileSync(head, 'utf8');
    writeFileSync(path, `${lines().slice(0, 2).join('\n')}\n`);
    const next = audit();
    next.note(entry('p4'));
    next.close();
    expect(abouts()).toEqual(['p1', 'p2', undefined, 'p4']);
    expect(verify().findings).toMatchObject([{ kind: 'missing', says: expect.stringContaining('Entry 3 was gone') }]);

    writeFileSync(path, before);
    writeFileSync(head, kept);
    const {
      seq,
      prev,
      hash: _,
      ...fields
    } = JSON.parse(lines()[2] ?? '') as { seq: number; prev: string; hash: string };
    const forged = sealLine({ seq: seq - 1, hash: prev }, { ...fields, about: 'another' }).line;
    writeFileSync(path, `${[...lines().slice(0, 2), forged].join('\n')}\n`);
    const last = audit();
    last.note(entry('p4'));
    last.close();
    expect(verify().findings).toMatchObject([{ kind: 'foreign', says: expect.stringContaining('after entry 3') }]);
  });

  it('keeps the end in a moment, after the line is flushed', async () => {
    const one = audit();
    one.note(entry('p1'));
    expect(readAuditHead(head)).toMatchObject({ seq: 1 });
    one.note(entry('p2'));
    expect(readAuditHead(head)).toMatchObject({ seq: 1 });
    await clock.advance(1_000);
    expect(readAuditHead(head)).toMatchObject({ seq: 2 });
    expect(clock.pending).toBe(0);
  });

  it('goes on after the lines of an older version, and holds them to what they are', () => {
    writeFileSync(path, `${JSON.stringify(entry('old 1'))}\n${JSON.stringify(entry('old 2'))}\n`, { mode: 0o600 });
    audit().note(entry('p1'));
    expect(verify()).toMatchObject({ findings: [], notes: [expect.stringContaining('2 lines of an older version')] });
    writeFileSync(path, readFileSync(path, 'utf8').replace('old 2', 'new 2'));
    expect(verify().isWhole).toBe(false);
  });

  it('BX-09: a file that somebody changed, cut or took under the running bridge is marked, and goes on', () => {
    const one = audit();
    for (const about of ['p1', 'p2', 'p3']) one.note(entry(about));
    writeFileSync(path, `${lines().slice(0, 2).join('\n')}\n`);
    one.note(entry('p4'));
    expect(verify().findings).toMatchObject([
      { line: 3, kind: 'missing', says: expect.stringContaining('Entry 3 was gone') },
    ]);
    rmSync(path);
    one.note(entry('p5'));
    one.close();
    expect(abouts()).toEqual([undefined, 'p5']);
    expect(verify().findings).toMatchObject([{ file: 'audit.jsonl', kind: 'missing' }]);
    audit().note(entry('p6'));
    expect(verify().findings).toHaveLength(1);
  });

  it('makes its directory again when somebody removed it', () => {
    const inside = join(directory, 'logs', 'audit.jsonl');
    const one = audit({ path: inside });
    one.note(entry('p1'));
    rmSync(join(directory, 'logs'), { recursive: true });
    one.note(entry('p2'));
    expect(readFileSync(inside, 'utf8')).toContain('"about":"p2"');
    expect(one.trouble).toBeUndefined();
  });
});

function verify() {
  return verifyAudit(path, head);
}
