import { expect, it } from 'vitest';

import { HeldMessages } from '../../../src/bridge/catch-up/held-messages.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { channelOne, channelTwo, elsewhere, one, two } from '../support/messages.ts';
import { reactionsFor, textsFor } from '../support/outbox.ts';

const words = wordsIn('en');
const maxAgeMs = 3_600_000;

function world() {
  const stores = openStores(':memory:');
  const kicks: number[] = [];
  const filesGone: string[] = [];
  const held = new HeldMessages({
    stores,
    words,
    clock: new ManualClock(),
    maxAgeMs,
    onOutbox: () => kicks.push(1),
    onFilesGone: (paths) => filesGone.push(...paths),
  });
  const add = (n: number, channel: ChannelId, state: 'queued' | 'held', session = one): void => {
    const messageId = String(300_000_000_000_000_000n + BigInt(n));
    const by = { authorId: '500', authorName: 'Olga', source: 'discord' } as const;
    const message = { ...by, id: `discord:${messageId}`, messageId, session, channel, text: `t${n}` };
    stores.inbox.append({ ...message, sentAt: n, receivedAt: 100 }, state);
  };
  const states = (): readonly string[] => stores.inbox.unsettled(one).map(({ text, state }) => `${text} ${state}`);
  return { stores, held, add, states, kicks, filesGone };
}

it('BX-01: a channel is told once what is held of it, and again only of more', () => {
  const { stores, held, add, kicks } = world();
  held.summarise(channelOne);
  add(1, channelOne, 'queued');
  held.summarise(channelOne);
  expect(kicks).toEqual([]);
  add(2, channelOne, 'held');
  add(3, channelOne, 'held');
  add(4, channelTwo, 'held', two);
  held.summarise(channelOne);
  held.summarise(channelOne);
  const first = words.messagesHeld({ count: 2, from: 2, to: 3, maxAgeMs, session: one });
  expect(textsFor(stores, channelOne).map(({ text }) => text)).toEqual([first]);
  expect(kicks).toHaveLength(1);
  add(5, channelOne, 'held');
  held.summarise(channelOne);
  const second = words.messagesHeld({ count: 3, from: 2, to: 5, maxAgeMs, session: one });
  expect(textsFor(stores, channelOne).map(({ text }) => text)).toEqual([first, second]);
});

it('BX-01: held messages are run in the order in which they were said, before later ones', () => {
  const { stores, held, add, states } = world();
  add(1, channelOne, 'held');
  add(2, channelOne, 'held');
  add(3, channelOne, 'queued');
  add(4, channelTwo, 'held', two);
  expect(held.list(one).map(({ text }) => text)).toEqual(['t1', 't2']);
  expect(held.run(one).map(({ text }) => text)).toEqual(['t1', 't2']);
  expect(states()).toEqual(['t1 queued', 't2 queued', 't3 queued']);
  expect(stores.inbox.next(one)?.text).toBe('t1');
  expect(held.list(two)).toHaveLength(1);
  expect([held.list(one), held.run(one)]).toEqual([[], []]);
});

it('I3: dropped ones are settled, and each of them shows it', () => {
  const { stores, held, add, states, kicks } = world();
  add(1, channelOne, 'held');
  add(2, channelOne, 'held');
  add(3, elsewhere, 'held');
  add(4, channelOne, 'queued');
  expect(held.drop(one)).toHaveLength(3);
  expect(states()).toEqual(['t4 queued']);
  expect(reactionsFor(stores, channelOne)).toEqual(['300000000000000001 withdrawn', '300000000000000002 withdrawn']);
  expect(reactionsFor(stores, elsewhere)).toEqual(['300000000000000003 withdrawn']);
  expect(kicks).toHaveLength(1);
  expect(held.drop(one)).toEqual([]);
  expect(kicks).toHaveLength(1);
});
