import { describe, expect, it } from 'vitest';

import { kindOfName, storedName, unfinishedName } from '../../src/attachments/file-name.ts';

const at = new Date(2026, 10, 22, 1, 2, 3).getTime();

describe('MS-02: names of stored files', () => {
  it.each([
    ['image', 'png', 1, 'IMG_20261122_010203_a1b2c3.png'],
    ['file', 'pdf', 1, 'FILE_20261122_010203_a1b2c3.pdf'],
    ['voice', 'ogg', 1, 'FILE_20261122_010203_a1b2c3.ogg'],
    ['image', 'png', 3, 'IMG_20261122_010203_a1b2c3_3.png'],
  ] as const)('%s, %s, attempt %d: %s', (sort, extension, attempt, name) => {
    expect(storedName({ sort, extension }, at, 'a1b2c3', attempt)).toBe(name);
    expect(kindOfName(name)).toBe('stored');
    expect(kindOfName(unfinishedName(name))).toBe('unfinished');
  });

  it.each([
    'notes.md',
    'IMG_1.png',
    'IMG_20261122_010203_a1b2c3.png.bak',
    'IMG_20261122_010203_A1B2C3.png',
    'x/IMG_20261122_010203_a1b2c3.png',
    'IMG_20261122_010203_a1b2c3.png\n',
    '.part',
  ])('%j is none of ours', (name) => {
    expect(kindOfName(name)).toBeUndefined();
  });
});
