import { describe, expect, it } from 'vitest';

import { answersOf, chooseInDraft, isWholeByForm, missingIn, writeInDraft } from '../../../src/bridge/prompts/draft.ts';
import { question } from './card-world.ts';

const colour = question('colour', ['Red', 'Blue']);
const sizes = question('sizes', ['Small', 'Large, really'], { isMultiple: true, takesText: false });
const name = question('name', [], { isOptional: true });

describe('what is chosen so far', () => {
  it('a menu puts its options in the place of what was chosen; none takes it away', () => {
    const questions = [colour, sizes];
    const draft = chooseInDraft({ questions, draft: { colour: ['mine'] } }, 1, ['1', '0', '9']);
    expect(draft).toEqual({ colour: ['mine'], sizes: ['Small', 'Large, really'] });
    expect(chooseInDraft({ questions, draft: draft ?? {} }, 1, [])).toEqual({ colour: ['mine'] });
    expect(chooseInDraft({ questions }, 2, ['0'])).toBeUndefined();
  });

  it('a form changes what is written in it, and nothing else', () => {
    const { draft, strange } = writeInDraft(
      { questions: [colour, sizes, name], draft: { colour: ['Red'] } },
      { 0: '  ', 1: 'small', 2: ' Ann ', 7: 'x' },
    );
    expect(draft).toEqual({ colour: ['Red'], sizes: ['Small'], name: ['Ann'] });
    expect(strange).toBeUndefined();
  });

  it('a text that names options means them; where nothing else is taken, another text is refused', () => {
    const write = (text: string, at = 0) => writeInDraft({ questions: [colour, sizes] }, { [at]: text });
    expect(write('BLUE').draft).toEqual({ colour: ['Blue'] });
    expect(write('Red, Blue').draft).toEqual({ colour: ['Red, Blue'] });
    expect(write('large, really', 1).draft).toEqual({ sizes: ['Large, really'] });
    expect(write('huge', 1)).toEqual({ draft: {}, strange: { question: sizes, answer: 'huge' } });
  });

  it('knows what is missing, and when a form was all that there was to say', () => {
    const questions = [colour, name];
    expect(missingIn({ questions })).toEqual([colour]);
    expect(isWholeByForm({ questions, draft: { colour: ['x'] } })).toBe(true);
    // A menu that nobody has touched may still be used.
    const optional = { ...colour, isOptional: true };
    expect(isWholeByForm({ questions: [optional, name], draft: { name: ['x'] } })).toBe(false);
    expect(answersOf({ sizes: ['a', 'b'], colour: ['c'] })).toEqual({ sizes: 'a, b', colour: 'c' });
  });
});
