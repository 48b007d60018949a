import { describe, expect, it } from 'vitest';

import type { Action, ChatState } from '../../../../src/local-discord/page/state/chat-state.ts';
import { conversationOf, initialState } from '../../../../src/local-discord/page/state/chat-state.ts';
import type { Events, GatewayEvent, Message } from '../../../../src/local-discord/page/state/payloads.ts';
import { reduce } from '../../../../src/local-discord/page/state/reduce.ts';
import { bot, message, owner } from '../messages.ts';

function event<Name extends keyof Events>(name: Name, data: Events[Name], now = 0): Action {
  return { kind: 'event', event: { event: name, data } as GatewayEvent, now };
}

const ready = event('READY', { user: owner, session_id: 's1', resume_gateway_url: 'ws://x' });
const heard = (id: string, changes: Partial<Message> = {}): Action => event('MESSAGE_CREATE', message(id, changes));

function run(...actions: Action[]): ChatState {
  return actions.reduce(reduce, initialState);
}

const shown: Action[] = [
  ready,
  { kind: 'show', channel: '100' },
  { kind: 'newest', channel: '100', messages: [message('1')], isAll: true, knownBefore: new Set() },
];
const reading: Action[] = [...shown, { kind: 'attend', attentive: true }];

describe('what has been read', () => {
  it('is what comes while somebody looks', () => {
    const { reading: read } = run(...reading, heard('5'));
    expect(read.unread.size).toBe(0);
    expect(read.dividers.size).toBe(0);
    expect(read.lastRead.get('100')).toBe('5');
  });

  it('counts what comes while nobody looks, and draws the line before the first of them', () => {
    const { reading: read } = run(...reading, { kind: 'attend', attentive: false }, heard('5'), heard('6'));
    expect(read.unread.get('100')).toEqual({ count: 2, mentions: 0 });
    expect(read.dividers.get('100')).toBe('1');
  });

  it('lets the beginning of a long conversation go, but not while somebody reads there', () => {
    const many = Array.from({ length: 450 }, (_, index) => heard(String(1000 + index)));
    const kept = (...actions: Action[]): number => conversationOf(run(...actions), '100').messages.length;
    expect(kept(...reading, ...many)).toBeLessThanOrEqual(400);
    expect(kept(...reading, { kind: 'attend', attentive: false }, ...many)).toBe(451);
    const elsewhere: Action = { kind: 'show', channel: '200' };
    const { messages, complete } = conversationOf(run(...reading, elsewhere, ...many), '100');
    expect(messages.length).toBeLessThanOrEqual(400);
    expect(messages.at(-1)?.id).toBe('1449');
    expect(complete).toBe(false);
  });

  it('counts mentions of oneself and of everybody', () => {
    const mine = { mentions: [owner] };
    const { reading: read } = run(...shown, heard('5', mine), heard('6', { mention_everyone: true }), heard('7'));
    expect(read.unread.get('100')).toEqual({ count: 3, mentions: 2 });
  });

  it('keeps the line when the reader comes back, until the next channel or until it is dismissed', () => {
    const back = run(...shown, heard('5'), { kind: 'attend', attentive: true });
    expect(back.reading.unread.size).toBe(0);
    expect(back.reading.dividers.get('100')).toBe('1');
    expect(reduce(back, { kind: 'show', channel: '200' }).reading.dividers.size).toBe(0);
    expect(reduce(back, { kind: 'dismiss', channel: '100' }).reading.dividers.size).toBe(0);
  });

  it('is never one’s own message', () => {
    expect(run(...shown, heard('5', { author: owner })).reading.unread.size).toBe(0);
  });

  it('is not counted again when an event comes twice', () => {
    expect(run(...shown, heard('5'), heard('5')).reading.unread.get('100')?.count).toBe(1);
  });
});

describe('the state after events', () => {
  it('is the same after an event that the page has no use for', () => {
    const state = run(...reading);
    const unknown = { kind: 'event', event: { event: 'PRESENCE_UPDATE', data: {} }, now: 0 } as object as Action;
    expect(reduce(state, unknown)).toBe(state);
  });

  it('forgets the outgoing message when the sent one comes, in either order', () => {
    const outgoing = {
      ...{ nonce: 'n1', channel: '100', content: 'hi', files: [], status: 'sending' as const },
    };
    const sent = message('7', { author: owner, nonce: 'n1' });
    const byEvent = run(...reading, { kind: 'write', message: outgoing }, event('MESSAGE_CREATE', sent));
    expect(byEvent.outbox).toEqual([]);
    const byBoth = reduce(byEvent, { kind: 'sent', nonce: 'n1', message: sent });
    expect(conversationOf(byBoth, '100').messages.map(({ id }) => id)).toEqual(['1', '7']);
    const byAnswer = run(
      ...[ready, { kind: 'show', channel: '100' } as const, heard('1')],
      { kind: 'write', message: outgoing },
      { kind: 'sent', nonce: 'n1', message: sent },
      event('MESSAGE_CREATE', sent),
    );
    expect(byAnswer.reading.lastRead.get('100')).toBe('7');
    expect(byAnswer.outbox).toEqual([]);
    expect(conversationOf(byAnswer, '100').messages.map(({ id }) => id)).toEqual(['1', '7']);
  });

  it('an answer that comes behind the events changes nothing that they have told since', () => {
    const outgoing = { nonce: 'n1', channel: '100', content: 'hi', files: [], status: 'sending' as const };
    const sent = message('7', { author: owner, nonce: 'n1' });
    const gone = run(
      ...[...reading, { kind: 'write', message: outgoing } as const, event('MESSAGE_CREATE', sent)],
      event('MESSAGE_DELETE', { id: '7', channel_id: '100' }),
      { kind: 'sent', nonce: 'n1', message: sent },
    );
    expect(conversationOf(gone, '100').messages.map(({ id }) => id)).toEqual(['1']);

    const edit = (second: number): Message =>
      message('7', { content: `edit ${second}`, edited_timestamp: `2026-01-01T00:00:0${second}.000000+00:00` });
    const emoji = { id: null, name: '✅' };
    const reacted = event('MESSAGE_REACTION_ADD', { user_id: '2', channel_id: '100', message_id: '7', emoji });
    const shownAfter = (...actions: Action[]): readonly [string | undefined, number | undefined] => {
      const last = conversationOf(run(...reading, heard('7'), ...actions), '100').messages.at(-1);
      return [last?.content, last?.reactions?.length];
    };
    const first: Action = { kind: 'edited', message: { ...edit(1), reactions: [] } };
    expect(shownAfter(first, event('MESSAGE_UPDATE', edit(1)), reacted)).toEqual(['edit 1', 1]);
    expect(shownAfter(event('MESSAGE_UPDATE', edit(1)), reacted, first)).toEqual(['edit 1', 1]);
    const later = [event('MESSAGE_UPDATE', edit(1)), event('MESSAGE_UPDATE', edit(2)), first];
    expect(shownAfter(...later)[0]).toBe('edit 2');
  });

  it('takes a message that was deleted out, one or many', () => {
    const one = run(...reading, heard('5'), event('MESSAGE_DELETE', { id: '5', channel_id: '100' }));
    expect(conversationOf(one, '100').messages).toHaveLength(1);
    const many = run(...reading, heard('5'), event('MESSAGE_DELETE_BULK', { ids: ['1', '5'], channel_id: '100' }));
    expect(conversationOf(many, '100').messages).toHaveLength(0);
  });

  it('knows after a new session that something may be missing', () => {
    const state = run(...reading, ready);
    expect(conversationOf(state, '100').current).toBe(false);
    expect(conversationOf(state, '100').messages).toHaveLength(1); // and still shows what it has
  });

  it('knows who is writing, until they have written or some time has passed', () => {
    const typing = event('TYPING_START', { channel_id: '100', user_id: bot.id }, 1000);
    const state = run(...reading, typing, typing);
    expect(state.typing).toHaveLength(1);
    expect(reduce(state, heard('5')).typing).toEqual([]);
    expect(reduce(state, { kind: 'typing-over', now: 5000 }).typing).toHaveLength(1);
    expect(reduce(state, { kind: 'typing-over', now: 11_001 }).typing).toEqual([]);
    expect(run(ready, event('TYPING_START', { channel_id: '100', user_id: owner.id })).typing).toEqual([]);
  });

  it('loses everything about a channel that is gone', () => {
    const state = run(...shown, heard('5'), event('CHANNEL_DELETE', { id: '100' }));
    expect(state.channels.has('100')).toBe(false);
    expect(state.conversations.has('100')).toBe(false);
    expect(state.reading.unread.has('100')).toBe(false);
    expect(state.reading.lastRead.has('100')).toBe(false);
  });

  it('loses a channel too that went while there was no connection', () => {
    const guild = (...ids: string[]): Action => {
      const channels = ids.map((id) => ({ id, type: 0, name: id, position: 0 }));
      const data = { id: '9', channels, threads: [], members: [], roles: [] };
      return event('GUILD_CREATE', data as object as Events['GUILD_CREATE']);
    };
    const before = run(ready, guild('100', '200'), { kind: 'show', channel: '200' }, heard('5'));
    expect(before.reading.unread.has('100')).toBe(true);
    const after = [ready, guild('200')].reduce(reduce, before);
    expect([...after.channels.keys()]).toEqual(['200']);
    expect(after.reading.unread.has('100')).toBe(false);
    expect(after.conversations.has('100')).toBe(false);
  });

  it('shows a new topic at once', () => {
    const payload = { ...{ id: '100', type: 0, name: 'shop', position: 0, guild_id: '9' }, topic: '🟡 waiting' };
    const state = run(...reading, event('CHANNEL_UPDATE', payload as object as Events['CHANNEL_UPDATE']));
    expect(state.channels.get('100')?.topic).toBe('🟡 waiting');
  });
});
