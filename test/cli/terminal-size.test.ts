import { expect, it } from 'vitest';

import { terminalSize } from '../../src/cli/terminal-size.ts';

it.each([
  [
    { columns: 120, rows: 40 },
    { columns: 120, rows: 40 },
  ],
  [
    { columns: 0, rows: 0 },
    { columns: 80, rows: 24 },
  ],
  [{}, { columns: 80, rows: 24 }],
])('%j is %j', (told, size) => {
  expect(terminalSize(told)).toEqual(size);
});
