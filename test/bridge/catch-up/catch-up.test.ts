import { describe, expect, it } from 'vitest';

import { restoredAtFact } from '../../../src/model/restored.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type { ChatThread, HistoryPage } from '../../../src/contracts/chat.ts';
import { longMs, words, world } from '../support/catch-up-world.ts';
import { channelOne, channelTwo, elsewhere, one, stranger, two } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';

const thread = '100000000000000777' as ChannelId;
const otherThread = '100000000000000778' as ChannelId;

/** A promise to be settled by hand. */
function later<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  return Promise.withResolvers<T>();
}

describe('BX-01: what was said while the bridge was away', () => {
  it('is taken in once and in order, before what is said afterwards', async () => {
    const { connect, say, drop, comeBack, settle, texts, clock } = world();
    await connect();
    await settle();
    say(channelOne, 'before');
    drop();
    await clock.advance(longMs);
    for (const text of ['a', 'b', 'c']) say(channelOne, text);
    say(channelTwo, 'z');
    comeBack();
    say(channelOne, 'after');
    say(channelTwo, 'after z');
    expect(texts(one)).toEqual(['before']);
    await settle();
    expect(texts(one)).toEqual(['before', 'a', 'b', 'c', 'after']);
    expect(texts(two)).toEqual(['z', 'after z']);
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['before', 'a', 'b', 'c', 'after']);
  });

  it('is found at the first connection of the next run too', async () => {
    const first = world();
    await first.connect();
    await first.settle();
    first.say(channelOne, 'before');
    first.drop();
    first.catchUp.close();
    await first.clock.advance(longMs);
    first.say(channelOne, 'missed');
    const { chat, clock, stores } = first;
    chat.loseMissed();
    const second = world({ chat, clock, stores });
    await second.connect();
    await second.settle();
    expect(second.texts(one)).toEqual(['before', 'missed']);
    expect(second.woken).toEqual([one]);
  });

  it('in a channel that was just given to a session is nobody’s business', async () => {
    const { say, connect, settle, texts, clock } = world({ entries: [] });
    await clock.advance(longMs);
    say(channelOne, 'gossip');
    await clock.advance(10);
    const next = world({ entries: [{ number: one, channel: channelOne }], clock });
    await connect();
    await next.connect();
    await settle();
    expect(texts(one)).toEqual([]);
    expect(next.texts(one)).toEqual([]);
  });

  it('is read page by page, however much it is', async () => {
    const { connect, say, drop, comeBack, settle, texts, asked, clock } = world();
    await connect();
    await settle();
    drop();
    await clock.advance(longMs);
    const many = Array.from({ length: 250 }, (_, index) => `m${index}`);
    for (const text of many) say(channelOne, text);
    asked.length = 0;
    comeBack();
    await settle();
    expect(texts(one)).toEqual(many);
    expect(asked.filter((one) => one === `history ${channelOne}`)).toHaveLength(3);
  });

  it('is judged like everything else: strangers, bots and empty messages reach nobody', async () => {
    const { connect, say, drop, comeBack, settle, texts, stores } = world();
    await connect();
    await settle();
    drop();
    say(channelOne, 'rude', { author: stranger });
    say(channelOne, 'ruder', { author: stranger });
    say(channelOne, 'from a bot', { author: { id: '7', name: 'bot', kind: 'bot' } });
    say(channelOne, ' ');
    say(channelOne, 'mine');
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['mine']);
    expect(textsFor(stores, channelOne).map(({ text }) => text)).toEqual([words.refusedStranger()]);
  });

  it('told out of order just before the gap is read again: one message is not lost behind a later one', async () => {
    const { connect, say, drop, comeBack, settle, texts, clock, chat } = world();
    await connect();
    await settle();
    drop();
    say(channelOne, 'first');
    await clock.advance(1_000);
    chat.loseMissed();
    chat.setState({ connection: 'ready' }); // A resumed session that tells the later one only.
    say(channelOne, 'second');
    comeBack();
    await settle();
    expect([...texts(one)].sort()).toEqual(['first', 'second']);
  });

  it('where the default session serves is found, in channels without a session in which it was spoken to', async () => {
    const { connect, say, drop, comeBack, settle, texts, stores, clock } = world();
    await connect();
    await settle();
    say(elsewhere, 'here');
    drop();
    await clock.advance(longMs);
    say(elsewhere, 'still here');
    say(elsewhere, 'spam', { author: stranger });
    say(otherThread, 'never spoken here');
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['here', 'still here']);
    expect(textsFor(stores, elsewhere)).toEqual([]);
  });

  it('is left alone where channels without a session are ignored', async () => {
    const before = world();
    before.stores.channels.advance(elsewhere, '1');
    const { stores, clock, chat } = before;
    const { connect, asked, settle } = world({ stores, clock, chat, unmapped: 'ignore' });
    await connect();
    await settle();
    expect(asked).not.toContain(`history ${elsewhere}`);
    expect(asked).toContain(`history ${channelOne}`);
  });
});

describe('BX-01: threads', () => {
  it('made or woken while the bridge was away are found, and their messages go to their channel’s session', async () => {
    const { connect, say, drop, comeBack, settle, texts, chat, clock, stores } = world();
    await connect();
    await settle();
    say(channelTwo, 'before');
    drop();
    await clock.advance(longMs);
    chat.openThread(thread, channelTwo);
    say(thread, 'in the thread', { parent: undefined });
    say(thread, 'and again', { parent: undefined });
    comeBack();
    await settle();
    expect(texts(two)).toEqual(['before', 'in the thread', 'and again']);
    expect(stores.inbox.unsettled(two).at(-1)?.channel).toBe(thread);
    expect(texts(one)).toEqual([]);
  });

  it('a live message of a thread waits until it is known whether the thread missed something', async () => {
    const listing = later<readonly ChatThread[]>();
    const { connect, say, drop, comeBack, settle, texts, chat, clock, followed } = world({
      instead: {
        threadsOf: (channel) => (channel === channelTwo && isHeldBack ? listing.promise : Promise.resolve([])),
      },
    });
    let isHeldBack = false;
    followed.begin();
    await connect();
    await settle();
    drop();
    await clock.advance(longMs);
    chat.openThread(thread, channelTwo);
    say(thread, 'missed');
    isHeldBack = true;
    comeBack();
    await settle();
    say(thread, 'live');
    chat.openThread(otherThread, channelTwo);
    say(otherThread, 'in a new one');
    await settle();
    expect(texts(two)).toEqual([]);
    listing.resolve([{ id: thread, parent: channelTwo }]);
    await settle();
    expect(texts(two)).toEqual(['missed', 'live', 'in a new one']);
  });

  it('that were found and not read before the bridge was killed are read by the next run', async () => {
    const first = world({
      instead: {
        history: (channel, after, limit) =>
          channel === thread ? new Promise(() => undefined) : first.chat.history(channel, after, limit),
      },
    });
    await first.connect();
    await first.settle();
    first.drop();
    await first.clock.advance(longMs);
    first.chat.openThread(thread, channelOne);
    first.say(thread, 'in the thread');
    await first.clock.advance(longMs);
    first.say(channelOne, 'in the channel');
    first.comeBack();
    await first.settle();
    expect(first.texts(one)).toEqual(['in the channel']);
    first.catchUp.close();
    const { chat, clock, stores } = first;
    chat.loseMissed();
    // By now the server says of the thread that nothing was said in it since the channel was read.
    const second = world({ chat, clock, stores, instead: { threadsOf: () => Promise.resolve([]) } });
    await second.connect();
    await second.settle();
    expect(second.texts(one)).toEqual(['in the channel', 'in the thread']);
    second.comeBack();
    await second.settle();
    expect(second.asked.filter((what) => what === `history ${thread}`)).toHaveLength(2); // Its message still waits.
  });
});

describe('BX-06: what authors did to their messages meanwhile', () => {
  it('edits and deletions of messages that wait are honoured; those of messages that were missed as well', async () => {
    const { connect, say, drop, comeBack, settle, texts, chat, clock } = world();
    await connect();
    await settle();
    const [a, b, c] = ['a', 'b', 'c'].map((text) => say(channelOne, text));
    await clock.advance(longMs);
    say(channelOne, 'd');
    drop();
    chat.change(a!.messageId, 'a edited');
    chat.takeBack(b!.messageId);
    const missed = say(channelOne, 'e');
    chat.change(missed.messageId, 'e edited');
    chat.takeBack(say(channelOne, 'f').messageId);
    comeBack();
    chat.change(c!.messageId, 'c edited');
    await settle();
    expect(texts(one)).toEqual(['a edited', 'c edited', 'd', 'e edited']);
  });

  it('old messages that are compared cost no reading of everything since', async () => {
    const { connect, say, drop, comeBack, settle, asked, stores, clock, chat, texts } = world();
    await connect();
    await settle();
    const old = say(channelOne, 'old');
    for (let index = 0; index < 1_000; index += 1) {
      const { id } = say(channelOne, 'x');
      stores.inbox.move(id, 'withdrawn', 1);
    }
    await clock.advance(longMs);
    stores.inbox.move(say(channelOne, 'last').id, 'withdrawn', 1);
    drop();
    chat.takeBack(old.messageId);
    asked.length = 0;
    comeBack();
    await settle();
    expect(texts(one)).toEqual([]);
    expect(asked.filter((what) => what === `history ${channelOne}`).length).toBeLessThanOrEqual(2);
  });

  it('comparing takes in nothing: what was dealt with long before the gap and is forgotten is not run', async () => {
    const { connect, say, drop, comeBack, settle, stores, clock, texts, chat } = world();
    await connect();
    await settle();
    say(channelOne, 'waits');
    drop();
    say(channelOne, 'unknown');
    chat.loseMissed();
    chat.setState({ connection: 'ready' });
    await clock.advance(longMs);
    stores.inbox.move(say(channelOne, 'last').id, 'withdrawn', clock.now());
    drop();
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['waits']);
  });

  it('a history that is empty because it may not be read takes nothing back', async () => {
    const empty: HistoryPage = { messages: [], last: undefined, more: false };
    const first = world();
    await first.connect();
    await first.settle();
    first.say(channelOne, 'waits');
    const { stores, clock, chat } = first;
    const { connect, settle, texts, log } = world({
      stores,
      clock,
      chat,
      instead: { history: () => Promise.resolve(empty) },
    });
    await connect();
    await settle();
    expect(texts(one)).toEqual(['waits']);
    expect(log.at('warn')).toHaveLength(1);
  });
});

describe('BX-01: messages that are too old to be run unasked', () => {
  it('are held, and each channel is told so once', async () => {
    const { connect, say, drop, comeBack, settle, texts, stores, clock } = world({ maxAgeMs: 3_600_000 });
    await connect();
    await settle();
    drop();
    const from = clock.now();
    say(channelOne, 'a');
    await clock.advance(600_000);
    say(channelOne, 'b');
    const to = clock.now();
    await clock.advance(3_600_001);
    say(channelOne, 'c');
    say(channelTwo, 'z');
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['a (held)', 'b (held)', 'c']);
    const summary = words.messagesHeld({ count: 2, from, to, maxAgeMs: 3_600_000, session: one });
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: summary }]);
    expect(textsFor(stores, channelTwo)).toEqual([]);
    comeBack();
    await settle();
    expect(textsFor(stores, channelOne)).toHaveLength(1);
  });

  it('MS-15: are held, however young, when the state was put back since: perhaps they were answered before', async () => {
    const { connect, say, drop, comeBack, settle, texts, stores, clock } = world({ maxAgeMs: 3_600_000 });
    await connect();
    await settle();
    drop();
    const from = clock.now();
    say(channelOne, 'done once');
    await clock.advance(60_000);
    stores.facts.set(restoredAtFact, String(clock.now()));
    await clock.advance(1000);
    say(channelOne, 'new');
    comeBack();
    await settle();
    expect(texts(one)).toEqual(['done once (held)', 'new']);
    const summary = words.messagesHeld({ count: 1, from, to: from, maxAgeMs: 0, session: one });
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: summary }]);
  });
});
