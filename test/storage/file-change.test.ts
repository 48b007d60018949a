import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { demandSpace } from '../../src/storage/file-change.ts';
import { temporaryDirectory } from './temporary-directory.ts';

it('MS-12: is refused before anything is written when the disk has no room for it', () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'to'));
  const file = join(directory, 'large');
  writeFileSync(file, '');
  const change = { source: { file }, target: join(directory, 'to', 'large') };
  demandSpace([change], directory);
  // Larger than any disk here, and nothing of it is on the disk.
  truncateSync(file, 2 ** 43);
  expect(() => {
    demandSpace([change], directory);
  }).toThrow(expect.objectContaining({ code: 'space-short', message: expect.stringContaining(String(2 ** 43)) }));
});
