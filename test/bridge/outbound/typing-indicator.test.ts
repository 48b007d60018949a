import { describe, expect, it } from 'vitest';

import { TypingIndicator } from '../../../src/bridge/outbound/typing-indicator.ts';
import type { ChannelId, SessionNumber } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { HandTransport } from '../support/hand-transport.ts';
import { channelOne, channelTwo, elsewhere, one, two } from '../support/messages.ts';

function world() {
  const clock = new ManualClock();
  const stores = openStores(':memory:');
  const transport = new HandTransport();
  const begin = (session: SessionNumber, channel: ChannelId, turn = 't1'): void => {
    stores.turns.begin({ session, turn, channel, message: undefined, startedAt: clock.now() });
  };
  return { clock, stores, transport, begin, typing: new TypingIndicator({ stores, transport, clock }) };
}

describe('typing indicator', () => {
  it('shows at once, and again before the signal fades, where the answer will appear', async () => {
    const { clock, transport, begin, typing } = world();
    begin(one, elsewhere);
    typing.update(one, true);
    expect(transport.typed).toEqual([elsewhere]);
    await clock.advance(24_000);
    expect(transport.typed).toHaveLength(4);
  });

  it('stops when the session is not busy any more, and leaves no timer', async () => {
    const { clock, transport, begin, typing } = world();
    begin(one, channelOne);
    typing.update(one, true);
    typing.update(one, true);
    expect(clock.pending).toBe(1);
    typing.update(one, false);
    typing.update(one, false);
    await clock.advance(60_000);
    expect(transport.typed).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('knows the sessions apart', async () => {
    const { clock, transport, begin, typing } = world();
    begin(one, channelOne);
    begin(two, channelTwo);
    typing.update(one, true);
    typing.update(two, true);
    typing.update(one, false);
    await clock.advance(8_000);
    expect(transport.typed).toEqual([channelOne, channelTwo, channelTwo]);
  });

  it('shows nothing without a turn, and begins when there is one', async () => {
    const { clock, transport, begin, typing } = world();
    typing.update(one, true);
    expect(transport.typed).toEqual([]);
    begin(one, channelOne);
    await clock.advance(8_000);
    expect(transport.typed).toEqual([channelOne]);
  });

  it('shows nothing while the server is away, and a lost signal breaks nothing', async () => {
    const { clock, transport, begin, typing } = world();
    begin(one, channelOne);
    transport.state = { connection: 'reconnecting' };
    typing.update(one, true);
    expect(transport.typed).toEqual([]);
    transport.state = { connection: 'ready' };
    let lost = 0;
    transport.typing = () => {
      lost += 1;
      return Promise.reject(new Error('lost'));
    };
    await clock.advance(16_000);
    expect(lost).toBe(2);
  });

  it('ends with the bridge', () => {
    const { clock, typing } = world();
    typing.update(one, true);
    typing.update(two, true);
    typing.close();
    expect(clock.pending).toBe(0);
  });
});
