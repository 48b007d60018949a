import { describe, expect, it } from 'vitest';

import { openStores } from '../../src/storage/stores.ts';
import { channelA, channelB } from './records.ts';

describe('channels', () => {
  it('BX-01: the watermark moves forward and never back, by number and not by letters', () => {
    const { channels } = openStores(':memory:');
    expect(channels.get(channelA)).toBeUndefined();
    channels.advance(channelA, '999999999999999999');
    channels.advance(channelA, '1000000000000000001');
    channels.advance(channelA, '1000000000000000000');
    expect(channels.get(channelA)).toEqual({
      channel: channelA,
      parent: undefined,
      watermark: '1000000000000000001',
    });
  });

  it('keeps the parent of a thread once it is known', () => {
    const { channels } = openStores(':memory:');
    channels.advance(channelB, '5');
    channels.advance(channelB, '4', channelA);
    channels.advance(channelB, '6');
    expect(channels.list()).toEqual([{ channel: channelB, parent: channelA, watermark: '6' }]);
  });

  it('forgets a channel', () => {
    const { channels } = openStores(':memory:');
    channels.advance(channelA, '5');
    channels.forget(channelA);
    expect(channels.list()).toEqual([]);
  });

  it('I5: moves with the transaction around it, or not at all', () => {
    const { channels, transaction } = openStores(':memory:');
    channels.advance(channelA, '5');
    expect(() =>
      transaction(() => {
        channels.advance(channelA, '6');
        throw new Error('not stored');
      }),
    ).toThrow('not stored');
    expect(channels.get(channelA)?.watermark).toBe('5');
  });
});
