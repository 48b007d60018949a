import { describe, expect, it } from 'vitest';

import { noHistory, remember, walk } from '../../../../src/local-discord/page/state/sent-history.ts';

describe('the history of sent texts', () => {
  it('is walked back and forth, and gives back what was being written', () => {
    let history = ['one', 'two'].reduce(remember, noHistory);
    const texts: (string | undefined)[] = [];
    let text = 'draft';
    for (const step of [-1, -1, -1, 1, 1, 1] as const) {
      const walked = walk(history, step, text);
      texts.push(walked?.text);
      if (!walked) continue;
      history = walked.history;
      ({ text } = walked);
    }
    expect(texts).toEqual(['two', 'one', undefined, 'two', 'draft', undefined]);
  });

  it('has each text once, at its newest place, and not too many', () => {
    expect(['a', 'b', 'a'].reduce(remember, noHistory).texts).toEqual(['b', 'a']);
    const many = Array.from({ length: 80 }, (_, index) => `t${String(index)}`).reduce(remember, noHistory);
    expect(many.texts).toHaveLength(50);
    expect(many.texts.at(-1)).toBe('t79');
  });
});
