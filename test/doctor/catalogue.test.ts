import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { catalogue, faultIds } from '../../src/doctor/catalogue.ts';

const root = join(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8').split('\n');

describe('docs/troubleshooting.md', () => {
  it.each(faultIds)('has %s with its level, what it means and what to do', (id) => {
    const { level, means, cure } = catalogue[id];
    const cells = rows
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .find((candidate) => candidate[1] === `\`${id}\``);
    expect(cells?.slice(2, 5)).toEqual([level, means, cure]);
  });
});

// A code that no test plants may never be found.
it('is planted by a test, every one', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const tests = files.filter((name) => name.endsWith('.test.ts') && name !== 'catalogue.test.ts');
  const all = tests.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
  expect(faultIds.filter((id) => !all.includes(`'${id}'`))).toEqual([]);
});
