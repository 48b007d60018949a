import { describe, expect, it } from 'vitest';

import { openStores } from '../../src/storage/stores.ts';
import { channelA, channelB, message, one, turn } from './records.ts';

describe('traces', () => {
  it('tell the life of a message: every move, its turn and its answer, with times', () => {
    const { inbox, outbox, turns, traces } = openStores(':memory:');
    inbox.append(message('m1', { sentAt: 900, receivedAt: 1_000 }));
    inbox.move('m1', 'sending', 1_001);
    inbox.move('m1', 'acknowledged', 1_050, { by: 'hook', afterMs: 48 });
    turns.begin(turn('t1', { message: 'm1', startedAt: 1_050 }));
    outbox.append({
      key: 'answer',
      channel: channelA,
      content: { kind: 'text', text: 'done' },
      createdAt: 1_100,
      message: 'm1',
    });
    outbox.plan('answer', ['done'], 1_101);
    outbox.partSent('answer', '901', 1_150);
    outbox.settle('answer', 'posted', 1_150);
    turns.end(one, 't1', 'completed', 1_160);
    const about = { key: 'answer', kind: 'text' };
    expect(traces.of('m1')).toEqual([
      { at: 1_000, event: 'inbox:new', detail: { state: 'queued', sentAt: 900 } },
      { at: 1_001, event: 'inbox:queued>sending', detail: {} },
      { at: 1_050, event: 'inbox:sending>acknowledged', detail: { by: 'hook', afterMs: 48 } },
      { at: 1_050, event: 'turn:begin', detail: { turn: 't1' } },
      { at: 1_100, event: 'outbox:new', detail: about },
      { at: 1_150, event: 'outbox:part', detail: { ...about, messageId: '901' } },
      { at: 1_150, event: 'outbox:posted', detail: about },
      { at: 1_160, event: 'turn:end', detail: { turn: 't1', outcome: 'completed' } },
    ]);
  });

  it('note nothing about a message that nobody knows', () => {
    const { traces } = openStores(':memory:');
    traces.note('nobody', 1, 'something');
    expect(traces.of('nobody')).toEqual([]);
  });

  it('find the message by the chat message that it was, and by each part of what answered it', () => {
    const { inbox, outbox, traces } = openStores(':memory:');
    inbox.append(message('m1', { messageId: '500' }));
    inbox.append(message('m2', { messageId: undefined }));
    const content = { kind: 'text', text: 'x' } as const;
    outbox.append({ key: 'answer', channel: channelA, content, createdAt: 1, message: 'm1' });
    outbox.append({ key: 'other', channel: channelA, content, createdAt: 1 });
    outbox.partSent('answer', '901', 2);
    outbox.partSent('answer', '902', 3);
    outbox.partSent('other', '903', 4);
    expect(['500', '901', '902', '903', '904'].map((id) => traces.findByChatMessage(id))).toEqual([
      'm1',
      'm1',
      'm1',
      undefined,
      undefined,
    ]);
  });

  it('I11: are forgotten with their message, and not before', () => {
    const { inbox, traces } = openStores(':memory:');
    inbox.append(message('old', { receivedAt: 1 }));
    inbox.move('old', 'failed', 50);
    inbox.append(message('waits', { channel: channelB, receivedAt: 1 }));
    expect(inbox.prune(100, 10)).toBe(1);
    expect(traces.of('old')).toEqual([]);
    expect(traces.of('waits')).toHaveLength(1);
  });

  it('I1: a step that is undone leaves no trace', () => {
    const { inbox, traces, transaction } = openStores(':memory:');
    inbox.append(message('m1'));
    expect(() =>
      transaction(() => {
        inbox.move('m1', 'sending', 2_000);
        throw new Error('later in the same step');
      }),
    ).toThrow('later in the same step');
    expect(traces.of('m1').map(({ event }) => event)).toEqual(['inbox:new']);
  });
});
