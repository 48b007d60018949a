import { describe, expect, it } from 'vitest';

import type { Channel } from '../../../../src/local-discord/page/state/channels.ts';
import { neighbour, orderedChannels, readTopic } from '../../../../src/local-discord/page/state/channels.ts';

function channel(id: string, changes: Partial<Channel> = {}): Channel {
  return {
    ...{ id, type: 0, name: `c${id}`, topic: '', position: 0, parent: undefined },
    ...{ newestMessage: undefined, archived: false, ...changes },
  };
}

const listed = (...channels: Channel[]): string[] =>
  orderedChannels(new Map(channels.map((one) => [one.id, one]))).map(({ id }) => id);

describe('the list of channels', () => {
  it('goes by position, with threads under their channel and without archived ones', () => {
    const threads = [
      channel('20', { type: 11, parent: '2' }),
      channel('9', { type: 12, parent: '2' }),
      channel('30', { type: 11, parent: '2', archived: true }),
    ];
    expect(listed(...threads, channel('1', { position: 5 }), channel('2', { position: 1 }))).toEqual([
      '2',
      '9',
      '20',
      '1',
    ]);
  });

  it('leaves out what cannot be read: categories, voice', () => {
    expect(listed(channel('1', { type: 4 }), channel('2', { type: 2 }), channel('3'))).toEqual(['3']);
  });

  it('is walked around its ends', () => {
    const all = [channel('1'), channel('2'), channel('3')];
    expect(neighbour(all, '3', 1)?.id).toBe('1');
    expect(neighbour(all, '1', -1)?.id).toBe('3');
    expect(neighbour([], undefined, 1)).toBeUndefined();
  });
});

describe('a topic', () => {
  it.each([
    ['🟢 idle · session 1', { sign: 'idle', state: 'idle', rest: 'session 1' }],
    ['🔵 busy · session 1 · claude-code', { sign: 'busy', state: 'busy', rest: 'session 1 · claude-code' }],
    ['🟡 waiting for permission', { sign: 'waiting', state: 'waiting for permission', rest: '' }],
    ['🔴 lost · session 2', { sign: 'lost', state: 'lost', rest: 'session 2' }],
    ['⚪ stopped · x', { sign: 'stopped', state: 'stopped', rest: 'x' }],
    ['Talk · about anything', { sign: undefined, state: '', rest: 'Talk · about anything' }],
    ['busy 🔵 · x', { sign: undefined, state: '', rest: 'busy 🔵 · x' }],
    ['', { sign: undefined, state: '', rest: '' }],
  ])('%s', (topic, expected) => {
    expect(readTopic(topic)).toEqual(expected);
  });
});
