import { MessageType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';

import { rowsOf } from '../../../src/local-discord/page/rows.ts';
import { message, owner } from './messages.ts';

const at = (time: string): { timestamp: string } => ({ timestamp: `2026-05-${time}.000Z` });
const day = (iso: string): string => iso.slice(0, 10);
const short = (...args: Parameters<typeof rowsOf>): string[] =>
  rowsOf(...args).map((row) => (row.kind === 'message' ? `${row.message.id}${row.isContinued ? '+' : ''}` : row.kind));

describe('the rows of a conversation', () => {
  it('puts messages of one author in a short time under one name', () => {
    const messages = [
      message('1', at('01T10:00:00')),
      message('2', at('01T10:04:00')),
      message('3', at('01T10:10:00')),
      message('4', { ...at('01T10:11:00'), author: owner }),
    ];
    expect(short(messages, undefined, day)).toEqual(['day', '1', '2+', '3', '4']);
  });

  it('begins anew with a day, after the line "New", with a reply and with what nobody said', () => {
    const messages = [
      message('1', at('01T23:59:00')),
      message('2', at('02T00:01:00')),
      message('3', at('02T00:02:00')),
      message('4', { ...at('02T00:02:30'), type: MessageType.ThreadCreated }),
      message('5', at('02T00:03:00')),
      message('6', { ...at('02T00:03:10'), referenced_message: message('1') }),
    ];
    expect(short(messages, '2', day)).toEqual(['day', '1', 'day', '2', 'new', '3', '4', '5', '6']);
  });

  it('shows the line also when its message is gone, and only once', () => {
    expect(short([message('5'), message('6')], '3', day)).toEqual(['day', 'new', '5', '6+']);
    expect(short([message('5')], '5', day)).toEqual(['day', '5']);
  });
});
