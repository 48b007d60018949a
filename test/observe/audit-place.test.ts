import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { beginning, sealLine } from '../../src/base/hash-chain.ts';
import type { Tip } from '../../src/base/hash-chain.ts';
import { hasEntry, lastPlace, oldestKept, saidOldest } from '../../src/observe/audit-place.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-place-'));
  file = join(directory, 'audit.jsonl');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** So many lines of a chain, after one that is there already. */
function chain(count: number, after: Tip = beginning): { readonly text: string; readonly tips: readonly Tip[] } {
  const tips: Tip[] = [];
  let text = '';
  for (let index = 0; index < count; index += 1) {
    const { line, tip } = sealLine(
      tips.at(-1) ?? after,
      { at: '2026-11-22T00:00:00.000Z', who: 'local' },
      (json) => json,
    );
    tips.push(tip);
    text += `${line}\n`;
  }
  return { text, tips };
}

describe('a file that is larger than any memory', () => {
  /** A hole is a line of nothing, as long as one wants. */
  const hole = 2 ** 42;

  it('is read at its beginning only for what stands there', () => {
    const { text, tips } = chain(2);
    writeFileSync(file, text);
    truncateSync(file, hole);
    expect(oldestKept([file])).toMatchObject({ seq: 1, hash: tips[0]?.hash });
    expect(saidOldest([file])).toEqual({ seq: 1, prev: beginning.hash });
  });

  it('is read at its end only for where the chain ends', () => {
    const { text, tips } = chain(3);
    writeFileSync(file, '');
    truncateSync(file, hole);
    appendFileSync(file, `\n${text}torn`);
    expect(lastPlace([file])).toMatchObject({ tip: tips[2], torn: { bytes: 4 }, isTerminated: false });
    expect(hasEntry([file], tips[1]!)).toBe(true);
    expect(hasEntry([file], { ...tips[1]!, hash: '0'.repeat(64) })).toBe(false);
  });
});

it('an entry that stands twice is judged by the later one, which the bridge wrote', () => {
  const { text, tips } = chain(3);
  const forged = chain(2, { seq: 1, hash: 'f'.repeat(64) });
  writeFileSync(file, `${forged.text}${text}`);
  expect(hasEntry([file], tips[2]!)).toBe(true);
});

it('an entry that is older than all that is kept is no reproach', () => {
  const { text } = chain(3, { seq: 10, hash: 'a'.repeat(64) });
  writeFileSync(file, text);
  expect(hasEntry([file], { seq: 10, hash: 'b'.repeat(64) })).toBe(true);
  expect(hasEntry([file], { seq: 12, hash: 'b'.repeat(64) })).toBe(false);
  expect(hasEntry([file], { seq: 99, hash: 'b'.repeat(64) })).toBe(false);
});
