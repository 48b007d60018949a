import { describe, expect, it } from 'vitest';

import type { OutboundContent } from '../../src/model/outbound.ts';
import type { NewOutboxItem } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, channelB } from './records.ts';

const reaction: OutboundContent = { kind: 'reaction', messageId: '77', reaction: 'answered' };

function text(key: string, change: Partial<NewOutboxItem> = {}): NewOutboxItem {
  return { key, channel: channelA, content: { kind: 'text', text: `text of ${key}` }, createdAt: 1_000, ...change };
}

function keys(items: readonly { readonly key: string }[]): readonly string[] {
  return items.map((item) => item.key);
}

describe('outbox', () => {
  it('gives an item back as it was stored', () => {
    const { outbox } = openStores(':memory:');
    expect(outbox.append(text('a', { content: { kind: 'text', text: 'x\n`y` 🎉', replyTo: '5' } }))).toBe(true);
    outbox.append(text('b', { content: reaction }));
    expect(outbox.get('a')).toEqual({
      key: 'a',
      channel: channelA,
      content: { kind: 'text', text: 'x\n`y` 🎉', replyTo: '5' },
      state: 'pending',
      parts: undefined,
      sentIds: [],
      triedAt: undefined,
      message: undefined,
      createdAt: 1_000,
    });
    expect(outbox.get('b')?.content).toEqual(reaction);
    expect(outbox.get('c')).toBeUndefined();
  });

  it('adds a repeated key once, with its followers', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a', { then: [{ key: 'f', channel: channelA, content: reaction }] }));
    expect(
      outbox.append(text('a', { channel: channelB, then: [{ key: 'g', channel: channelA, content: reaction }] })),
    ).toBe(false);
    expect(outbox.get('a')?.channel).toBe(channelA);
    expect(outbox.settle('a', 'posted', 2_000)).toEqual(['f']);
  });

  it('a settled key stays known: the same thing is not said again', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a'));
    outbox.settle('a', 'posted', 2_000);
    expect(outbox.append(text('a'))).toBe(false);
    expect(outbox.pending(channelA, 'text')).toEqual([]);
  });

  it('keeps lanes apart by channel and kind, each in the order of adding', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('z', { createdAt: 9_000 }));
    outbox.append(text('r', { content: reaction }));
    outbox.append(text('other', { channel: channelB }));
    outbox.append(text('a', { createdAt: 1 }));
    expect(keys(outbox.pending(channelA, 'text'))).toEqual(['z', 'a']);
    expect(keys(outbox.pending(channelA, 'reaction'))).toEqual(['r']);
    expect(new Set(outbox.lanes().map(({ channel, kind }) => `${kind} ${channel}`))).toEqual(
      new Set([`text ${channelA}`, `reaction ${channelA}`, `text ${channelB}`]),
    );
    outbox.settle('r', 'failed', 1);
    expect(outbox.lanes()).toHaveLength(2);
  });

  it('remembers the plan and each part that is out', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a'));
    outbox.plan('a', ['one', 'two "quoted"'], 1_500);
    outbox.partSent('a', '901', 1_600);
    outbox.partSent('a', '902', 1_700);
    expect(outbox.get('a')).toMatchObject({ parts: ['one', 'two "quoted"'], sentIds: ['901', '902'] });
  });

  it('posted: adds what waited, in order, once', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a'));
    expect(outbox.follow('a', { key: 'f1', channel: channelA, content: reaction })).toBe(true);
    expect(outbox.follow('a', { key: 'f2', channel: channelB, content: { kind: 'text', text: 'after' } })).toBe(true);
    expect(outbox.get('f1')).toBeUndefined();
    expect(outbox.settle('a', 'posted', 5_000)).toEqual(['f1', 'f2']);
    expect(outbox.get('f1')).toMatchObject({ state: 'pending', content: reaction, createdAt: 5_000 });
    expect(outbox.settle('a', 'posted', 6_000)).toEqual([]);
    expect(outbox.settle('a', 'failed', 6_000)).toEqual([]);
    expect(outbox.get('a')?.state).toBe('posted');
  });

  it('failed: what waited is dropped', () => {
    const { outbox } = openStores(':memory:');
    const content = { kind: 'text', text: 'afterwards' } as const;
    outbox.append(text('a', { then: [{ key: 'f', channel: channelA, content }] }));
    expect(outbox.settle('a', 'failed', 5_000, 'no such channel')).toEqual([]);
    expect(outbox.get('a')?.state).toBe('failed');
    expect(outbox.get('f')).toBeUndefined();
  });

  it('nothing can wait for an item that is not pending', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a'));
    outbox.settle('a', 'posted', 5_000);
    expect(outbox.follow('a', { key: 'f', channel: channelA, content: reaction })).toBe(false);
    expect(outbox.follow('never there', { key: 'f', channel: channelA, content: reaction })).toBe(false);
  });

  it('BX-04: a promised answer that is refused for good becomes a failure, and is told as one', () => {
    const { outbox } = openStores(':memory:');
    const reaction = { kind: 'reaction', messageId: 'm', reaction: 'answered' } as const;
    outbox.append({ key: 'a', channel: channelA, content: { kind: 'text', text: 'x' }, createdAt: 1 });
    outbox.follow('a', { key: 'r', channel: channelA, content: reaction });
    expect(outbox.settle('a', 'failed', 2)).toEqual(['r']);
    expect(outbox.get('r')).toMatchObject({ state: 'pending', content: { ...reaction, reaction: 'failed' } });
  });

  it('I11: forgets settled items by the time they were settled, and never a pending one', () => {
    const { outbox } = openStores(':memory:');
    for (const key of ['old', 'bad', 'edge', 'waiting']) outbox.append(text(key, { createdAt: 1 }));
    outbox.settle('old', 'posted', 99);
    outbox.settle('bad', 'failed', 99);
    outbox.settle('edge', 'posted', 100);
    expect(outbox.prune(100, 10)).toBe(2);
    expect(['old', 'bad', 'edge', 'waiting'].filter((key) => outbox.get(key))).toEqual(['edge', 'waiting']);
  });

  it('gives the first and the last that is pending in a lane', () => {
    const { outbox } = openStores(':memory:');
    for (const key of ['a', 'b', 'c']) outbox.append(text(key));
    outbox.settle('a', 'posted', 2_000);
    expect([outbox.head(channelA, 'text')?.key, outbox.tail(channelA, 'text')?.key]).toEqual(['b', 'c']);
    expect([outbox.head(channelA, 'reaction'), outbox.tail(channelB, 'text')]).toEqual([undefined, undefined]);
  });

  it('of several edits of a text only the newest waits', () => {
    const { outbox } = openStores(':memory:');
    const edit = (key: string, of: string): NewOutboxItem => text(key, { content: { kind: 'edit', of, text: key } });
    outbox.append(edit('one', 'posted'));
    outbox.append(edit('other', 'another'));
    outbox.append(edit('two', 'posted'));
    expect(keys(outbox.pending(channelA, 'edit'))).toEqual(['other', 'two']);
    expect(outbox.get('one')?.state).toBe('dropped');
    expect(outbox.settle('one', 'posted', 3_000)).toEqual([]);
    expect(outbox.get('one')?.state).toBe('dropped');
  });

  it('a later reaction takes the place of an earlier one that waits, on the same message only', () => {
    const { outbox } = openStores(':memory:');
    const react = (key: string, messageId: string, name: 'stored' | 'delivered'): NewOutboxItem =>
      text(key, { content: { kind: 'reaction', messageId, reaction: name } });
    outbox.append(react('a', '77', 'stored'));
    outbox.append(react('b', '78', 'stored'));
    outbox.append(react('c', '77', 'delivered'));
    expect(keys(outbox.pending(channelA, 'reaction'))).toEqual(['b', 'c']);
    // Told once more, the first stays what it is.
    expect(outbox.append(react('a', '77', 'stored'))).toBe(false);
    expect(keys(outbox.pending(channelA, 'reaction'))).toEqual(['b', 'c']);
  });

  it('I3: holds back what is for a parked channel, and loses nothing of it', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a'));
    outbox.append(text('r', { content: reaction }));
    outbox.append(text('b', { channel: channelB }));
    expect(outbox.park(channelA, 'chat-forbidden', 2_000)).toBe(true);
    expect(outbox.park(channelA, 'chat-not-found', 2_001)).toBe(false);
    expect(outbox.lanes()).toEqual([{ channel: channelB, kind: 'text' }]);
    expect(outbox.parked()).toEqual([{ channel: channelA, code: 'chat-forbidden', since: 2_000, pending: 2 }]);
    expect([outbox.unpark(channelA), outbox.unpark(channelA)]).toEqual([true, false]);
    expect(outbox.lanes()).toHaveLength(3);
    expect(outbox.parked()).toEqual([]);
  });

  it('knows the bot’s own messages by their ids, and since when the next part may be out', () => {
    const { outbox } = openStores(':memory:');
    outbox.append(text('a'));
    expect(outbox.get('a')?.triedAt).toBeUndefined();
    outbox.plan('a', ['one', 'two'], 1_500);
    expect(outbox.get('a')?.triedAt).toBe(1_500);
    outbox.partSent('a', '901', 1_600);
    expect(outbox.get('a')?.triedAt).toBe(1_600);
    expect([outbox.hasSent('901'), outbox.hasSent('902')]).toEqual([true, false]);
  });

  it('gives files and the message that a text belongs to back as they were stored', () => {
    const { outbox } = openStores(':memory:');
    const content = { kind: 'text', text: 'see', files: [{ path: '/tmp/x.png', name: 'x.png' }] } as const;
    outbox.append(
      text('a', { content, message: 'm1', then: [{ key: 'f', channel: channelA, content: reaction, message: 'm1' }] }),
    );
    expect(outbox.get('a')).toMatchObject({ content, message: 'm1' });
    outbox.settle('a', 'posted', 2_000);
    expect(outbox.get('f')).toMatchObject({ content: reaction, message: 'm1' });
  });
});
