import { expect, it } from 'vitest';

import { newSecret, newUuid, shortHash } from '../../src/base/ids.ts';

it('makes ids and secrets that never come twice', () => {
  expect(new Set(Array.from({ length: 100 }, newUuid)).size).toBe(100);
  expect(newUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(Array.from({ length: 100 }, () => newSecret())).size).toBe(100);
});

it('makes secrets of the asked strength, fit for an address', () => {
  expect(newSecret(24)).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(newSecret(3)).toHaveLength(4);
});

it('hashes the same text to the same digits', () => {
  // The first digits of SHA-256 of "abc" (FIPS 180-2, B.1).
  expect(shortHash('abc')).toBe('ba7816bf8f01');
  expect(shortHash('abc', 4)).toBe('ba78');
});
