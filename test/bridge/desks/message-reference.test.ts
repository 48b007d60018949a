import { describe, expect, it } from 'vitest';

import { readMessageReference } from '../../../src/bridge/desks/message-reference.ts';

const id = '1200000000000000003';
const chat = { kind: 'chat', messageId: id };

describe('what a person calls a message', () => {
  it.each([
    [id, chat],
    [` ${id}\n`, chat],
    [`https://discord.com/channels/1200000000000000001/1200000000000000002/${id}`, chat],
    [`https://ptb.discord.com/channels/1200000000000000001/1200000000000000002/${id}/`, chat],
    [`https://discord.com/channels/@me/1200000000000000002/${id}`, chat],
    [`http://127.0.0.1:8787/?key=abc#1200000000000000002/${id}`, chat],
    [`discord:${id}`, { kind: 'inbox', id: `discord:${id}` }],
    ['cli:0c1d', { kind: 'inbox', id: 'cli:0c1d' }],
  ])('%j is understood', (text, reference) => {
    expect(readMessageReference(text)).toEqual(reference);
  });

  it.each([
    '',
    '42',
    'hello',
    'hello: world',
    '12345678901234567890123',
    'https://discord.com/channels/1200000000000000001/1200000000000000002',
    `https://example.org/${id}`,
    `discord.com/channels/1200000000000000001/1200000000000000002/${id}`,
  ])('%j is none', (text) => {
    expect(readMessageReference(text)).toBeUndefined();
  });
});
