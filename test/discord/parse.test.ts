import { describe, expect, it } from 'vitest';

import { parseMessage } from '../../src/discord/parse.ts';
import type { InboundMessage } from '../../src/model/message.ts';

const ownId = '100000000000000001';

/** A message as Discord documents it, with what the bridge does not read. */
const raw = {
  id: '175928847299117063',
  channel_id: '200000000000000001',
  guild_id: '300000000000000001',
  type: 0,
  content: 'hello',
  author: { id: '400000000000000001', username: 'ann', global_name: 'Ann', discriminator: '0', avatar: null },
  member: { nick: null, roles: [], joined_at: '2024-01-01T00:00:00.000000+00:00', deaf: false, mute: false },
  attachments: [],
  embeds: [],
  mentions: [],
  mention_roles: [],
  mention_everyone: false,
  pinned: false,
  tts: false,
  timestamp: '2023-04-24T12:00:00.000000+00:00',
  edited_timestamp: null,
  components: [],
};

function read(data: object): InboundMessage {
  const parsed = parseMessage({ ...raw, ...data }, ownId);
  if (parsed.kind !== 'message') throw new Error(`expected a message, got ${parsed.kind}`);
  return parsed.message;
}

describe('parseMessage', () => {
  it('reads a message', () => {
    expect(read({})).toEqual({
      id: 'discord:175928847299117063',
      channel: '200000000000000001',
      messageId: '175928847299117063',
      author: { id: '400000000000000001', name: 'Ann', kind: 'human' },
      text: 'hello',
      attachments: [],
      // The example of Discord's documentation: 2016-04-30 11:18:25.796 UTC.
      sentAt: Date.UTC(2016, 3, 30, 11, 18, 25, 796),
      direct: false,
    });
  });

  it('calls people what the channel calls them', () => {
    expect(read({ member: { nick: 'Boss' } }).author.name).toBe('Boss');
    expect(read({ author: { id: '4', username: 'ann', global_name: null } }).author.name).toBe('ann');
    expect(read({ author: { id: '4', username: 'ann' }, member: undefined }).author.name).toBe('ann');
  });

  it('knows a direct message by its missing server', () => {
    expect(read({ guild_id: undefined, member: undefined }).direct).toBe(true);
  });

  it('names a thread as the channel of what is said in it', () => {
    expect(read({ channel_id: '1100000000000000009', position: 3 }).channel).toBe('1100000000000000009');
  });

  it('tells humans, bots and webhooks apart', () => {
    expect(read({ author: { id: '5', username: 'other', bot: true } }).author.kind).toBe('bot');
    expect(read({ author: { id: '6', username: 'hook', bot: true }, webhook_id: '6' }).author.kind).toBe('webhook');
  });

  it('ignores its own words', () => {
    expect(parseMessage({ ...raw, author: { id: ownId, username: 'me', bot: true } }, ownId)).toEqual({
      kind: 'ignored',
    });
  });

  it('hears replies, and drops what the server says by itself', () => {
    expect(read({ type: 19, message_reference: { message_id: '1' }, referenced_message: null }).text).toBe('hello');
    for (const type of [1, 2, 3, 4, 5, 6, 7, 8, 12, 18, 21, 22, 24, 46]) {
      expect(parseMessage({ ...raw, type }, ownId), `type ${type}`).toEqual({ kind: 'ignored' });
    }
  });

  it('names attachments without fetching them', () => {
    const file = {
      id: '7',
      filename: 'message.txt',
      size: 12_345,
      url: 'https://cdn.example/7/message.txt?ex=1',
      proxy_url: 'https://media.example/7',
      content_type: 'text/plain',
    };
    expect(read({ content: '', attachments: [file] })).toMatchObject({
      text: '',
      attachments: [{ id: '7', name: 'message.txt', size: 12_345, url: 'https://cdn.example/7/message.txt?ex=1' }],
    });
  });

  it('reads the words of a forwarded message', () => {
    const snapshot = { message: { content: 'from elsewhere', attachments: [], embeds: [], type: 0 } };
    expect(read({ content: '', message_snapshots: [snapshot] }).text).toBe('from elsewhere');
  });

  it('says what is wrong with something else, without its content', () => {
    for (const data of [null, 'text', {}, { ...raw, author: null }, { ...raw, id: 7 }, { ...raw, channel_id: '12' }]) {
      const parsed = parseMessage(data, ownId);
      expect(parsed.kind).toBe('malformed');
      expect(JSON.stringify(parsed)).not.toContain('hello');
    }
    expect(parseMessage({ ...raw, author: null }, ownId)).toMatchObject({ reason: expect.stringContaining('author') });
  });
});
