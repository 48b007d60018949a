import { describe, expect, it } from 'vitest';

import { snowflakeAt } from '../../../src/model/snowflake.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { words, world } from '../support/delivery-world.ts';
import type { World } from '../support/delivery-world.ts';
import { HandTransport, chatError } from '../support/hand-transport.ts';
import { channelOne } from '../support/messages.ts';
import { replacing } from '../support/replacing.ts';

/** The next process on the same disk, the same time and the same server. */
function restarted({ stores, clock, transport }: World): World {
  const next = new HandTransport();
  next.posted.push(...transport.posted);
  return world({ stores, clock, transport: next });
}

/** Sends `one|two|three` up to its second part, which is stored by the server although nobody hears of it. */
async function interrupted(): Promise<World> {
  const first = world();
  first.transport.afterSend = ({ text }) => {
    if (text === 'two') throw chatError('chat-unavailable');
  };
  first.say('a', 'one|two|three');
  await first.go();
  const stopped = first.delivery.drain(0);
  await first.settle();
  await stopped;
  expect(first.transport.textsIn(channelOne)).toEqual(['one', 'two']);
  return first;
}

describe('a text that the owner drops while it goes out', () => {
  it('goes no further; the next one follows', async () => {
    const { transport, say, go, stores, clock, stateOf } = world();
    transport.afterSend = ({ text }) => {
      if (text === 'one') stores.outbox.settle('a', 'dropped', clock.now(), 'by the owner');
    };
    say('a', 'one|two|three');
    say('b', 'next');
    await go();
    expect(transport.textsIn(channelOne)).toEqual(['one', 'next']);
    expect([stateOf('a'), stores.outbox.get('a')?.sentIds.length]).toEqual(['dropped', 1]);
  });
});

describe('a part that may be out', () => {
  it('BX-02: of several that a power cut made unknown, each is looked for', async () => {
    const { stores } = world();
    const forgetful = { ...stores, outbox: replacing(stores.outbox, { partSent: () => undefined }) };
    const first = world({ stores: forgetful });
    first.transport.beforeSend = ({ text }) => {
      if (text === 'three') throw chatError('chat-unavailable');
    };
    first.say('a', 'one|two|three');
    await first.go();
    const stopped = first.delivery.drain(0);
    await first.settle();
    await stopped;
    expect(first.transport.textsIn(channelOne)).toEqual(['one', 'two']);
    await first.clock.advance(10 * 60_000);
    const second = restarted({ ...first, stores });
    const said = [1n, 2n].map((at) => String(BigInt(snowflakeAt(first.clock.now())) + at));
    second.transport.own.set(channelOne, [
      { id: said[0]!, text: 'one' },
      { id: said[1]!, text: 'two' },
    ]);
    await second.go();
    expect(second.transport.tried.map(({ text }) => text)).toEqual(['three']);
    expect(stores.outbox.get('a')?.sentIds.slice(0, 2)).toEqual(said);
  });

  it('BX-02: is repeated with its nonce while the server knows that', async () => {
    const second = restarted(await interrupted());
    await second.go();
    expect(second.transport.textsIn(channelOne)).toEqual(['one', 'two', 'three']);
    expect(second.transport.tried.map(({ text }) => text)).toEqual(['two', 'three']);
    expect(second.transport.looks).toEqual([]);
  });

  it('BX-02: is looked for when the nonce may be forgotten, and counts when it is there', async () => {
    const first = await interrupted();
    await first.clock.advance(10 * 60_000);
    const second = restarted(first);
    second.transport.own.set(channelOne, [
      { id: first.stores.outbox.get('a')!.sentIds[0]!, text: 'one' },
      { id: 'found', text: 'two' },
    ]);
    await second.go();
    expect(second.transport.tried.map(({ text }) => text)).toEqual(['three']);
    expect(second.stores.outbox.get('a')).toMatchObject({ state: 'posted' });
    expect(second.stores.outbox.get('a')?.sentIds[1]).toBe('found');
    // Whatever follows a part that was found is in doubt as well; what is noted is not.
    expect(second.transport.looks).toHaveLength(2);
  });

  it('is sent when it is not there; the same words of another item are not it', async () => {
    const first = world();
    first.say('earlier', 'two');
    await first.go();
    first.transport.beforeSend = ({ text }) => {
      if (text === 'two') throw chatError('chat-unavailable');
    };
    first.say('a', 'one|two');
    await first.go();
    await first.clock.advance(10 * 60_000);
    const earlier = first.stores.outbox.get('earlier')!.sentIds[0]!;
    first.transport.own.set(channelOne, [{ id: earlier, text: 'two' }]);
    first.transport.beforeSend = () => undefined;
    await first.clock.advance(60_000);
    expect(first.transport.textsIn(channelOne)).toEqual(['two', 'one', 'two']);
    expect(first.transport.looks.length).toBeGreaterThan(0);
  });

  it('in one process too: what is tried for longer than the server remembers is looked for each time', async () => {
    const { say, go, clock, transport, stateOf } = world();
    let isAway = true;
    transport.afterSend = () => {
      if (isAway) throw chatError('chat-unavailable');
    };
    say('a');
    await go();
    await clock.advance(100_000);
    expect(transport.looks).toEqual([]);
    transport.own.set(channelOne, [{ id: 'found', text: 'a' }]);
    isAway = false;
    transport.beforeSend = () => {
      throw new Error('it must not be sent again');
    };
    await clock.advance(10 * 60_000);
    expect(transport.looks).toHaveLength(1);
    expect(stateOf('a')).toBe('posted');
  });

  it('a wall clock set back while it waits does not hide how long it waited', async () => {
    const { say, go, clock, transport, stateOf } = world();
    transport.afterSend = () => {
      throw chatError('chat-unavailable');
    };
    say('a');
    await go();
    clock.jump(-3 * 60_000);
    transport.own.set(channelOne, [{ id: 'found', text: 'a' }]);
    await clock.advance(60_000);
    expect(transport.looks).toHaveLength(1);
    expect(stateOf('a')).toBe('posted');
    expect(transport.textsIn(channelOne)).toEqual(['a']);
  });

  it('nothing is posted while nobody can look', async () => {
    const first = await interrupted();
    await first.clock.advance(10 * 60_000);
    const second = restarted(first);
    second.transport.beforeLook = () => {
      throw chatError('chat-unavailable');
    };
    await second.go();
    await second.clock.advance(60_000);
    expect(second.transport.tried).toEqual([]);
    expect(second.stateOf('a')).toBe('pending');
  });

  it('I5: the last part and the end of its item are one step; when that fails, the part is repeated with its nonce', async () => {
    const stores = openStores(':memory:');
    let failures = 1;
    const outbox = replacing(stores.outbox, {
      settle: (...what) => {
        if (failures-- > 0) throw new Error('database is locked');
        return stores.outbox.settle(...what);
      },
    });
    const { say, go, clock, transport, stateOf } = world({ stores: { ...stores, outbox } });
    say('a', 'one|two');
    await go();
    expect(stores.outbox.get('a')).toMatchObject({ state: 'pending', sentIds: [expect.any(String)] });
    await clock.advance(1_000);
    expect(transport.tried.map(({ text }) => text)).toEqual(['one', 'two', 'two']);
    expect(transport.tried[2]?.nonce).toBe(transport.tried[1]?.nonce);
    expect(transport.textsIn(channelOne)).toEqual(['one', 'two']);
    expect(stateOf('a')).toBe('posted');
  });
});

describe('a part that the server does not take', () => {
  it('goes out without the reference to what it answers, when that was the reason', async () => {
    const { say, go, transport, stateOf } = world();
    transport.beforeSend = ({ replyTo }) => {
      if (replyTo !== undefined) throw chatError('chat-invalid');
    };
    say('a', 'one|two', channelOne, 'm1');
    await go();
    expect(transport.posted.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ['one', undefined],
      ['two', undefined],
    ]);
    expect(stateOf('a')).toBe('posted');
  });

  it('I3: is replaced by a word about it; the rest goes out, and the item is a failure', async () => {
    const { say, go, transport, stores, log } = world();
    transport.beforeSend = ({ text }) => {
      if (text === 'bad') throw chatError('chat-invalid');
    };
    say('a', 'one|bad|three');
    stores.outbox.follow('a', {
      key: 'after',
      channel: channelOne,
      content: { kind: 'reaction', messageId: 'm1', reaction: 'answered' },
    });
    say('b');
    await go();
    const instead = words.partRefused('the server said chat-invalid');
    expect(transport.textsIn(channelOne)).toEqual(['one', instead, 'three', 'b']);
    expect(stores.outbox.get('a')?.state).toBe('failed');
    expect(transport.reactions).toEqual(['m1 failed']);
    expect(log.at('warn')).toHaveLength(1);
    expect(new Set(transport.tried.map(({ nonce }) => nonce)).size).toBe(5);
  });

  it('stays a failure when the word about it had to be tried twice', async () => {
    const { say, go, transport, stateOf, clock } = world();
    let failures = 1;
    transport.beforeSend = ({ text }) => {
      if (text === 'bad') throw chatError('chat-invalid');
      if (failures-- > 0) throw chatError('chat-unavailable');
    };
    say('a', 'bad');
    await go();
    await clock.advance(1_000);
    expect(transport.textsIn(channelOne)).toEqual([words.partRefused('the server said chat-invalid')]);
    expect(stateOf('a')).toBe('failed');
  });

  it('I3: what is refused in every form ends as failed at once, and the next one goes out', async () => {
    const { say, go, transport, stateOf, log } = world();
    transport.beforeSend = ({ text }) => {
      if (text !== 'good') throw chatError('chat-invalid');
    };
    say('bad');
    say('good');
    await go();
    expect(stateOf('bad')).toBe('failed');
    expect(transport.textsIn(channelOne)).toEqual(['good']);
    expect(transport.tried).toHaveLength(3);
    expect(log.at('error')).toHaveLength(1);
  });
});

describe('files', () => {
  it('go with the last part', async () => {
    const { attach, go, transport } = world();
    attach('a', 'one|two', '/tmp/x.txt');
    await go();
    expect(transport.posted.map(({ text, files }) => [text, files])).toEqual([
      ['one', undefined],
      ['two', [{ path: '/tmp/x.txt', name: 'x.txt' }]],
    ]);
  });

  it('without words are one part', async () => {
    const { attach, go, transport, stores } = world();
    transport.render = () => [];
    attach('a', '', '/tmp/x.txt');
    await go();
    expect(transport.posted.map(({ text, files }) => [text, files?.length])).toEqual([['', 1]]);
    expect(stores.outbox.get('a')?.state).toBe('posted');
  });

  for (const [code, why] of [
    ['chat-too-large', 'too-large'],
    ['file-unreadable', 'unreadable'],
    ['chat-invalid', 'refused'],
  ] as const) {
    it(`${code}: the text goes out all the same, and says which file stayed behind and where it lies`, async () => {
      const { attach, say, go, transport, stateOf } = world();
      transport.beforeSend = ({ files }) => {
        if (files !== undefined) throw chatError(code);
      };
      attach('a', 'see the picture', '/srv/shots/x.png');
      say('b');
      await go();
      expect(transport.textsIn(channelOne)).toEqual([
        'see the picture',
        'b',
        words.fileLeftBehind('x.png', '/srv/shots/x.png', why),
      ]);
      expect(stateOf('a')).toBe('posted');
    });
  }

  it('of several that are too large together, each is tried alone', async () => {
    const { attach, go, transport } = world();
    transport.beforeSend = ({ files = [] }) => {
      if (files.length > 1 || files.some(({ name }) => name === 'big')) throw chatError('chat-too-large');
    };
    attach('a', 'three files', '/d/small', '/d/big', '/d/other');
    await go();
    expect(transport.posted.map(({ text, files }) => [text, files?.map(({ name }) => name)])).toEqual([
      ['three files', undefined],
      ['', ['small']],
      ['', ['other']],
      [words.fileLeftBehind('big', '/d/big', 'too-large'), undefined],
    ]);
  });

  it('without words that stay behind are told of, and the item is a failure', async () => {
    const { attach, go, transport, stateOf } = world();
    transport.render = ({ text }) => (text === '' ? [] : [text]);
    transport.beforeSend = ({ files }) => {
      if (files !== undefined) throw chatError('chat-too-large');
    };
    attach('a', '', '/d/big');
    await go();
    expect(transport.textsIn(channelOne)).toEqual([words.fileLeftBehind('big', '/d/big', 'too-large')]);
    expect(stateOf('a')).toBe('failed');
  });

  it('a lost answer after a file was refused: nothing is said twice', async () => {
    const { attach, go, transport, clock } = world();
    let losses = 1;
    transport.beforeSend = ({ files }) => {
      if (files !== undefined) throw chatError('chat-too-large');
    };
    transport.afterSend = ({ text }) => {
      if (text === 'words' && losses-- > 0) throw chatError('chat-unavailable');
    };
    attach('a', 'words', '/d/big');
    await go();
    await clock.advance(1_000);
    expect(transport.textsIn(channelOne)).toEqual(['words', words.fileLeftBehind('big', '/d/big', 'too-large')]);
  });
});

it('a time in which nothing happens leaves no timer', async () => {
  const clock = new ManualClock();
  const { say, go } = world({ clock });
  say('a');
  await go();
  expect(clock.pending).toBe(0);
});
