import { describe, expect, it } from 'vitest';

import { formFields } from '../../../src/agents/claude-code/form-fields.ts';
import type { Json } from '../../../src/agents/mailbox/mailbox-event.ts';

/** The one field of a form. */
function field(property: Json): NonNullable<ReturnType<typeof formFields>>[number] {
  return formFields({ type: 'object', properties: { one: property } })![0]!;
}

describe('formFields', () => {
  it.each([
    [{ type: 'string' }, 'one'],
    [{ type: 'string', title: 'Your name', description: 'As on the parcel' }, 'Your name (As on the parcel)'],
    [{ type: 'string', minLength: 2, maxLength: 5 }, 'one (2 to 5 characters)'],
    [{ type: 'string', maxLength: 5 }, 'one (at most 5 characters)'],
    [{ type: 'number' }, 'one (a number)'],
    [{ type: 'number', minimum: 0 }, 'one (a number, at least 0)'],
    [{ type: 'integer', minimum: 0, maximum: 9, description: 'boxes' }, 'one (boxes; a whole number, 0 to 9)'],
  ])('says what may be filled in: %j', (property, text) => {
    expect(field(property).question).toMatchObject({ id: 'one', text, options: [], takesText: true, isOptional: true });
  });

  it('gives a server the values that its schema speaks of', () => {
    expect(field({ type: 'boolean' }).valueOf('no')).toBe(false);
    expect(field({ type: 'integer' }).valueOf(' 7 ')).toBe(7);
    expect(field({ type: 'number' }).valueOf('-1.5')).toBe(-1.5);
    expect(field({ type: 'string' }).valueOf('7')).toBe('7');
    expect(field({ type: 'string', enum: ['a', 'b'], enumNames: ['First', 'Second'] }).valueOf('Second')).toBe('b');
    const titled = [
      { const: 'a', title: 'First' },
      { const: 'b', title: 'Second' },
    ];
    expect(field({ type: 'string', oneOf: titled }).valueOf('First')).toBe('a');
    expect(field({ type: 'array', items: { anyOf: titled } }).valueOf('Second, First')).toEqual(['b', 'a']);
    expect(field({ type: 'array', items: { enum: ['x', 'x, y'] } }).valueOf('x, y, x')).toEqual(['x, y', 'x']);
  });

  it('names choices by their values when their names would be the same', () => {
    const { question } = field({ type: 'string', enum: ['a', 'b'], enumNames: ['Same', 'Same'] });
    expect(question.options).toEqual([{ label: 'a' }, { label: 'b' }]);
  });

  it.each([
    [{ type: 'integer' }, '1.5'],
    [{ type: 'integer' }, 'two'],
    [{ type: 'number' }, ' '],
    [{ type: 'number', maximum: 3 }, '4'],
    [{ type: 'string', minLength: 3 }, 'ab'],
  ])('refuses what the agent would pass on all the same: %j "%s"', (property, answer) => {
    expect(() => field(property).valueOf(answer)).toThrow(expect.objectContaining({ code: 'answer-does-not-fit' }));
  });

  it('has no fields without a schema, and does not guess at one that it cannot read', () => {
    expect(formFields(undefined)).toEqual([]);
    expect(formFields({ properties: 'none' })).toBeUndefined();
  });
});
