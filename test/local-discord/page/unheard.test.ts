import { describe, expect, it } from 'vitest';

import { unheard } from '../../../src/local-discord/page/unheard.ts';
import { message, owner } from './messages.ts';

describe('what is read out', () => {
  const ids = (...args: Parameters<typeof unheard>): string[] => unheard(...args).map(({ id }) => id);

  it('is all that others have said since, in order, when several messages come at once', () => {
    const messages = [message('1'), message('2'), message('3', { author: owner }), message('4')];
    expect(ids(messages, '1', owner.id)).toEqual(['2', '4']);
    expect(ids(messages, '4', owner.id)).toEqual([]);
  });

  it('begins at the same place when the last one heard is gone, and is not a whole night', () => {
    const many = Array.from({ length: 90 }, (_, index) => message(String(index + 10)));
    expect(ids(many, '9', owner.id)).toEqual(['95', '96', '97', '98', '99']);
    expect(ids([message('1'), message('3')], '2', owner.id)).toEqual(['3']);
  });
});
