import { expect, it } from 'vitest';

import { BridgeError, describeError, recoveryOf, systemErrorCode } from '../../src/base/errors.ts';

it('says what the policy says of its code, unless it knows better', () => {
  const gone = new BridgeError('terminal-gone', 'There is no terminal "x".');
  expect(gone).toMatchObject({ happened: 'not-done', recovery: 'restart' });
  expect(new BridgeError('terminal-gone', 'x', { happened: 'unknown' }).happened).toBe('unknown');
  expect(new BridgeError('chat-unavailable', 'x').happened).toBe('unknown');
  expect(new BridgeError('session-unknown', 'x').advice).toBe('See `vai list-sessions`.');
  expect(new BridgeError('session-unknown', 'x', { advice: 'Add one.' }).advice).toBe('Add one.');
});

it('tells the recovery of anything thrown', () => {
  expect(recoveryOf(new BridgeError('chat-forbidden', 'x'))).toBe('park');
  expect(recoveryOf(new Error('x'))).toBeUndefined();
  expect(recoveryOf('x')).toBeUndefined();
});

it('has no code that the policy does not have', () => {
  // @ts-expect-error -- a code without a row does not compile
  expect(() => new BridgeError('no-such-code', 'x')).toThrow();
});

it('keeps its cause, and has none when it was given none', () => {
  const cause = new Error('deep');
  expect(new BridgeError('internal', 'It failed.', { cause }).cause).toBe(cause);
  expect('cause' in new BridgeError('internal', 'It failed.')).toBe(false);
});

it('describes anything in one line', () => {
  expect(describeError(new BridgeError('internal', 'It failed.', { advice: 'Try again.' }))).toBe(
    'It failed. Try again.',
  );
  expect(describeError(new Error('plain'))).toBe('plain');
  expect(describeError('text')).toBe('text');
});

it('finds the code of a system error only', () => {
  expect(systemErrorCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(systemErrorCode(Object.assign(new Error('x'), { code: 7 }))).toBeUndefined();
  expect(systemErrorCode({ code: 'ENOENT' })).toBeUndefined();
});
