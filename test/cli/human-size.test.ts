import { expect, it } from 'vitest';

import { humanSize } from '../../src/cli/human-size.ts';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 kB'],
  [10 * 1024, '10 kB'],
  [1024 ** 2 - 1, '1.0 MB'],
  [612 * 1024 ** 2, '612 MB'],
  [1.26 * 1024 ** 3, '1.3 GB'],
  [9.96 * 1024 ** 3, '10 GB'],
  [5000 * 1024 ** 4, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(humanSize(bytes)).toBe(text);
});
