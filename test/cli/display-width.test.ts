import { describe, expect, it } from 'vitest';

import { displayWidth, shorten } from '../../src/cli/display-width.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['開発', 4],
    ['ｶﾅ', 2],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['🇯🇵', 2],
  ])('%s takes %d columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('shorten', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['開発チーム', 10, '開発チーム'],
    ['開発チーム', 9, '開発チー…'],
    ['開発チーム', 8, '開発チ…'],
    ['ab cdef', 4, 'ab…'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%s in %d columns is %s', (text, width, expected) => {
    expect(shorten(text, width)).toBe(expected);
    expect(displayWidth(shorten(text, width))).toBeLessThanOrEqual(width);
  });
});
