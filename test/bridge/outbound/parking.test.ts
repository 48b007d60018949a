import { describe, expect, it } from 'vitest';

import type { ChannelId } from '../../../src/model/session.ts';
import { words, world } from '../support/delivery-world.ts';
import type { World } from '../support/delivery-world.ts';
import type { HandTransport } from '../support/hand-transport.ts';
import { chatError, gate } from '../support/hand-transport.ts';
import { channelOne, channelTwo } from '../support/messages.ts';

const owner = '100000000000000001';
/** Where the bot and the owner speak alone, on the server in the test's hands. */
const direct = '900000000000000001' as ChannelId;

/** Channels in which the bot may not post. */
function close(transport: HandTransport, ...channels: readonly ChannelId[]): Set<ChannelId> {
  const closed = new Set(channels);
  transport.beforeSend = ({ channel }) => {
    if (closed.has(channel)) throw chatError('chat-forbidden');
  };
  return closed;
}

const parkedIn = ({ stores }: World): readonly ChannelId[] => stores.outbox.parked().map(({ channel }) => channel);

describe('a channel that refuses a text', () => {
  for (const code of ['chat-forbidden', 'chat-not-found'] as const) {
    it(`I3: ${code} parks it: everything waits in order, nothing more is tried`, async () => {
      const now = world({ owners: [owner] });
      const { say, react, go, transport, stores, clock } = now;
      transport.beforeSend = ({ channel }) => {
        if (channel === channelOne) throw chatError(code);
      };
      say('a');
      say('b');
      await go();
      say('c');
      react('m1');
      await go();
      await clock.advance(3_600_000);
      expect(stores.outbox.parked()).toMatchObject([{ channel: channelOne, code, pending: 4 }]);
      expect(transport.tried.filter(({ channel }) => channel === channelOne)).toHaveLength(1);
      expect(transport.reactions).toEqual([]);
      expect(transport.textsIn(direct)).toEqual([words.channelParked(channelOne, code)]);
      expect(clock.pending).toBe(0);
    });
  }

  it('BX-01: whoever reads channels hears of it, and of its end: something may be missed there', async () => {
    const { say, go, transport, delivery, told, settle } = world();
    const closed = close(transport, channelOne);
    say('a');
    say('b', 'b', channelTwo);
    await go();
    expect(told).toEqual([`refused ${channelOne}`]);
    closed.clear();
    delivery.retry();
    await settle();
    expect(told).toEqual([`refused ${channelOne}`, `taken ${channelOne}`]);
  });

  it('other channels go on', async () => {
    const { say, go, transport } = world({ owners: [owner] });
    close(transport, channelOne);
    say('a');
    say('b', 'b', channelTwo);
    await go();
    expect(transport.textsIn(channelTwo)).toEqual(['b']);
  });

  it('the owner hears of it in the main channel when they cannot be spoken to alone', async () => {
    const { say, go, transport } = world({ owners: [owner], mainChannel: channelTwo });
    close(transport, channelOne);
    transport.beforeDirect = () => {
      throw chatError('chat-forbidden');
    };
    say('a');
    await go();
    expect(transport.textsIn(channelTwo)).toEqual([words.channelParked(channelOne, 'chat-forbidden')]);
  });

  it('the owner hears of it in the main channel when their direct channel refuses too', async () => {
    const now = world({ owners: [owner], mainChannel: channelTwo });
    close(now.transport, channelOne, direct);
    now.say('a');
    await now.go();
    expect(now.transport.textsIn(channelTwo)).toEqual([words.channelParked(channelOne, 'chat-forbidden')]);
    expect(parkedIn(now)).toEqual([channelOne]);
    expect(now.stores.outbox.pending(direct)).toEqual([]);
  });

  it('never in the channel that refuses: when there is no other, the log has it', async () => {
    const now = world({ mainChannel: channelOne });
    close(now.transport, channelOne);
    now.say('a');
    await now.go();
    expect(now.stores.outbox.pending(channelOne).map(({ key }) => key)).toEqual(['a']);
    expect(now.log.at('error')).toHaveLength(1);
    expect(parkedIn(now)).toEqual([channelOne]);
  });

  it('a main channel that refuses as well is parked, with what it was to tell', async () => {
    const now = world({ mainChannel: channelTwo });
    close(now.transport, channelOne, channelTwo);
    now.say('a');
    now.say('b', 'b', channelTwo);
    await now.go();
    expect(new Set(parkedIn(now))).toEqual(new Set([channelOne, channelTwo]));
    expect(now.stores.outbox.get('a')?.state).toBe('pending');
    expect(now.stores.outbox.get('b')?.state).toBe('pending');
  });

  it('a word that nobody takes is not carried to and fro for ever', async () => {
    const now = world({ owners: [owner], mainChannel: channelTwo });
    let refused = 0;
    now.transport.beforeSend = () => {
      refused += 1;
      if (refused < 50) throw chatError('chat-forbidden');
    };
    now.say('a');
    await now.go();
    await now.clock.advance(3_600_000);
    expect(refused).toBe(3); // The text, the word to the owner, and the word in the main channel.
    expect(parkedIn(now)).toEqual([channelOne]);
    expect(now.log.at('error')).toContain('the owner could not be told of a parked channel');
  });

  it.each(['told to be open', 'spoken in'] as const)(
    'and is %s while the owner is still being told of it: it is tried again at once',
    async (what) => {
      const now = world({ owners: [owner] });
      const { say, go, transport, delivery, settle } = now;
      const closed = close(transport, channelOne);
      const telling = gate();
      transport.beforeDirect = () => telling.passed;
      say('a');
      await go();
      closed.clear();
      if (what === 'spoken in') delivery.heard(channelOne);
      else expect(delivery.retry(channelOne)).toEqual([channelOne]);
      telling.open();
      await settle();
      expect(transport.textsIn(channelOne)).toEqual(['a']);
      expect(parkedIn(now)).toEqual([]);
    },
  );

  it('with an answer that comes behind the word that it is open is tried once more before it is parked', async () => {
    const now = world({ owners: [owner] });
    const { say, go, transport, delivery, settle } = now;
    const refusal = gate();
    transport.beforeSend = async ({ channel }) => {
      if (channel !== channelOne || transport.tried.length > 1) return;
      await refusal.passed;
      throw chatError('chat-forbidden');
    };
    say('a');
    await go();
    expect(delivery.retry(channelOne)).toEqual([]); // Nothing is held back so far.
    refusal.open();
    await settle();
    expect([transport.textsIn(channelOne), transport.textsIn(direct), parkedIn(now)]).toEqual([['a'], [], []]);
  });

  it('although it was said to be open is parked after the one more try', async () => {
    const now = world({ owners: [owner] });
    const { say, go, transport, delivery, settle } = now;
    const refusal = gate();
    transport.beforeSend = async ({ channel }) => {
      if (channel !== channelOne) return;
      await refusal.passed;
      throw chatError('chat-forbidden');
    };
    say('a');
    await go();
    delivery.retry();
    refusal.open();
    await settle();
    expect(transport.tried.filter(({ channel }) => channel === channelOne)).toHaveLength(2);
    expect(parkedIn(now)).toEqual([channelOne]);
  });

  it('a part that is out stays out: it goes on with the next one', async () => {
    const { say, go, transport, delivery, settle } = world({ owners: [owner] });
    let isOpen = false;
    transport.beforeSend = ({ text }) => {
      if (text === 'two' && !isOpen) throw chatError('chat-forbidden');
    };
    say('a', 'one|two|three');
    await go();
    expect(transport.textsIn(channelOne)).toEqual(['one']);
    isOpen = true;
    delivery.retry();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['one', 'two', 'three']);
  });
});

describe('a refused reaction or edit', () => {
  for (const code of ['chat-forbidden', 'chat-not-found', 'chat-invalid'] as const) {
    it(`${code}: fails alone`, async () => {
      const now = world();
      const { say, react, change, go, transport, stateOf, clock } = now;
      say('a');
      await go();
      transport.beforeReact = (messageId) => {
        if (messageId === 'gone') throw chatError(code);
      };
      transport.beforeEdit = () => {
        throw chatError(code);
      };
      react('gone');
      react('there');
      change('edit', 'a');
      await go();
      await clock.advance(10_000);
      expect([stateOf('gone'), stateOf('there'), stateOf('edit')]).toEqual(['failed', 'posted', 'failed']);
      expect(parkedIn(now)).toEqual([]);
      expect(clock.pending).toBe(0);
    });
  }
});

describe('a parked channel', () => {
  async function parked() {
    const now = world({ owners: [owner] });
    const closed = close(now.transport, channelOne);
    now.say('a');
    now.say('b');
    await now.go();
    now.react('m1');
    await now.go();
    return { ...now, closed, now };
  }

  it('is tried again when somebody asks for it, and everything goes out in order', async () => {
    const { closed, delivery, settle, transport, now } = await parked();
    closed.clear();
    expect(delivery.retry()).toEqual([channelOne]);
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
    expect(transport.reactions).toEqual(['m1 stored']);
    expect(parkedIn(now)).toEqual([]);
    expect(delivery.retry()).toEqual([]);
  });

  it('only the one that is named is tried', async () => {
    const { closed, delivery, settle, transport, now } = await parked();
    expect(delivery.retry(channelTwo)).toEqual([]);
    await settle();
    expect(transport.tried.filter(({ channel }) => channel === channelOne)).toHaveLength(1);
    closed.clear();
    expect(delivery.retry(channelOne)).toEqual([channelOne]);
    await settle();
    expect(parkedIn(now)).toEqual([]);
  });

  it('that still refuses stays as it was: the owner is not told again', async () => {
    const { delivery, settle, transport, stores } = await parked();
    const before = stores.outbox.parked();
    for (let tries = 0; tries < 3; tries += 1) {
      delivery.retry();
      await settle();
    }
    expect(stores.outbox.parked()).toEqual(before);
    expect(transport.tried.filter(({ channel }) => channel === channelOne)).toHaveLength(4);
    expect(transport.textsIn(direct)).toHaveLength(1);
  });

  it('is tried when somebody writes there, once a minute at most', async () => {
    const { closed, delivery, settle, transport, clock, now } = await parked();
    const tries = (): number => transport.tried.filter(({ channel }) => channel === channelOne).length;
    for (let messages = 0; messages < 5; messages += 1) {
      delivery.heard(channelOne);
      delivery.heard(channelTwo);
      await settle();
    }
    expect(tries()).toBe(2);
    closed.clear();
    await clock.advance(60_000);
    delivery.heard(channelOne);
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
    expect(parkedIn(now)).toEqual([]);
  });

  it('is tried once per start', async () => {
    const first = await parked();
    first.closed.clear();
    const second = world({ stores: first.stores, clock: first.clock, owners: [owner] });
    await second.go();
    expect(second.transport.textsIn(channelOne)).toEqual(['a', 'b']);
    expect(second.transport.reactions).toEqual(['m1 stored']);
    expect(parkedIn(second)).toEqual([]);
  });

  it('at a start that finds it closed still, nobody is told again', async () => {
    const first = await parked();
    const second = world({ stores: first.stores, clock: first.clock, owners: [owner] });
    close(second.transport, channelOne);
    await second.go();
    await second.clock.advance(3_600_000);
    expect(second.transport.tried.map(({ channel }) => channel)).toEqual([channelOne]);
    expect(parkedIn(second)).toEqual([channelOne]);
  });

  it('without a text to try it with is open again', async () => {
    const { delivery, settle, stores, transport, clock, now } = await parked();
    for (const { key } of stores.outbox.pending(channelOne, 'text')) stores.outbox.settle(key, 'dropped', clock.now());
    delivery.retry();
    await settle();
    expect(parkedIn(now)).toEqual([]);
    expect(transport.reactions).toEqual(['m1 stored']);
  });

  it('that opens and closes again is news again', async () => {
    const { closed, delivery, settle, say, go, transport, clock, now } = await parked();
    closed.clear();
    delivery.retry();
    await settle();
    closed.add(channelOne);
    await clock.advance(1);
    say('c');
    await go();
    expect(parkedIn(now)).toEqual([channelOne]);
    expect(transport.textsIn(direct)).toHaveLength(2);
  });

  it('is tried again when the server comes back, while a try was under way', async () => {
    const { closed, delivery, settle, transport, clock, now } = await parked();
    closed.clear();
    transport.beforeSend = () => {
      throw chatError('chat-unavailable');
    };
    delivery.retry();
    await settle();
    transport.beforeSend = () => undefined;
    await clock.advance(2_000);
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
    expect(parkedIn(now)).toEqual([]);
  });
});
