import { MessageFlags } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';

import type { Conversation } from '../../../../src/local-discord/page/state/conversation.ts';
import {
  clearReactions,
  editMessage,
  emptyConversation,
  mergeNewest,
  mergeOlder,
  putMessage,
  react,
  removeMessages,
} from '../../../../src/local-discord/page/state/conversation.ts';
import type { Message } from '../../../../src/local-discord/page/state/payloads.ts';
import { message } from '../messages.ts';

const ids = ({ messages }: Conversation): string[] => messages.map(({ id }) => id);
const known = (conversation: Conversation): Set<string> => new Set(ids(conversation));
const holding = (...all: Message[]): Conversation => all.reduce(putMessage, { ...emptyConversation, current: true });
const thumb = { id: null, name: '👍' };

describe('a conversation', () => {
  it('shows a message once, in the order of ids, however often and in whatever order it comes', () => {
    const conversation = holding(message('9'), message('100'), message('10'), message('9'), message('100'));
    expect(ids(conversation)).toEqual(['9', '10', '100']);
  });

  it('takes an edit, and keeps the reactions that events do not tell', () => {
    const reactions: Message['reactions'] = [
      { emoji: thumb, count: 1, me: true, me_burst: false, burst_colors: [], count_details: { normal: 1, burst: 0 } },
    ];
    const before = holding(message('1', { reactions }));
    const after = editMessage(before, message('1', { content: 'new' }));
    expect(after.messages[0]).toMatchObject({ content: 'new', reactions });
  });

  it('does not show what was edited out of sight', () => {
    expect(ids(editMessage(holding(message('5')), message('3')))).toEqual(['5']);
  });

  it('takes the newest page as the truth about its span, and keeps what is older', () => {
    const before = { ...holding(message('1'), message('5'), message('6')), current: false };
    const page = { messages: [message('7'), message('5')], isAll: false, knownBefore: known(before) };
    const after = mergeNewest(before, page);
    expect(ids(after)).toEqual(['1', '5', '7']); // 6 was deleted meanwhile
    expect(after.current).toBe(true);
  });

  it('lets go of what lies before a gap', () => {
    const before = { ...holding(message('1'), message('2')), current: false, complete: true };
    const page = { messages: [message('9'), message('8')], isAll: false, knownBefore: known(before) };
    const after = mergeNewest(before, page);
    expect(ids(after)).toEqual(['8', '9']);
    expect(after.complete).toBe(false);
  });

  it('keeps what events brought while the page was on its way', () => {
    const before = { ...holding(message('1')), current: false };
    const knownBefore = known(before);
    const meanwhile = removeMessages(putMessage(before, message('9')), ['7']);
    const page = { messages: [message('7'), message('1')], isAll: true, knownBefore };
    expect(ids(mergeNewest(meanwhile, page))).toEqual(['1', '9']);
  });

  it('keeps messages that only this person can see: no history has them', () => {
    const before = holding(message('1'), message('2', { flags: MessageFlags.Ephemeral }));
    const page = { messages: [message('1')], isAll: true, knownBefore: known(before) };
    expect(ids(mergeNewest(before, page))).toEqual(['1', '2']);
  });

  it('does not go back behind an edit that it has seen', () => {
    const edited = message('1', { content: 'new', edited_timestamp: '2026-05-01T10:05:00.000Z' });
    const page = { messages: [message('1', { content: 'old' })], isAll: true, knownBefore: new Set(['1']) };
    expect(mergeNewest(holding(edited), page).messages[0]?.content).toBe('new');
  });

  it('adds what is older in front, once', () => {
    const after = mergeOlder(holding(message('5'), message('6')), [message('5'), message('4'), message('3')], true);
    expect(ids(after)).toEqual(['3', '4', '5', '6']);
    expect(after.complete).toBe(true);
  });

  it('counts reactions, knows its own, and is not misled by hearing of one twice', () => {
    const event = { channel_id: '100', message_id: '1', user_id: '1', emoji: thumb };
    const once = react(holding(message('1')), event, true, '1');
    const twice = react(once, event, true, '1');
    expect(twice.messages[0]?.reactions).toMatchObject([{ count: 1, me: true }]);
    const others = react(twice, { ...event, user_id: '2' }, true, '1');
    expect(others.messages[0]?.reactions).toMatchObject([{ count: 2, me: true }]);
    const left = react(others, event, false, '1');
    expect(left.messages[0]?.reactions).toMatchObject([{ count: 1, me: false }]);
    expect(react(left, { ...event, user_id: '2' }, false, '1').messages[0]?.reactions).toEqual([]);
    expect(clearReactions(others, '1').messages[0]?.reactions).toEqual([]);
    expect(clearReactions(others, '1', { id: null, name: '👎' }).messages[0]?.reactions).toHaveLength(1);
  });
});
