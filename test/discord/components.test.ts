import { describe, expect, it } from 'vitest';

import { componentsOf, modalOf } from '../../src/discord/components.ts';

describe('controls as Discord has them', () => {
  it('are rows of buttons and menus', () => {
    const rows = componentsOf([
      {
        kind: 'buttons',
        buttons: [
          { id: 'a', label: 'Allow', look: 'good' },
          { id: 'b', label: 'Deny', look: 'danger' },
          { id: 'c', label: 'More', look: 'plain' },
          { id: 'd', label: 'Send', look: 'primary' },
        ],
      },
      {
        kind: 'menu',
        menu: {
          id: 'm',
          placeholder: 'Which?',
          least: 1,
          most: 2,
          choices: [
            { value: '1', label: 'One', description: 'the first', chosen: true },
            { value: '2', label: 'Two', chosen: false },
          ],
        },
      },
    ]);
    expect(rows).toEqual([
      {
        type: 1,
        components: [
          { type: 2, custom_id: 'a', label: 'Allow', style: 3 },
          { type: 2, custom_id: 'b', label: 'Deny', style: 4 },
          { type: 2, custom_id: 'c', label: 'More', style: 2 },
          { type: 2, custom_id: 'd', label: 'Send', style: 1 },
        ],
      },
      {
        type: 1,
        components: [
          {
            type: 3,
            custom_id: 'm',
            placeholder: 'Which?',
            min_values: 1,
            max_values: 2,
            options: [
              { value: '1', label: 'One', description: 'the first', default: true },
              { value: '2', label: 'Two' },
            ],
          },
        ],
      },
    ]);
    expect(componentsOf([])).toEqual([]);
  });

  it('are forms of labelled fields', () => {
    const modal = modalOf({
      id: 'form',
      title: 'Deny',
      fields: [
        { id: 'why', label: 'Why?', placeholder: 'in a word', isLong: true, isRequired: false },
        { id: 'who', label: 'Who?', isLong: false, isRequired: true },
      ],
    });
    const why = { type: 4, custom_id: 'why', style: 2, required: false, placeholder: 'in a word' };
    expect(modal).toEqual({
      custom_id: 'form',
      title: 'Deny',
      components: [
        { type: 18, label: 'Why?', component: why },
        { type: 18, label: 'Who?', component: { type: 4, custom_id: 'who', style: 1, required: true } },
      ],
    });
  });

  it('BX-05: a text that is too long is cut and says so, for all of it would be refused', () => {
    const long = '🎉'.repeat(60);
    const [row] = componentsOf([{ kind: 'buttons', buttons: [{ id: 'a', label: long, look: 'plain' }] }]);
    const label = row?.components[0] && 'label' in row.components[0] ? (row.components[0].label ?? '') : '';
    expect(label).toBe(`${'🎉'.repeat(39)}…`);
    expect(modalOf({ id: 'f', title: 'x'.repeat(46), fields: [] }).title).toBe(`${'x'.repeat(44)}…`);
  });
});
