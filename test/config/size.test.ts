import { describe, expect, it } from 'vitest';

import { formatSize, parseSize } from '../../src/config/size.ts';

describe('sizes', () => {
  it.each([
    ['250MB', 250 * 1024 * 1024],
    [' 512 kb ', 512 * 1024],
    ['1gb', 1024 ** 3],
    ['0MB', 0],
  ])('"%s" is read', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '250', 'MB', '1.5MB', '-1MB', '250 MiB', '1234567kB', '1TB'])('"%s" is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it.each([
    [250 * 1024 * 1024, '250MB'],
    [1024 ** 3, '1GB'],
    [1536, '1536 bytes'],
    [2048, '2kB'],
  ])('%d bytes are written as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
