import { describe, expect, it } from 'vitest';

import { english } from '../../../src/local-discord/page/words/english.ts';
import { japanese } from '../../../src/local-discord/page/words/japanese.ts';
import { chooseWords } from '../../../src/local-discord/page/words/words.ts';

describe('the words of the page', () => {
  it.each([
    [['ja-JP', 'en'], japanese],
    [['en-GB', 'ja'], english],
    [['de', 'ja'], japanese],
    [['fr'], english],
    [[], english],
  ])('are in the first language that there is: %o', (languages, words) => {
    expect(chooseWords(languages)).toBe(words);
  });

  it('name the same commands in every language', () => {
    const commands = (words: typeof english): string[] => words.steps.map(({ command }) => command);
    expect(commands(japanese)).toEqual(commands(english));
  });
});
