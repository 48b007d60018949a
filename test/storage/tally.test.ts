import { expect, it } from 'vitest';

import type { Tally } from '../../src/contracts/tally.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, message, one } from './records.ts';

/** Keeps what it is told. */
class HeardTally implements Tally {
  readonly heard: object[] = [];

  messageSettled(news: object): void {
    this.heard.push(news);
  }

  postSettled(news: object): void {
    this.heard.push(news);
  }
}

it('the stores tell once what came of each message, and how long it took', () => {
  const tally = new HeardTally();
  const stores = openStores(':memory:', tally);
  const { inbox } = stores;
  for (const id of ['a', 'b', 'c']) inbox.append({ ...message(id), receivedAt: 1000 });
  inbox.move('a', 'sending', 1500);
  inbox.move('a', 'acknowledged', 3000);
  inbox.takeBack('b', 1100);
  expect(() => {
    inbox.move('b', 'withdrawn', 1200);
  }).toThrow();
  // The wall clock was set back.
  inbox.move('c', 'failed', 0);
  expect(tally.heard).toEqual([
    { session: one, outcome: 'acknowledged', afterMs: 2000 },
    { session: one, outcome: 'withdrawn', afterMs: 100 },
    { session: one, outcome: 'failed', afterMs: 0 },
  ]);
  stores.close();
});

it('the stores tell once what came of each post, also of one that a newer one makes needless', () => {
  const tally = new HeardTally();
  const stores = openStores(':memory:', tally);
  const { outbox } = stores;
  const reaction = { kind: 'reaction', messageId: '1', reaction: 'stored' } as const;
  outbox.append({ key: 'a', channel: channelA, content: { kind: 'text', text: 'x' }, createdAt: 100 });
  outbox.append({ key: 'b', channel: channelA, content: reaction, createdAt: 100 });
  expect(outbox.countPending()).toBe(2);
  outbox.append({ key: 'c', channel: channelA, content: { ...reaction, reaction: 'answered' }, createdAt: 150 });
  outbox.settle('a', 'posted', 400);
  outbox.settle('a', 'failed', 500);
  expect(tally.heard).toEqual([
    { kind: 'reaction', outcome: 'dropped', afterMs: 50 },
    { kind: 'text', outcome: 'posted', afterMs: 300 },
  ]);
  expect(outbox.countPending()).toBe(1);
  stores.close();
});
