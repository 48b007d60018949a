import { describe, expect, it } from 'vitest';

import { isSamePrompt, promptText, splitForTyping } from '../../../src/agents/claude-code/prompt-text.ts';
import type { SessionNumber } from '../../../src/model/session.ts';

const session = 7 as SessionNumber;

describe('promptText', () => {
  it('puts one header before the text', () => {
    const input = { message: 'm', text: ' /exit\t', authorName: 'bob' };
    expect(promptText({ ...input, source: 'discord' }, session)).toBe('[discord @bob session=7] /exit');
    expect(promptText({ ...input, source: 'cli' }, session)).toBe('[cli session=7] /exit');
  });

  it('is nothing when nothing is left of the text', () => {
    expect(promptText({ message: 'm', text: '\u200b', authorName: 'bob', source: 'cli' }, session)).toBeUndefined();
  });
});

describe('isSamePrompt', () => {
  it.each([
    ['a b', ' a b \n', true],
    ['\u00e9', 'e\u0301', true],
    ['x\u200dx', 'xx', true],
    ['a b', 'a  b', false],
    ['a b', 'a', false],
    ['a', '\n<pasted_content id="1">\na\n</pasted_content id="1">\n', false],
  ])('expected %j, recorded %j: %s', (expected, recorded, same) => {
    expect(isSamePrompt(recorded, expected)).toBe(same);
  });
});

describe('splitForTyping', () => {
  it('never cuts a grapheme, and loses nothing', () => {
    const text = `${'x'.repeat(299)}\u{1F469}\u200d\u{1F469}\u200d\u{1F467}${'é日'.repeat(300)}`;
    const pieces = splitForTyping(text, 300);
    expect(pieces.join('')).toBe(text);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(300);
    expect(pieces[0]).toBe('x'.repeat(299));
  });

  it('cuts a grapheme that is longer than a piece, between code points', () => {
    const text = `e${'\u0301'.repeat(50)}\u{1F469}`;
    const pieces = splitForTyping(text, 10);
    expect(pieces.join('')).toBe(text);
    expect(pieces.every((piece) => piece.isWellFormed() && piece.length <= 10)).toBe(true);
  });
});
