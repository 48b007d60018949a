import { describe, expect, it } from 'vitest';

import { parseMessage } from '../../src/discord/parse.ts';
import type { ParseContext, PlaceNames } from '../../src/discord/parse.ts';
import type { InboundMessage } from '../../src/model/message.ts';

const ownId = '100000000000000001';

const names: PlaceNames = {
  channel: (id) => (id === '200000000000000002' ? 'general' : undefined),
  role: (id) => (id === '500000000000000001' ? 'Team' : undefined),
};

const context: ParseContext = { ownId, names };

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
  const parsed = parseMessage({ ...raw, ...data }, context);
  if (parsed.kind !== 'message') throw new Error(`expected a message, got ${parsed.kind}`);
  return parsed.message;
}

describe('parseMessage', () => {
  it('reads a message', () => {
    expect(read({})).toEqual({
      id: 'discord:175928847299117063',
      channel: '200000000000000001',
      messageId: '175928847299117063',
      author: { id: '400000000000000001', name: 'Ann', kind: 'human', roles: [] },
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
    expect(parseMessage({ ...raw, author: { id: ownId, username: 'me', bot: true } }, context)).toEqual({
      kind: 'ignored',
    });
  });

  it('hears replies, and drops what the server says by itself', () => {
    expect(read({ type: 19, message_reference: { message_id: '1' }, referenced_message: null }).text).toBe('hello');
    for (const type of [1, 2, 3, 4, 5, 6, 7, 8, 12, 18, 21, 22, 24, 46]) {
      expect(parseMessage({ ...raw, type }, context), `type ${type}`).toEqual({ kind: 'ignored' });
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

  it('BX-09: knows the roles of who speaks, where the server says them', () => {
    expect(read({ member: { nick: null, roles: ['5', '6'] } }).author.roles).toEqual(['5', '6']);
    expect(read({ member: undefined }).author).not.toHaveProperty('roles');
  });

  it('MS-02: knows a voice message, and how long it is', () => {
    const file = { id: '7', filename: 'voice-message.ogg', size: 12, url: 'https://cdn.example/7' };
    const voice = read({ content: '', flags: 8192, attachments: [{ ...file, duration_secs: 3.2, waveform: 'AA==' }] });
    expect(voice.attachments).toEqual([
      { id: '7', name: 'voice-message.ogg', size: 12, url: 'https://cdn.example/7', voiceSeconds: 3.2 },
    ]);
    expect(read({ attachments: [{ ...file, duration_secs: 3.2 }] }).attachments[0]).not.toHaveProperty('voiceSeconds');
  });

  const file = { id: '7', filename: 'a.png', size: 12, url: 'https://cdn.example/7' };

  it('quotes the message that is answered, with its author and the names of its files', () => {
    const referenced_message = {
      id: '9',
      content: 'is <@400000000000000001> right?',
      author: { id: '8', username: 'bob', global_name: 'Bob' },
      mentions: [{ id: '400000000000000001', username: 'ann', global_name: 'Ann' }],
      attachments: [file],
    };
    const answer = read({ type: 19, message_reference: { type: 0, message_id: '9' }, referenced_message });
    expect(answer.text).toBe('hello');
    expect(answer.attachments).toEqual([]);
    expect(answer.quotes).toEqual([{ kind: 'reply', author: 'Bob', text: 'is @Ann right?', files: ['a.png'] }]);
    const gone = read({ type: 19, message_reference: { message_id: '9' }, referenced_message: null });
    expect(gone).not.toHaveProperty('quotes');
  });

  it('quotes a forwarded message, whose files come along', () => {
    const message = { content: 'from elsewhere', attachments: [file], embeds: [], type: 0, mentions: [] };
    const forward = read({ content: '', message_reference: { type: 1 }, message_snapshots: [{ message }] });
    expect(forward.text).toBe('');
    expect(forward.quotes).toEqual([{ kind: 'forward', text: 'from elsewhere', files: ['a.png'] }]);
    expect(forward.attachments).toEqual([{ id: '7', name: 'a.png', size: 12, url: 'https://cdn.example/7' }]);
  });

  it('a quote or a mention that cannot be read costs no message', () => {
    const odd = { referenced_message: { content: 5 }, mentions: [{ id: 'x' }], message_reference: 'odd', flags: null };
    expect(read({ type: 19, ...odd })).toMatchObject({ text: 'hello' });
  });

  it('shows names in the place of ids', () => {
    const content =
      '<@400000000000000002> <@!400000000000000003> <@400000000000000009> <@&500000000000000001> <@&5> ' +
      '<#200000000000000002> <#2> <:party:600000000000000001> <a:dance:6> <t:0:R> <t:9999999999999> </run it:7>';
    const mentions = [
      { id: '400000000000000002', username: 'bob', global_name: 'Bob', member: { nick: 'Bobby', roles: [] } },
      { id: '400000000000000003', username: 'eve', global_name: null, member: 'odd' },
    ];
    expect(read({ content, mentions }).text).toBe(
      '@Bobby @eve @unknown-user @Team @unknown-role #general #unknown-channel :party: :dance: ' +
        '1970-01-01T00:00:00.000Z <t:9999999999999> /run it',
    );
  });

  it('leaves code as it is', () => {
    for (const content of ['`<@4>`', '```\n<#2>\n```', '``a `<@4>` b``']) expect(read({ content }).text).toBe(content);
    expect(read({ content: '`<@4>` <@4> `' }).text).toBe('`<@4>` @unknown-user `');
    expect(read({ content: '``` <@4>' }).text).toBe('``` @unknown-user');
    expect(read({ content: 'a < b > c <@x> <#> <:a> <@4' }).text).toBe('a < b > c <@x> <#> <:a> <@4');
  });

  it('says what is wrong with something else, without its content', () => {
    for (const data of [null, 'text', {}, { ...raw, author: null }, { ...raw, id: 7 }, { ...raw, channel_id: '12' }]) {
      const parsed = parseMessage(data, context);
      expect(parsed.kind).toBe('malformed');
      expect(JSON.stringify(parsed)).not.toContain('hello');
    }
    expect(parseMessage({ ...raw, author: null }, context)).toMatchObject({
      reason: expect.stringContaining('author'),
    });
  });
});
