import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { sealLine } from '../../src/base/hash-chain.ts';
import { AuditFile } from '../../src/observe/audit-file.ts';
import { verifyAudit } from '../../src/observe/audit-verify.ts';
import type { AuditFinding } from '../../src/observe/audit-verify.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

let directory: string;
let path: string;
let head: string;

/** Entries of one run, in files of about five. */
function write(from: number, to: number): void {
  const log = new RecordingLog();
  const audit = new AuditFile({
    path,
    headPath: head,
    clock: new ManualClock(),
    log,
    redact: (line) => line,
    bytesPerFile: 1_500,
  });
  for (let count = from; count <= to; count += 1) {
    audit.note({
      at: '2026-01-01T00:00:00.000Z',
      who: 'local',
      surface: 'press',
      action: 'post',
      about: `p${count}`,
      outcome: 'allowed',
    });
  }
  audit.close();
  expect(log.lines).toEqual([]);
}

const file = (name: string): string => join(directory, name);
const linesOf = (name: string): string[] => readFileSync(file(name), 'utf8').trimEnd().split('\n');
const put = (name: string, lines: readonly string[]): void =>
  writeFileSync(file(name), lines.map((line) => `${line}\n`).join(''));
const findings = (): readonly AuditFinding[] => verifyAudit(path, head).findings;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  path = file('audit.jsonl');
  head = file('head.json');
});

describe('BX-09: the chain of the audit', () => {
  beforeEach(() => {
    write(1, 20);
  });

  const files = (): readonly string[] =>
    readdirSync(directory)
      .filter((name) => name.startsWith('audit'))
      .sort();

  it('is whole as it was written', () => {
    expect(files().length).toBeGreaterThan(2);
    expect(verifyAudit(path, head)).toMatchObject({
      isWhole: true,
      files: files().length,
      last: { seq: expect.any(Number) as number },
    });
  });

  it('shows the change of any line, by file and line', () => {
    for (const name of files()) {
      const before = linesOf(name);
      for (const [index, line] of before.entries()) {
        for (const changed of [
          line.replace('local', 'LOCAL'),
          line.replace('"at":"2026-01-01', '"at":"2025-01-01'),
          'nothing of ours',
        ]) {
          if (changed === line) continue;
          put(name, before.with(index, changed));
          expect(findings()).toEqual(
            expect.arrayContaining([expect.objectContaining({ file: name, line: index + 1 })]),
          );
        }
      }
      put(name, before);
    }
    expect(findings()).toEqual([]);
  });

  it('shows a line that was written anew with a hash of its own, whichever it is', () => {
    for (const name of files()) {
      const before = linesOf(name);
      for (const [index, line] of before.entries()) {
        const { seq, prev, hash: _, ...fields } = JSON.parse(line) as { seq: number; prev: string; hash: string };
        const forged = sealLine({ seq: seq - 1, hash: prev }, { ...fields, at: '2025-01-01T00:00:00.000Z' });
        put(name, before.with(index, forged.line));
        // It is as it says itself; that it is another one shows where the chain goes on, or at its end, which is kept elsewhere.
        expect(findings(), `${name}:${index + 1}`).toMatchObject([{ kind: 'changed' }]);
      }
      put(name, before);
    }
  });

  it('shows the removal of any line, also of the last ones', () => {
    for (const name of files()) {
      const before = linesOf(name);
      for (const index of before.keys()) {
        put(name, before.toSpliced(index, 1));
        expect(findings(), `${name}:${index + 1}`).not.toEqual([]);
      }
      put(name, before.slice(0, -3));
      expect(findings()).not.toEqual([]);
      put(name, before);
    }
  });

  it('shows that lines changed places, or stand there twice', () => {
    for (const name of files()) {
      const before = linesOf(name);
      for (let index = 1; index < before.length; index += 1) {
        const [one = '', other = ''] = [before[index - 1], before[index]];
        put(name, before.with(index - 1, other).with(index, one));
        expect(findings(), `${name}:${index}`).not.toEqual([]);
        put(name, before.toSpliced(index, 0, one));
        expect(findings(), `${name}:${index}`).not.toEqual([]);
      }
      put(name, before);
    }
  });

  it('names a file that is missing, whichever it is', () => {
    for (const name of files()) {
      copyFileSync(file(name), file('kept'));
      rmSync(file(name));
      expect(findings(), name).toMatchObject([{ kind: 'missing' }]);
      copyFileSync(file('kept'), file(name));
    }
    expect(findings()).toEqual([]);
    for (const name of files()) rmSync(file(name));
    expect(findings()).toMatchObject([{ kind: 'missing', says: expect.stringContaining('Entries 1 to') }]);
  });

  it('does not take the oldest file for gone by its age because a new one begins after it was taken', () => {
    rmSync(
      file(
        files()
          .filter((name) => name !== 'audit.jsonl')
          .sort()
          .at(-1) ?? '',
      ),
    );
    write(21, 40);
    expect(findings()).not.toEqual([]);
  });

  it('shows that everything was written anew: the end is kept elsewhere, and a hash may be kept by a person', () => {
    const { last } = verifyAudit(path, head);
    expect(verifyAudit(path, head, last?.hash).isWhole).toBe(true);
    let tip = { seq: 0, hash: '0'.repeat(64) };
    const forged = Array.from({ length: last?.seq ?? 0 }, (_, index) => {
      const sealed = sealLine(tip, { at: '2026-01-01T00:00:00.000Z', who: 'local', about: `f${index}` });
      tip = sealed.tip;
      return sealed.line;
    });
    for (const name of files()) rmSync(file(name));
    put('audit.jsonl', forged);
    expect(findings()).toMatchObject([{ kind: 'changed' }]);
    expect(verifyAudit(path, file('no head'), last?.hash).findings).toMatchObject([
      { says: expect.stringContaining('Where the audit ends is not kept') },
      { kind: 'missing', says: expect.stringContaining('no entry with the hash') },
    ]);
    // With a line more than there were, and a bridge that goes on.
    put('audit.jsonl', [...forged, sealLine(tip, { at: '2026-01-01T00:00:00.000Z', who: 'local' }).line]);
    write(21, 22);
    expect(findings()).toMatchObject([{ kind: 'foreign', says: expect.stringContaining('changed by somebody else') }]);
  });

  it('shows that lines were taken off the end together with what is kept of it', () => {
    put('audit.jsonl', linesOf('audit.jsonl').slice(0, -2));
    rmSync(head);
    expect(findings()).toMatchObject([{ kind: 'missing', says: expect.stringContaining('is not kept') }]);
    write(21, 22); // A bridge keeps an end again.
    expect(findings()).toMatchObject([{ kind: 'missing', says: expect.stringContaining('was not kept') }]);
  });

  it('shows a line that somebody added also when the bridge has gone on since', () => {
    const added = '{"at":"2026-01-01T00:00:00.000Z","who":"user 7","action":"post","outcome":"allowed"}';
    put('audit.jsonl', [...linesOf('audit.jsonl'), added]);
    expect(findings()).toMatchObject([{ kind: 'foreign' }]);
    write(21, 22);
    expect(findings()).toMatchObject([{ kind: 'foreign', says: expect.stringContaining('none that the bridge') }]);
  });

  it('holds a line that somebody else sealed, and that is no JSON, for a line like any other', () => {
    const { last } = verifyAudit(path, head);
    const { line } = sealLine(last ?? { seq: 0, hash: '' }, {}, () => '{"at":"x","mark":nonsense}');
    put('audit.jsonl', [...linesOf('audit.jsonl'), line]);
    expect(verifyAudit(path, head).last?.seq).toBe((last?.seq ?? 0) + 1);
    write(21, 22);
  });

  it('lets the mark of a line that was cut excuse that one line as it was, and no other', () => {
    appendFileSync(path, '{"seq":');
    write(21, 21);
    const name = files().find((each) => linesOf(each).includes('{"seq":')) ?? '';
    const lines = linesOf(name);
    const cut = lines.indexOf('{"seq":');
    expect(findings()).toEqual([]);
    put(name, lines.with(cut, '{"seq":99'));
    expect(findings()).toMatchObject([{ line: cut + 1, kind: 'foreign' }]);
    put(name, lines.toSpliced(cut, 0, '{"who":"local"}'));
    expect(findings()).toMatchObject([{ kind: 'foreign' }, { kind: 'foreign' }]);
  });

  it('a line of somebody else is none of ours', () => {
    appendFileSync(path, '{"who":"local","outcome":"allowed"}\n');
    expect(findings()).toMatchObject([{ file: 'audit.jsonl', line: linesOf('audit.jsonl').length, kind: 'foreign' }]);
  });
});

it('an installation without an audit yet has a whole one', () => {
  expect(verifyAudit(path, head)).toEqual({ isWhole: true, files: 0, lines: 0, last: null, findings: [], notes: [] });
});
