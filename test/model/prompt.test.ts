import { expect, it } from 'vitest';

import { canMovePrompt } from '../../src/model/prompt.ts';
import type { PromptState } from '../../src/model/prompt.ts';

const states: readonly PromptState[] = ['open', 'sent', 'applied', 'overtaken', 'expired'];

it('moves as the table says', () => {
  const moves = states.map((from) => [from, states.filter((to) => canMovePrompt(from, to))]);
  expect(Object.fromEntries(moves)).toEqual({
    open: ['sent', 'overtaken', 'expired'],
    sent: ['open', 'applied', 'overtaken', 'expired'],
    applied: [],
    overtaken: [],
    expired: [],
  });
});

it('I10: is answered once: nothing leads out of an end, and nothing is sent twice in a row', () => {
  for (const end of ['applied', 'overtaken', 'expired'] as const) {
    expect(states.some((to) => canMovePrompt(end, to))).toBe(false);
  }
  expect(canMovePrompt('sent', 'sent')).toBe(false);
});
