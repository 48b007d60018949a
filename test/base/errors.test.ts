import { expect, it } from 'vitest';

import { BridgeError, describeError, systemErrorCode } from '../../src/base/errors.ts';

it('says that nothing happened unless told otherwise', () => {
  expect(new BridgeError('x', 'It failed.').happened).toBe('not-done');
  expect(new BridgeError('x', 'It failed.', { happened: 'unknown' }).happened).toBe('unknown');
});

it('keeps its cause, and has none when it was given none', () => {
  const cause = new Error('deep');
  expect(new BridgeError('x', 'It failed.', { cause }).cause).toBe(cause);
  expect('cause' in new BridgeError('x', 'It failed.')).toBe(false);
});

it('describes anything in one line', () => {
  expect(describeError(new BridgeError('x', 'It failed.', { advice: 'Try again.' }))).toBe('It failed. Try again.');
  expect(describeError(new BridgeError('x', 'It failed.'))).toBe('It failed.');
  expect(describeError(new Error('plain'))).toBe('plain');
  expect(describeError('text')).toBe('text');
});

it('finds the code of a system error only', () => {
  expect(systemErrorCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(systemErrorCode(Object.assign(new Error('x'), { code: 7 }))).toBeUndefined();
  expect(systemErrorCode({ code: 'ENOENT' })).toBeUndefined();
});
