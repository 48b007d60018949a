import { expect, it } from 'vitest';

import { controlId, parseControlId } from '../../../src/bridge/prompts/control-ids.ts';
import type { CardControl } from '../../../src/bridge/prompts/control-ids.ts';

const controls: readonly CardControl[] = [
  { do: 'allow' },
  { do: 'deny' },
  { do: 'deny-with-word' },
  { do: 'send' },
  { do: 'grant', grant: 3 },
  { do: 'option', option: 0 },
  { do: 'menu', question: 12 },
  { do: 'words', from: 5 },
];

it('I10: the id of a control names its request, and is read back as it was made', () => {
  for (const control of controls)
    expect(parseControlId(controlId('k3f9', control))).toEqual({ prompt: 'k3f9', control });
});

it.each([
  '',
  'prompt:',
  'prompt:x',
  'prompt:x:fly',
  'prompt:x:grant',
  'prompt:x:grant:-1',
  'file:x:allow',
  'prompt:x:allow:y',
])('"%s" is no control of a card', (id) => {
  expect(parseControlId(id)).toBeUndefined();
});
