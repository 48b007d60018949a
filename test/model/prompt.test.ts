import { expect, it } from 'vitest';

import { canMovePrompt, whyUnfit } from '../../src/model/prompt.ts';
import type { PromptAnswer, PromptKind, PromptQuestion, PromptState } from '../../src/model/prompt.ts';

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

const colour: PromptQuestion = {
  id: 'Which colour?',
  text: 'Which colour?',
  options: [{ label: 'Red' }, { label: 'Green' }],
  isMultiple: false,
  takesText: false,
};
const sizes: PromptQuestion = {
  id: 'sizes',
  text: 'Which sizes?',
  options: [{ label: 'small' }, { label: 'large, or more' }],
  isMultiple: true,
  takesText: false,
};
const name: PromptQuestion = { id: 'name', text: 'Name', options: [], isMultiple: false, takesText: true };

function fits(kind: PromptKind, answer: PromptAnswer, questions: readonly PromptQuestion[] = []): boolean {
  const rule = { kind: 'rules', id: 'a', rules: ['Write(x)'], effect: 'allow', where: 'session' } as const;
  return whyUnfit({ kind, grants: kind === 'permission' ? [rule] : [], questions }, answer) === undefined;
}

it('I10: a grant counts only where it was offered', () => {
  expect(fits('permission', { behavior: 'allow' })).toBe(true);
  expect(fits('permission', { behavior: 'allow', grant: 'a' })).toBe(true);
  expect(fits('permission', { behavior: 'allow', grant: 'b' })).toBe(false);
  expect(fits('plan', { behavior: 'allow', grant: 'a' })).toBe(false);
});

it.each(['question', 'form'] as const)('a %s is answered by a choice, everything else by yes or no', (kind) => {
  expect(fits(kind, { behavior: 'allow' }, [colour])).toBe(false);
  expect(fits(kind, { behavior: 'deny' }, [colour])).toBe(true);
  expect(fits(kind, { behavior: 'choose', answers: { 'Which colour?': 'Red' } }, [colour])).toBe(true);
  for (const other of ['permission', 'plan', 'trust'] as const) {
    expect(fits(other, { behavior: 'choose', answers: {} })).toBe(false);
    expect(fits(other, { behavior: 'allow' })).toBe(true);
  }
});

it('every question has an answer that it takes, and no other is answered', () => {
  const choose = (answers: Readonly<Record<string, string>>, questions: readonly PromptQuestion[]): boolean =>
    fits('question', { behavior: 'choose', answers }, questions);
  expect(choose({ 'Which colour?': 'Red', name: 'Ann' }, [colour, name])).toBe(true);
  expect(choose({ 'Which colour?': 'Red' }, [colour, name])).toBe(false);
  expect(choose({ 'Which colour?': 'Red', name: '' }, [colour, name])).toBe(false);
  expect(choose({ 'Which colour?': 'Red' }, [colour, { ...name, isOptional: true }])).toBe(true);
  expect(choose({ 'Which colour?': 'Blue' }, [colour])).toBe(false);
  expect(choose({ 'Which colour?': 'Blue' }, [{ ...colour, takesText: true }])).toBe(true);
  expect(choose({ 'Which colour?': 'Red', other: 'x' }, [colour])).toBe(false);
  expect(choose({ 'Which colour?': 'Red, Green' }, [colour])).toBe(false);
});

it('several options are some of those that there are, each once, also with a comma in them', () => {
  const choose = (answer: string): boolean => fits('form', { behavior: 'choose', answers: { sizes: answer } }, [sizes]);
  expect(choose('small')).toBe(true);
  expect(choose('large, or more')).toBe(true);
  expect(choose('large, or more, small')).toBe(true);
  expect(choose('small, small')).toBe(false);
  expect(choose('small, medium')).toBe(false);
  expect(choose('large')).toBe(false);
});
