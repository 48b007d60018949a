import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { mutated } from './mutant.ts';
import { mutants } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the planted mistakes', () => {
  it.each(mutants)('$name applies to the code as it is', ({ name, changes, killers }) => {
    expect(changes.length).toBeGreaterThan(0);
    for (const change of changes) {
      const text = readFileSync(join(root, change.file), 'utf8');
      expect(mutated(name, change, text)).not.toBe(text);
    }
    expect(killers.length).toBeGreaterThan(0);
    expect(killers.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('have names of their own, the five that everything rests on among them', () => {
    const names = mutants.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'drop-the-nonce',
        'acknowledge-before-the-write',
        'cursor-outside-the-transaction',
        'skip-the-lookup',
        'forget-the-archived-threads',
      ]),
    );
  });

  it('do not apply when their place is gone, or not the only one', () => {
    const change = { file: 'a.ts', find: 'one', replace: '$& two' };
    expect(mutated('m', change, 'just one')).toBe('just $& two');
    expect(() => mutated('m', change, 'nothing')).toThrow('Mutant m does not apply: a.ts has 0 places that read "one"');
    expect(() => mutated('m', change, 'one and one')).toThrow('2 places');
    expect(() => mutated('m', { ...change, replace: 'one' }, 'one')).toThrow('changes nothing');
  });
});
