import { describe, expect, it } from 'vitest';

import { isForInputMethod } from '../../../src/local-discord/page/input-method.ts';

describe('a key', () => {
  it.each([
    ['an Enter of one\u2019s own', { isComposing: false, keyCode: 13 }, false],
    ['an Enter within a word', { isComposing: true, keyCode: 13 }, true],
    ['the Enter that ends a word, in Safari', { isComposing: false, keyCode: 229 }, true],
  ])('belongs to the input method or not: %s', (_, event, expected) => {
    expect(isForInputMethod(event)).toBe(expected);
  });
});
