import { describe, expect, it } from 'vitest';

import { openStores } from '../../../src/storage/stores.ts';
import { world } from '../support/delivery-world.ts';
import { chatError, gate } from '../support/hand-transport.ts';
import { channelOne, channelTwo } from '../support/messages.ts';
import { replacing } from '../support/replacing.ts';

describe('order', () => {
  it('posts a channel in the order of its outbox, and settles each item', async () => {
    const { delivery, say, settle, transport, stores } = world();
    for (const key of ['a', 'b', 'c']) say(key);
    delivery.kick();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map((key) => stores.outbox.get(key)?.state)).toEqual(['posted', 'posted', 'posted']);
    expect(stores.outbox.get('a')?.sentIds).toEqual([`id-of-${transport.posted[0]?.nonce ?? ''}`]);
  });

  it('I1: nothing goes out before it is flushed, of any kind; what is added meanwhile is looked at with it', async () => {
    const stores = openStores(':memory:');
    const flushing = gate();
    const asked: unknown[] = [];
    const { delivery, say, change, react, go, settle, transport } = world({
      stores: { ...stores, flushed: () => (asked.push(1), flushing.passed) },
    });
    say('a');
    react('m1');
    await go();
    say('b', 'b', channelTwo);
    await go();
    expect([transport.posted, transport.reactions, asked.length]).toEqual([[], [], 1]);
    flushing.open();
    await settle();
    expect([transport.textsIn(channelOne), transport.textsIn(channelTwo)]).toEqual([['a'], ['b']]);
    expect(transport.reactions).toEqual(['m1 stored']);
    change('e', 'a', 'changed');
    expect(transport.edits).toEqual([]);
    delivery.kick();
    await settle();
    expect(transport.edits).toHaveLength(1);
  });

  it('I1: each item waits for a flush of its own, also in a lane that runs', async () => {
    const stores = openStores(':memory:');
    const flushing = gate();
    const state = { isRefusing: false };
    const { say, change, react, go, settle, transport } = world({
      stores: { ...stores, flushed: () => (state.isRefusing ? flushing.passed : Promise.resolve()) },
    });
    const hanging = gate();
    transport.beforeSend = ({ text }) => (text === 'a' ? hanging.passed : undefined);
    say('a');
    await go();
    state.isRefusing = true;
    say('b');
    hanging.open();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a']);
    react('m1');
    change('e', 'a', 'changed');
    flushing.open();
    await go();
    expect([transport.textsIn(channelOne), transport.reactions]).toEqual([['a', 'b'], ['m1 stored']]);
    expect(transport.edits).toHaveLength(1);
  });

  it('never has two parts of one channel under way, however often it is kicked', async () => {
    const { delivery, say, settle, transport } = world();
    let under = 0;
    let most = 0;
    transport.beforeSend = async () => {
      under += 1;
      most = Math.max(most, under);
      await Promise.resolve();
      under -= 1;
    };
    for (const key of ['a', 'b', 'c']) {
      say(key);
      delivery.kick();
      delivery.kick();
    }
    await settle();
    expect([most, transport.textsIn(channelOne)]).toEqual([1, ['a', 'b', 'c']]);
  });

  it('I2: a channel that hangs keeps no other channel waiting, nor its own reactions', async () => {
    const { delivery, say, react, settle, transport } = world();
    const hanging = gate();
    transport.beforeSend = ({ channel }) => (channel === channelOne ? hanging.passed : undefined);
    say('slow');
    say('fast', 'fast', channelTwo);
    react('m1');
    delivery.kick();
    await settle();
    expect(transport.textsIn(channelTwo)).toEqual(['fast']);
    expect(transport.reactions).toEqual(['m1 stored']);
    expect(transport.textsIn(channelOne)).toEqual([]);
    hanging.open();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['slow']);
  });

  it('goes on with what was added while it worked, and with what waited for an item', async () => {
    const { delivery, say, settle, transport, stores } = world();
    say('a');
    stores.outbox.follow('a', {
      key: 'after',
      channel: channelOne,
      content: { kind: 'reaction', messageId: 'm1', reaction: 'answered' },
    });
    transport.afterSend = ({ text }) => {
      if (text === 'a') say('b');
    };
    delivery.kick();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
    expect(transport.reactions).toEqual(['m1 answered']);
  });

  it('misses nothing that is added in the very moment in which a lane ends', async () => {
    const { delivery, say, settle, transport, stores } = world();
    // Adds at each step of the promise queue after the last look at the outbox; one of them is the bad moment.
    for (let steps = 0; steps < 12; steps += 1) {
      say(`first-${steps}`);
      delivery.kick();
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      say(`second-${steps}`);
      delivery.kick();
      await settle();
      expect([steps, stores.outbox.pending(channelOne, 'text').length]).toEqual([steps, 0]);
    }
    expect(transport.posted).toHaveLength(24);
  });
});

describe('parts', () => {
  it('I1: the plan is on disk before the first part goes out', async () => {
    const { delivery, say, settle, transport, stores } = world();
    const plans: (readonly string[] | undefined)[] = [];
    transport.beforeSend = () => {
      plans.push(stores.outbox.get('a')?.parts);
    };
    say('a', 'one|two');
    delivery.kick();
    await settle();
    expect(plans).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('only the first part is a reply', async () => {
    const { delivery, say, settle, transport } = world();
    say('a', 'one|two', channelOne, 'm1');
    delivery.kick();
    await settle();
    expect(transport.posted.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ['one', 'm1'],
      ['two', undefined],
    ]);
  });

  it('nonces are short, differ from part to part and item to item', async () => {
    const { delivery, say, settle, transport } = world();
    say('a', 'one|two');
    say('b', 'one|two');
    delivery.kick();
    await settle();
    const nonces = transport.posted.map(({ nonce }) => nonce);
    expect(new Set(nonces).size).toBe(4);
    expect(Math.max(...nonces.map((nonce) => nonce.length))).toBeLessThanOrEqual(25);
  });

  it('goes on at the part that failed, with the plan of the first time', async () => {
    const { delivery, say, settle, transport, clock } = world();
    let failures = 1;
    transport.beforeSend = ({ text }) => {
      if (text === 'two' && failures-- > 0) throw chatError('chat-unavailable');
    };
    say('a', 'one|two|three');
    delivery.kick();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['one']);
    await clock.advance(1_000);
    expect(transport.textsIn(channelOne)).toEqual(['one', 'two', 'three']);
    expect(transport.tried.map(({ text }) => text)).toEqual(['one', 'two', 'two', 'three']);
    expect(transport.rendered).toBe(1);
  });

  it('BX-02: goes on at the part that failed after a restart, too', async () => {
    const first = world();
    first.transport.beforeSend = ({ text }) => {
      if (text === 'two') throw chatError('chat-unavailable');
    };
    first.say('a', 'one|two|three');
    first.delivery.kick();
    await first.settle();
    const stopped = first.delivery.drain(0);
    await first.settle();
    await stopped;

    const second = world({ stores: first.stores });
    second.delivery.kick();
    await second.settle();
    expect(second.transport.tried.map(({ text }) => text)).toEqual(['two', 'three']);
    expect(second.transport.rendered).toBe(0);
    expect(second.stores.outbox.get('a')?.state).toBe('posted');
    const [, before] = first.transport.tried;
    expect(second.transport.tried[0]?.nonce).toBe(before?.nonce);
  });

  it('a lost answer of the server: the part is repeated with the same nonce and seen once', async () => {
    const { delivery, say, settle, transport, clock } = world();
    let losses = 1;
    transport.afterSend = () => {
      if (losses-- > 0) throw chatError('chat-unavailable');
    };
    say('a');
    delivery.kick();
    await settle();
    await clock.advance(1_000);
    expect(transport.tried).toHaveLength(2);
    expect(new Set(transport.tried.map(({ nonce }) => nonce)).size).toBe(1);
    expect(transport.textsIn(channelOne)).toEqual(['a']);
  });
});

describe('failures', () => {
  it('a server that cannot be reached is tried again after 1, 2, 4 … 60 s, in order, for as long as it takes', async () => {
    const { delivery, say, settle, transport, clock, stores } = world();
    const start = clock.monotonic();
    const at: number[] = [];
    transport.beforeSend = () => {
      at.push(clock.monotonic() - start);
      throw chatError('chat-unavailable');
    };
    say('a');
    say('b');
    delivery.kick();
    await settle();
    await clock.advance(400_000);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    const full = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
    for (const [index, most] of full.entries()) {
      expect(waits[index]).toBeLessThanOrEqual(most);
      expect(waits[index]).toBeGreaterThanOrEqual(most * 0.8);
    }
    expect(new Set(transport.tried.map(({ text }) => text))).toEqual(new Set(['a']));
    expect(stores.outbox.get('a')?.state).toBe('pending');
    transport.beforeSend = () => undefined;
    await clock.advance(60_000);
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
  });

  it('after a success the waits begin anew, after a hopeless item as well', async () => {
    for (const code of [undefined, 'chat-invalid'] as const) {
      const { delivery, say, settle, transport, clock } = world();
      let failures = 4;
      transport.beforeSend = ({ text }) => {
        if (text === 'a' && failures-- > 0) throw chatError('chat-unavailable');
        if (text === 'a' && code) throw chatError(code);
        if (text === 'b' && transport.tried.filter((part) => part.text === 'b').length === 1) {
          throw chatError('chat-unavailable');
        }
      };
      say('a');
      say('b');
      delivery.kick();
      await settle();
      await clock.advance(15_000); // 1 + 2 + 4 + 8 s at most
      const before = transport.textsIn(channelOne).includes('b');
      await clock.advance(1_000);
      expect([code, before || transport.textsIn(channelOne).includes('b')]).toEqual([code, true]);
    }
  });

  it('reactions are tried again as texts are', async () => {
    const { delivery, react, settle, transport, clock } = world();
    let failures = 1;
    transport.beforeReact = () => {
      if (failures-- > 0) throw chatError('chat-unavailable');
    };
    react('m1');
    react('m2');
    delivery.kick();
    await settle();
    expect(transport.reactions).toEqual([]);
    await clock.advance(1_000);
    expect(transport.reactions).toEqual(['m1 stored', 'm2 stored']);
  });

  it('an outbox that cannot be read breaks nothing: the lane is tried again', async () => {
    const stores = openStores(':memory:');
    let broken = 2;
    const outbox = replacing(stores.outbox, {
      head: (...query) => {
        if (broken-- > 0) throw new Error('database is locked');
        return stores.outbox.head(...query);
      },
    });
    const { delivery, say, settle, transport, clock, log } = world({ stores: { ...stores, outbox } });
    say('a');
    delivery.kick();
    await settle();
    expect(log.at('error')).toHaveLength(1);
    await clock.advance(2_000);
    expect(transport.textsIn(channelOne)).toEqual(['a']);
  });
});

describe('connection', () => {
  it('nothing is tried while the server is away', async () => {
    const { delivery, say, settle, transport } = world();
    transport.state = { connection: 'reconnecting' };
    say('a');
    delivery.kick();
    await settle();
    expect(transport.tried).toEqual([]);
    transport.state = { connection: 'ready' };
    delivery.kick();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a']);
  });

  it('a lane that waits to try again does so at once when the connection is back', async () => {
    const { delivery, say, settle, transport, clock } = world();
    transport.beforeSend = () => {
      throw chatError('chat-unavailable');
    };
    say('a');
    delivery.kick();
    await settle();
    await clock.advance(30_000); // The next try is many seconds away.
    transport.state = { connection: 'reconnecting' };
    delivery.kick();
    transport.state = { connection: 'ready' };
    transport.beforeSend = () => undefined;
    delivery.kick();
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['a']);
  });

  it('new texts do not make it try more often', async () => {
    const { delivery, say, settle, transport } = world();
    transport.beforeSend = () => {
      throw chatError('chat-unavailable');
    };
    for (const key of ['a', 'b', 'c', 'd']) {
      say(key);
      delivery.kick();
      await settle();
    }
    expect(transport.tried).toHaveLength(1);
  });
});

describe('draining', () => {
  it('waits until everything is out, then stops for good and leaves no timer', async () => {
    const { delivery, say, settle, transport, clock } = world();
    const hanging = gate();
    transport.beforeSend = () => hanging.passed;
    for (const key of ['a', 'b']) say(key);
    let drained = false;
    const done = delivery.drain(5_000).then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    hanging.open();
    await done;
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
    say('late');
    delivery.kick();
    await settle();
    expect(transport.tried).toHaveLength(2);
  });

  it.each([
    ['is refused for now', () => Promise.reject(chatError('chat-unavailable'))],
    ['hangs, as in a long rate limit', () => new Promise<never>(() => undefined)],
  ])('gives up after its time when a part %s; it stays pending', async (_how, beforeSend) => {
    const { delivery, say, settle, transport, clock, stores } = world();
    transport.beforeSend = beforeSend;
    say('a');
    const done = delivery.drain(5_000);
    await clock.advance(5_000);
    await done;
    await settle();
    expect(stores.outbox.get('a')?.state).toBe('pending');
    expect(clock.pending).toBe(0);
  });

  it('with nothing to do, or without a connection, it is done at once', async () => {
    const idle = world();
    await idle.delivery.drain(5_000);
    expect(idle.clock.pending).toBe(0);
    const away = world();
    away.transport.state = { connection: 'failed' };
    away.say('a');
    await away.delivery.drain(5_000);
    expect(away.clock.pending).toBe(0);
    expect(away.stores.outbox.get('a')?.state).toBe('pending');
  });

  it('cut between two parts: the item stays pending with what is out', async () => {
    const { delivery, say, settle, transport, clock, stores } = world();
    const hanging = gate();
    transport.beforeSend = () => hanging.passed;
    say('a', 'one|two');
    const done = delivery.drain(1_000);
    await clock.advance(1_000);
    hanging.open();
    await done;
    await settle();
    expect(transport.textsIn(channelOne)).toEqual(['one']);
    expect(stores.outbox.get('a')).toMatchObject({
      state: 'pending',
      sentIds: ['id-of-' + transport.posted[0]!.nonce],
    });
  });
});
