import { expect, it } from 'vitest';

import { cut, shorten } from '../../src/base/cut-text.ts';

it('cuts between characters', () => {
  expect(cut('abc', 2)).toBe('ab');
  expect(cut('a😀b', 2)).toBe('a');
  expect(cut('a😀b', 3)).toBe('a😀');
  expect(cut('abc', -1)).toBe('');
});

it('says that something is missing, within the limit', () => {
  expect(shorten('abc', 3)).toBe('abc');
  expect(shorten('abcd', 3)).toBe('ab…');
  expect(shorten('a😀bc', 3)).toBe('a…');
});
