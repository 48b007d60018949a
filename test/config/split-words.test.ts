import { describe, expect, it } from 'vitest';

import { splitWords } from '../../src/config/split-words.ts';

describe('splitWords', () => {
  it.each([
    ['', []],
    ['   \t ', []],
    ['--model opus', ['--model', 'opus']],
    ['  --a   --b ', ['--a', '--b']],
    [`--say "two words" 'and "these"'`, ['--say', 'two words', 'and "these"']],
    [String.raw`a\ b "c\"d" 'e\f' "g\h"`, ['a b', 'c"d', String.raw`e\f`, String.raw`g\h`]],
    [`--x=""`, ['--x=']],
    [`""`, ['']],
    [`pre'mid'"post"`, ['premidpost']],
    ['$HOME `ls` *', ['$HOME', '`ls`', '*']],
  ])('splits %j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each([`"open`, `it's`, `end\\`])('refuses %j', (line) => {
    expect(splitWords(line)).toBeUndefined();
  });
});
