import { describe, expect, it } from 'vitest';

import { errorPolicy, eventPolicy, hasRecovery, knownCode, subjects } from '../../src/error-policy/policy.ts';
import type { ErrorCode } from '../../src/error-policy/policy.ts';
import type { Happened, PolicyRow, Recovery } from '../../src/error-policy/row.ts';
import { readSources, readTests } from './sources.ts';

const sources = readSources();
const rows: readonly (readonly [string, PolicyRow])[] = Object.values(subjects).flatMap((subject) =>
  Object.entries<PolicyRow>(subject),
);

/** All that errors of a code may say. */
function possible({ happened }: PolicyRow): readonly Happened[] {
  return typeof happened === 'string' ? [happened] : happened;
}

/** The fixed words of a sentence that are long enough to mean something. */
function fixedWords(symptom: string): readonly string[] {
  if (symptom.startsWith('(')) return [];
  return symptom
    .split('…')
    .map((words) => words.replace(/^[\s"]+|[\s"]+$/g, ''))
    .filter((words) => words.length >= 8);
}

describe('MS-16: the error policy', () => {
  it('has each code once, and every subject in it', () => {
    const codes = rows.map(([code]) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(codes.toSorted()).toEqual([...Object.keys(errorPolicy), ...Object.keys(eventPolicy)].toSorted());
    expect(codes.filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  });

  it('has a row for every error that is made', () => {
    // Were the walk broken, nothing would be found.
    expect(sources.throwSites.length).toBeGreaterThan(100);
    const unknown = sources.throwSites.flatMap(({ at, codes }) =>
      codes.filter((code) => !Object.hasOwn(errorPolicy, code)).map((code) => `${at} ${code}`),
    );
    expect(unknown).toEqual([]);
  });

  it('has no row that nothing makes', () => {
    expect(Object.keys(errorPolicy).filter((code) => !sources.used.has(code) && code !== 'unknown-error')).toEqual([]);
  });

  it('agrees with every place that says itself what happened, and which says it only where it differs', () => {
    const odd = sources.throwSites.flatMap(({ at, codes, happened }) =>
      codes.flatMap((code) => {
        const [usual, ...others] = possible(errorPolicy[knownCode(code)]);
        if (happened === undefined || others.some((other) => other === happened)) return [];
        return [`${at}: ${code} says ${happened}${happened === usual ? ' as the policy does' : ''}`];
      }),
    );
    expect(odd).toEqual([]);
  });

  it('shows each in words that are in the code', () => {
    const isInCode = (words: string): boolean => sources.texts.some((text) => text.includes(words));
    const missing = rows.flatMap(([code, { symptom }]) =>
      [symptom]
        .flat()
        .flatMap(fixedWords)
        .filter((words) => !isInCode(words))
        .map((words) => `${code}: ${words}`),
    );
    expect(missing).toEqual([]);
  });

  it('says of each what a person does, in a sentence', () => {
    expect(rows.filter(([, { advice }]) => !/^[A-Z`].*[.)]$/s.test(advice)).map(([code]) => code)).toEqual([]);
    expect(rows.filter(([, { cause }]) => cause.endsWith('.')).map(([code]) => code)).toEqual([]);
  });

  it('has no row that no test meets, by its code or in its words', () => {
    const tests = readTests();
    const isMet = ([code, { symptom }]: readonly [string, PolicyRow]): boolean =>
      tests.includes(`'${code}'`) ||
      [symptom]
        .flat()
        .flatMap(fixedWords)
        .some((words) => tests.includes(words));
    const unmet = Object.entries<PolicyRow>(errorPolicy).filter((row) => !isMet(row));
    expect(unmet.map(([code]) => code)).toEqual([]);
  });

  it('tells errors by what the bridge does about them', () => {
    expect(hasRecovery('chat-forbidden', 'park')).toBe(true);
    expect(hasRecovery('chat-invalid', 'park')).toBe(false);
    // What may not be repeated without a look is never simply tried again (I4).
    const repeated = Object.entries<PolicyRow>(errorPolicy).filter(([, row]) => row.recovery === 'retry-some');
    expect(repeated.filter(([, row]) => possible(row)[0] !== 'not-done')).toEqual([]);
  });

  // The bridge decides by these. A code more or less among them is a message that waits for ever, or is lost.
  it.each<[Recovery, readonly ErrorCode[]]>([
    ['wait', ['state-busy', 'state-full', 'state-undone', 'state-unreadable', 'state-unwritable']],
    ['park', ['chat-forbidden', 'chat-not-found']],
    ['leave-out', ['chat-invalid', 'chat-too-large', 'file-unreadable']],
    ['go-without', ['disk-full', 'file-over-quota', 'file-refused', 'file-too-large', 'file-unwritable']],
  ])('has "%s" for just those that it is right for', (recovery, codes) => {
    const found = Object.entries<PolicyRow>(errorPolicy).filter(([, row]) => row.recovery === recovery);
    expect(found.map(([code]) => code).toSorted()).toEqual(codes);
  });

  it('knows the codes of another version not', () => {
    const code: ErrorCode = knownCode('session-unknown');
    expect(code).toBe('session-unknown');
    expect(['of-tomorrow', 'toString', '__proto__', ''].map(knownCode)).toEqual(Array(4).fill('unknown-error'));
  });
});
