import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { longMs, world } from '../support/catch-up-world.ts';
import type { CatchUpWorldOptions } from '../support/catch-up-world.ts';
import { channelOne, elsewhere, one, stranger } from '../support/messages.ts';

const thread = '100000000000000777' as ChannelId;
const newThread = '100000000000000778' as ChannelId;
const forbidden = new BridgeError('chat-forbidden', 'no', { happened: 'not-done' });

describe('BX-01: what is said in a channel that is closed to the bot', () => {
  /** Channel one is closed to the bot for a while: it is told nothing of it, and may not read it. */
  const closing = (more: CatchUpWorldOptions = {}) => {
    let isClosed = false;
    const base = world({
      ...more,
      instead: {
        history: (channel, after, limit) =>
          isClosed && (channel === channelOne || channel === thread)
            ? Promise.reject(forbidden)
            : base.chat.history(channel, after, limit),
        threadsOf: (channel, since) =>
          isClosed && channel === channelOne ? Promise.reject(forbidden) : base.chat.threadsOf(channel, since),
      },
    });
    /** Said, and told to nobody. */
    const sayBehind = (channel: ChannelId, text: string): void => {
      base.drop();
      base.say(channel, text);
      base.chat.loseMissed();
      base.chat.setState({ connection: 'ready' });
    };
    const setClosed = (closed: boolean): void => {
      isClosed = closed;
    };
    return { ...base, sayBehind, setClosed };
  };

  it('is read when the next message comes from it, though others came before it was open again', async () => {
    const { connect, settle, clock, comeBack, say, sayBehind, setClosed, texts, asked, log } = closing();
    await connect();
    await settle();
    await clock.advance(longMs);
    setClosed(true);
    sayBehind(channelOne, 'a');
    comeBack();
    await settle();
    await clock.advance(longMs);
    asked.length = 0;
    say(channelOne, 'b'); // Heard, and not readable: permissions of Discord are that fine.
    await settle();
    say(channelOne, 'c');
    await settle();
    expect(texts(one)).toEqual(['b', 'c']);
    expect(asked).toEqual([`threads ${channelOne}`]);
    expect(log.at('warn').filter((line) => line.includes('not to be had'))).toHaveLength(1);
    sayBehind(channelOne, 'd');
    setClosed(false);
    await clock.advance(longMs);
    say(channelOne, 'e');
    expect(texts(one)).toEqual(['b', 'c']);
    await settle();
    expect([...texts(one)].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(texts(one).slice(-2)).toEqual(['d', 'e']);
    asked.length = 0;
    await clock.advance(longMs);
    say(channelOne, 'f');
    expect(texts(one).at(-1)).toBe('f');
    expect(asked).toEqual([]);
  });

  it('is read by the next run, from where the channel was closed', async () => {
    const first = closing();
    await first.connect();
    await first.settle();
    await first.clock.advance(longMs);
    first.setClosed(true);
    first.comeBack();
    await first.settle();
    first.sayBehind(channelOne, 'a');
    await first.clock.advance(longMs);
    first.say(channelOne, 'b');
    first.catchUp.close();
    await first.clock.advance(longMs);
    const { chat, clock, stores } = first;
    const second = world({ chat, clock, stores });
    await second.connect();
    await second.settle();
    expect([...second.texts(one)].sort()).toEqual(['a', 'b']);
  });

  it('is read in its threads too, the new ones and the old ones', async () => {
    const { connect, settle, clock, comeBack, say, sayBehind, setClosed, texts, chat } = closing();
    chat.openThread(thread, channelOne);
    chat.openThread(newThread, channelOne);
    await connect();
    await settle();
    say(thread, 'before');
    await clock.advance(longMs);
    setClosed(true);
    comeBack();
    await settle();
    sayBehind(thread, 'old');
    sayBehind(newThread, 'new');
    await clock.advance(longMs);
    setClosed(false);
    say(thread, 'live');
    await settle();
    expect(texts(one).filter((text) => text !== 'new')).toEqual(['before', 'old', 'live']);
    expect(texts(one)).toContain('new');
  });

  it('is read as soon as the chat server says that it is open, before what is said then', async () => {
    const { connect, settle, clock, say, sayBehind, texts, catchUp, asked } = closing();
    await connect();
    await settle();
    await clock.advance(longMs);
    sayBehind(channelOne, 'a');
    catchUp.onOpened(channelOne);
    say(channelOne, 'b');
    await settle();
    expect(texts(one)).toEqual(['a', 'b']);
    asked.length = 0;
    catchUp.onOpened(elsewhere); // Nobody’s.
    await settle();
    expect(asked).toEqual([]);
  });

  it('is looked for where the outbox met a refusal: when somebody speaks there, or when it takes texts again', async () => {
    const { connect, settle, clock, say, sayBehind, texts, catchUp, asked } = closing();
    await connect();
    await settle();
    await clock.advance(longMs);
    catchUp.onRefused(channelOne);
    sayBehind(channelOne, 'a');
    say(channelOne, 'b');
    await settle();
    expect(texts(one)).toEqual(['a', 'b']);
    await clock.advance(longMs);
    catchUp.onRefused(channelOne);
    sayBehind(channelOne, 'c');
    catchUp.onTaken(channelOne);
    await settle();
    expect(texts(one)).toEqual(['a', 'b', 'c']);
    asked.length = 0;
    catchUp.onTaken(channelOne);
    catchUp.onRefused(elsewhere);
    catchUp.onTaken(elsewhere);
    await settle();
    expect(asked).toEqual([]);
  });

  it('I11: is waited for seven days: then only what is said from then on counts', async () => {
    const { connect, settle, clock, comeBack, say, setClosed, stores, texts } = closing();
    await connect();
    await settle();
    const markOf = (): string | undefined => stores.channels.get(channelOne)?.watermark;
    setClosed(true);
    comeBack();
    await settle();
    const before = markOf();
    say(channelOne, 'a');
    await clock.advance(7 * 24 * 3_600_000 - 1);
    say(channelOne, 'b');
    await settle();
    expect(markOf()).toBe(before);
    await clock.advance(1);
    const { messageId } = say(channelOne, 'c');
    expect(markOf()).toBe(messageId);
    expect(texts(one)).toEqual(['a', 'b', 'c']);
  });

  it('a stranger who was refused meanwhile stays refused', async () => {
    const { connect, settle, clock, comeBack, say, setClosed, stores, chat } = closing();
    await connect();
    await settle();
    await clock.advance(longMs);
    setClosed(true);
    comeBack();
    await settle();
    say(channelOne, 'rude', { author: stranger });
    setClosed(false);
    await clock.advance(longMs);
    const later = world({ chat, clock, stores, owners: [stranger.id] });
    await later.connect();
    await later.settle();
    expect(later.texts(one)).toEqual([]);
  });
});
