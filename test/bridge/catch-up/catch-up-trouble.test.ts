import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type { HistoryPage } from '../../../src/contracts/chat.ts';
import { longMs, world } from '../support/catch-up-world.ts';
import { channelOne, channelTwo, elsewhere, one, two } from '../support/messages.ts';
import { replacing } from '../support/replacing.ts';

const thread = '100000000000000777' as ChannelId;

function chatError(code: 'chat-forbidden' | 'chat-not-found' | 'chat-unavailable'): BridgeError {
  return new BridgeError(code, code, { happened: code === 'chat-unavailable' ? 'unknown' : 'not-done' });
}

/** A promise to be settled by hand. */
function later<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  return Promise.withResolvers<T>();
}

describe('I1: what cannot be read or stored now', () => {
  it('of a channel that the bot may not see costs the others nothing, and its live messages go on', async () => {
    const forbidden = world({
      instead: {
        history: (channel, after, limit) =>
          channel === channelOne
            ? Promise.reject(chatError('chat-forbidden'))
            : forbidden.chat.history(channel, after, limit),
      },
    });
    const { connect, say, drop, comeBack, settle, texts, log, clock } = forbidden;
    await connect();
    await settle();
    drop();
    await clock.advance(longMs);
    say(channelTwo, 'missed');
    comeBack();
    say(channelOne, 'live');
    await settle();
    expect([texts(one), texts(two)]).toEqual([['live'], ['missed']]);
    expect(log.at('warn')).toContain('missed messages of a channel are not to be had');
  });

  it('is read when somebody speaks in a channel that was mended', async () => {
    let isMended = false;
    const mended = world({
      instead: {
        history: (channel, after, limit) =>
          isMended ? mended.chat.history(channel, after, limit) : Promise.reject(chatError('chat-forbidden')),
      },
    });
    const { connect, say, drop, comeBack, settle, texts, clock } = mended;
    await connect();
    await settle();
    drop();
    await clock.advance(longMs);
    say(channelOne, 'missed');
    comeBack();
    await settle();
    await clock.advance(60_000);
    isMended = true;
    say(channelOne, 'live');
    await settle();
    expect(texts(one)).toEqual(['missed', 'live']);
  });

  it('of a channel that is gone and has no session is forgotten', async () => {
    const { connect, drop, comeBack, settle, stores, chat, say } = world();
    await connect();
    await settle();
    say(elsewhere, 'here');
    drop();
    chat.removeChannel(elsewhere);
    chat.removeChannel(channelOne);
    comeBack();
    await settle();
    expect(stores.channels.get(elsewhere)).toBeUndefined();
    expect(stores.channels.get(channelOne)).toBeDefined();
  });

  it('is tried again with growing pauses, and everything waits in order meanwhile', async () => {
    const { connect, say, drop, comeBack, settle, texts, chat, clock, asked, log } = world();
    const rounds = (): number => log.at('info').filter((line) => line === 'looked for missed messages').length;
    await connect();
    await settle();
    drop();
    await clock.advance(longMs);
    say(channelOne, 'missed');
    chat.failNext('chat-unavailable', { times: 6 });
    asked.length = 0;
    comeBack();
    say(channelOne, 'live');
    await settle();
    expect(texts(one)).toEqual([]);
    expect(asked).toHaveLength(2);
    await clock.advance(1_000);
    expect(asked).toHaveLength(4);
    expect(rounds()).toBe(1);
    await clock.advance(10_000);
    expect(texts(one)).toEqual(['missed', 'live']);
    expect(rounds()).toBe(2);
  });

  it('is stored as soon as there is room, in order, and the operator is told once', async () => {
    let isFull = false;
    const base = world();
    const inbox = replacing(base.stores.inbox, {
      append: (message, state) => {
        if (isFull) throw new Error('database or disk is full');
        return base.stores.inbox.append(message, state);
      },
    });
    const { connect, say, settle, texts, clock, log, catchUp } = world({
      clock: base.clock,
      stores: { ...base.stores, inbox },
    });
    await connect();
    await settle();
    isFull = true;
    say(channelOne, 'a');
    say(channelOne, 'b');
    say(channelTwo, 'z');
    await clock.advance(5_000);
    expect(log.at('error')).toEqual(['messages cannot be stored; they are read again until they can']);
    expect(catchUp.problem).toContain('database or disk is full');
    isFull = false;
    say(channelOne, 'c');
    await clock.advance(40_000);
    expect([texts(one), texts(two)]).toEqual([['a', 'b', 'c'], ['z']]);
    expect(catchUp.problem).toBeUndefined();
    expect(log.at('info')).toContain('messages can be stored again');
  });

  it('in memory is bounded: what is dropped is read from the history instead', async () => {
    const reading = later<HistoryPage>();
    let isSlow = false;
    const slow = world({
      instead: {
        history: (channel, after, limit) => {
          if (!isSlow || channel !== channelOne) return slow.chat.history(channel, after, limit);
          isSlow = false;
          return reading.promise;
        },
      },
    });
    const { connect, say, drop, comeBack, settle, texts } = slow;
    await connect();
    await settle();
    drop();
    isSlow = true;
    comeBack();
    await settle();
    const flood = Array.from({ length: 2_500 }, (_, index) => `m${index}`);
    for (const text of flood) say(channelOne, text);
    say(channelTwo, 'other');
    await settle();
    expect([texts(one), texts(two)]).toEqual([[], ['other']]);
    reading.resolve({ messages: [], last: undefined, more: false });
    await settle();
    expect(texts(one)).toEqual(flood);
  });
});

it('BX-01: a thread that could not be stored at all is found by the next run, though its channel went on', async () => {
  let isFull = false;
  let isAway = false;
  const base = world();
  const inbox = replacing(base.stores.inbox, {
    append: (message, state) => {
      if (isFull) throw new Error('database or disk is full');
      return base.stores.inbox.append(message, state);
    },
  });
  const full = world({
    clock: base.clock,
    chat: base.chat,
    stores: { ...base.stores, inbox },
    instead: {
      history: (channel, after, limit) =>
        isAway && channel === thread
          ? Promise.reject(chatError('chat-unavailable'))
          : base.chat.history(channel, after, limit),
    },
  });
  const { connect, settle, say, clock, chat, catchUp, texts } = full;
  chat.openThread(thread, channelOne);
  await connect();
  await settle();
  await clock.advance(longMs);
  isFull = true;
  isAway = true;
  say(thread, 'first');
  isFull = false;
  await clock.advance(longMs);
  say(channelOne, 'meanwhile');
  await clock.advance(longMs);
  expect(texts(one)).toEqual(['meanwhile']);
  catchUp.close();
  const next = world({ clock, chat, stores: base.stores });
  await next.connect();
  await next.settle();
  expect(next.texts(one)).toEqual(['meanwhile', 'first']);
});

describe('the rounds', () => {
  it('read four channels at once, sessions’ channels before their threads', async () => {
    const channels = Array.from({ length: 8 }, (_, index) => `20000000000000000${index}` as ChannelId);
    const open: (() => void)[] = [];
    let most = 0;
    let running = 0;
    const busy = world({
      entries: channels.map((channel, index) => ({ number: (index + 1) as typeof one, channel })),
      instead: {
        threadsOf: (channel) => Promise.resolve(channel === channels[0] ? [{ id: thread, parent: channel }] : []),
        history: async (channel, after, limit) => {
          running += 1;
          most = Math.max(most, running);
          await new Promise<void>((resolve) => open.push(resolve));
          running -= 1;
          return busy.chat.history(channel, after, limit);
        },
      },
    });
    await busy.connect();
    let isSettled = false;
    void busy.catchUp.settled().then(() => (isSettled = true));
    for (let step = 0; step < 20; step += 1) {
      await busy.settle();
      open.shift()?.();
    }
    await busy.settle();
    expect(most).toBe(4);
    expect(isSettled).toBe(true);
    expect(busy.asked.filter((what) => what.startsWith('history')).at(-1)).toBe(`history ${thread}`);
  });

  it('begin anew with every fresh connection; what the last one has not finished is not lost', async () => {
    const reading = later<HistoryPage>();
    let isStuck = true;
    const stuck = world({
      instead: {
        history: (channel, after, limit) =>
          isStuck && channel === channelOne ? reading.promise : stuck.chat.history(channel, after, limit),
      },
    });
    const { connect, say, comeBack, settle, texts, drop } = stuck;
    await connect();
    say(channelOne, 'a');
    await settle();
    drop();
    say(channelOne, 'b');
    isStuck = false;
    comeBack();
    say(channelOne, 'c');
    await settle();
    expect(texts(one)).toEqual(['a', 'b', 'c']);
    reading.resolve({ messages: [], last: undefined, more: false });
    await settle();
    expect(texts(one)).toEqual(['a', 'b', 'c']);
  });

  it('end with the bridge, and leave no timer behind', async () => {
    const { connect, chat, catchUp, clock, settle, say, texts } = world();
    chat.failNext('chat-unavailable', { times: 100 });
    await connect();
    await settle();
    expect(clock.pending).toBeGreaterThan(0);
    // Whoever waits since before the end waits no longer, and keeps nobody busy: a start that is stopped at once.
    let isSettled = false;
    void catchUp.settled().then(() => (isSettled = true));
    catchUp.close();
    await settle();
    expect(isSettled).toBe(true);
    await settle();
    expect(clock.pending).toBe(0);
    say(channelOne, 'read by the next run');
    expect(texts(one)).toEqual([]);
  });

  it('are over at once where there is nothing to read', async () => {
    const { catchUp } = world({ entries: [] });
    await catchUp.settled();
    catchUp.onGap();
    await catchUp.settled();
  });
});
