import { expect, it } from 'vitest';

import { TypedEvents } from '../../src/base/typed-events.ts';

interface News {
  born: { readonly name: string };
  died: number;
}

function make(): { readonly events: TypedEvents<News>; readonly errors: unknown[] } {
  const errors: unknown[] = [];
  return { events: new TypedEvents<News>((error, event) => errors.push([event, error])), errors };
}

it('tells each listener of its own event, in the order they came', () => {
  const { events } = make();
  const heard: string[] = [];
  events.on('born', ({ name }) => heard.push(`first ${name}`));
  events.on('born', ({ name }) => heard.push(`second ${name}`));
  events.on('died', (age) => heard.push(`died ${age}`));
  events.emit('born', { name: 'x' });
  expect(heard).toEqual(['first x', 'second x']);
});

it('says nothing to nobody', () => {
  const { events, errors } = make();
  events.emit('died', 1);
  expect(errors).toEqual([]);
});

it('does not tell who stopped listening, also when that happens meanwhile', () => {
  const { events } = make();
  const heard: string[] = [];
  events.on('died', () => stop());
  const stop = events.on('died', () => heard.push('second'));
  events.emit('died', 1);
  events.emit('died', 2);
  expect(heard).toEqual([]);
});

it('lets a throwing listener break nobody', () => {
  const { events, errors } = make();
  const heard: number[] = [];
  const failure = new Error('bad listener');
  events.on('died', () => {
    throw failure;
  });
  events.on('died', (age) => heard.push(age));
  events.emit('died', 7);
  expect(heard).toEqual([7]);
  expect(errors).toEqual([['died', failure]]);
});
