import { expect, it } from 'vitest';

import { trimScreen } from '../../src/terminal/screen.ts';

it('drops blank lines at the end and nothing else', () => {
  expect(trimScreen('\n  a\n\n b  \n \n\n')).toBe('\n  a\n\n b');
  expect(trimScreen('\n\n')).toBe('');
});
