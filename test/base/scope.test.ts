import { expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';

it('releases in reverse, one after another', async () => {
  const scope = new Scope();
  const released: string[] = [];
  scope.defer('first', () => void released.push('first'));
  const thing = scope.own('second', { name: 'second' }, async ({ name }) => {
    await Promise.resolve();
    released.push(name);
  });
  scope.defer('third', () => void released.push('third'));
  expect(thing.name).toBe('second');
  await scope.close();
  expect(released).toEqual(['third', 'second', 'first']);
});

it('runs every release even if some throw, and tells which', async () => {
  const scope = new Scope();
  const released: string[] = [];
  scope.defer('first', () => void released.push('first'));
  scope.defer('bad', () => Promise.reject(new Error('one')));
  scope.defer('worse', () => {
    throw new Error('two');
  });
  const failure: unknown = await scope.close().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AggregateError);
  const { errors } = failure as AggregateError;
  expect(errors.map(String)).toEqual(['Error: releasing worse failed', 'Error: releasing bad failed']);
  expect((errors[0] as Error).cause).toMatchObject({ message: 'two' });
  expect(released).toEqual(['first']);
});

it('releases once, however often it is closed', async () => {
  const scope = new Scope();
  let released = 0;
  scope.defer('thing', () => void (released += 1));
  await Promise.all([scope.close(), scope.close()]);
  await scope.close();
  expect(released).toBe(1);
});

it('takes nothing more once it closes', async () => {
  const scope = new Scope();
  const closed = scope.close();
  expect(() => scope.defer('late', () => undefined)).toThrow('"late"');
  await closed;
});
