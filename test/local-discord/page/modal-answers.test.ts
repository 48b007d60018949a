import { describe, expect, it } from 'vitest';

import { answeredComponents, firstAnswers } from '../../../src/local-discord/page/modal-answers.ts';

const row = { type: 1, components: [{ type: 4, custom_id: 'name', label: 'Name', value: 'Ada' }] };
const label = (component: object): object => ({ type: 18, label: 'L', component });
const form = [
  row,
  { type: 10, content: 'Words' },
  label({ type: 4, custom_id: 'why' }),
  label({
    type: 3,
    custom_id: 'kind',
    options: [
      { label: 'A', value: 'a', default: true },
      { label: 'B', value: 'b' },
    ],
  }),
  label({ type: 5, custom_id: 'who', default_values: [{ id: '7', type: 'user' }] }),
  label({ type: 23, custom_id: 'sure', default: true }),
  { type: 99 },
] as Parameters<typeof firstAnswers>[0];

describe('a form', () => {
  it('begins with what it was given', () => {
    expect(Object.fromEntries(firstAnswers(form))).toEqual({
      ...{ name: ['Ada'], why: [''], kind: ['a'], who: ['7'], sure: ['true'] },
    });
  });

  it('is sent as the tree it came as, with values', () => {
    const answers = new Map([...firstAnswers(form), ['why', ['because']], ['kind', ['b']], ['sure', []]] as const);
    expect(answeredComponents(form, answers)).toEqual([
      { type: 1, components: [{ type: 4, custom_id: 'name', value: 'Ada' }] },
      { type: 10 },
      { type: 18, component: { type: 4, custom_id: 'why', value: 'because' } },
      { type: 18, component: { type: 3, custom_id: 'kind', values: ['b'] } },
      { type: 18, component: { type: 5, custom_id: 'who', values: ['7'] } },
      { type: 18, component: { type: 23, custom_id: 'sure', value: false } },
    ]);
  });
});
