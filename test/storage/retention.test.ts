import { statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ChannelId } from '../../src/model/session.ts';
import { snowflakeAt } from '../../src/model/snowflake.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, channelB, message, one, record, turn } from './records.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 1);
const later = start + 400 * day;
const thread = '100000000000000009' as ChannelId;

/** A settled message that was said at a time. */
function settled(stores: ReturnType<typeof openStores>, at: number, channel = channelA): string {
  const messageId = snowflakeAt(at);
  const id = `discord:${messageId}`;
  stores.inbox.append(message(id, { messageId, channel, sentAt: at, receivedAt: at }));
  stores.inbox.move(id, 'failed', at);
  return id;
}

describe('messages that an agent works on', () => {
  it('I3, I11: stay until their turn has ended, however long that takes', () => {
    const stores = openStores(':memory:');
    for (const id of ['m1', 'm2']) {
      stores.inbox.append(message(id));
      stores.inbox.move(id, 'sending', start);
      stores.inbox.move(id, 'acknowledged', start);
    }
    stores.turns.begin(turn('t1', { message: 'm1' }));
    stores.turns.join(one, 't1', 'm2', start);
    expect(stores.inbox.prune(later, 100)).toBe(0);
    stores.turns.end(one, 't1', 'completed', later);
    expect(stores.inbox.prune(later, 100)).toBe(2);
  });
});

describe('messages that history may give a second time', () => {
  it('I5, I11: stay in the inbox while they are near the watermark, however old they are', () => {
    const stores = openStores(':memory:');
    const [far, near, last] = [start, start + 2 * hour, start + 2 * hour + minute].map((at) => settled(stores, at));
    stores.channels.advance(channelA, snowflakeAt(start + 2 * hour + minute));
    expect(stores.inbox.prune(later, 100)).toBe(1);
    expect([far, near, last].map((id) => stores.inbox.get(id ?? '') !== undefined)).toEqual([false, true, true]);
  });

  it('I5, I11: go when the channel has moved on', () => {
    const stores = openStores(':memory:');
    settled(stores, start);
    stores.channels.advance(channelA, snowflakeAt(start));
    expect(stores.inbox.prune(later, 100)).toBe(0);
    stores.channels.advance(channelA, snowflakeAt(start + day));
    expect(stores.inbox.prune(later, 100)).toBe(1);
  });

  it('I11: a message that is held back keeps itself, and no other', () => {
    const stores = openStores(':memory:');
    stores.inbox.append(message('held', { messageId: snowflakeAt(start), sentAt: start, receivedAt: start }), 'held');
    settled(stores, start + day);
    stores.channels.advance(channelA, snowflakeAt(start + 100 * day));
    expect(stores.inbox.prune(later, 100)).toBe(1);
    expect(stores.inbox.get('held')?.state).toBe('held');
  });

  it('forgets no more than it is told to, the oldest first', () => {
    const stores = openStores(':memory:');
    const ids = [3, 1, 2].map((days) => settled(stores, start + days * day));
    expect(stores.inbox.prune(later, 2)).toBe(2);
    expect(ids.map((id) => stores.inbox.get(id) !== undefined)).toEqual([true, false, false]);
  });
});

describe('items of the outbox that something pending needs', () => {
  const text = { kind: 'text', text: 'x' } as const;

  it('I11: the text that is still to be edited stays', () => {
    const { outbox } = openStores(':memory:');
    outbox.append({ key: 'a', channel: channelA, content: text, createdAt: start });
    outbox.settle('a', 'posted', start);
    outbox.append({ key: 'e', channel: channelA, content: { kind: 'edit', of: 'a', text: 'y' }, createdAt: start });
    expect(outbox.prune(later, 100)).toBe(0);
    outbox.settle('e', 'posted', start);
    expect(outbox.prune(later, 100)).toBe(2);
  });

  it('I4, I11: what was posted when a pending text was tried stays, to be told from it', () => {
    const { outbox } = openStores(':memory:');
    for (const [key, at] of [
      ['before', start - 2 * hour],
      ['shortly before', start - minute],
      ['elsewhere', start - minute],
    ] as const) {
      outbox.append({ key, channel: key === 'elsewhere' ? channelB : channelA, content: text, createdAt: at });
      outbox.settle(key, 'posted', at);
    }
    outbox.append({ key: 'tried', channel: channelA, content: text, createdAt: start });
    outbox.plan('tried', ['x'], start);
    outbox.append({ key: 'waits', channel: channelB, content: text, createdAt: start });
    expect(outbox.prune(later, 100)).toBe(2);
    expect(['before', 'shortly before', 'elsewhere'].map((key) => outbox.get(key) !== undefined)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('I11: that a channel refuses is kept while something waits for it', () => {
    const { outbox } = openStores(':memory:');
    outbox.append({ key: 'a', channel: channelA, content: text, createdAt: start });
    for (const channel of [channelA, channelB]) outbox.park(channel, 'chat-forbidden', start);
    expect(outbox.pruneParked(start)).toBe(0);
    expect(outbox.pruneParked(later)).toBe(1);
    expect(outbox.parked().map(({ channel }) => channel)).toEqual([channelA]);
  });
});

describe('turns', () => {
  it('I11: the last of a session stays, since what the agent begins by itself goes on where it was', () => {
    const { turns, records } = openStores(':memory:');
    records.save(record(one));
    for (const id of ['t1', 't2']) {
      turns.begin(turn(id));
      turns.end(one, id, 'completed', start);
    }
    expect(turns.prune(later, 100)).toBe(1);
    expect(turns.latest(one)?.turn).toBe('t2');
    records.remove(one);
    expect(turns.prune(later, 100)).toBe(1);
  });

  it('I4, I11: a turn stays while its message is looked up', () => {
    const { inbox, turns } = openStores(':memory:');
    for (const id of ['starts', 'joins']) {
      inbox.append(message(id));
      inbox.move(id, 'sending', start);
    }
    turns.begin(turn('t1', { message: 'starts' }));
    turns.join(one, 't1', 'joins', start);
    turns.end(one, 't1', 'lost', start);
    inbox.move('starts', 'acknowledged', start);
    expect(turns.prune(later, 100)).toBe(0);
    inbox.move('joins', 'uncertain', start);
    expect(turns.prune(later, 100)).toBe(0);
    inbox.move('joins', 'acknowledged', start);
    expect(turns.prune(later, 100)).toBe(1);
  });
});

describe('how far channels were read', () => {
  const served = new Set([channelA]);

  it('I11: is forgotten where nobody is served and nothing was said for long', () => {
    const { channels } = openStores(':memory:');
    channels.advance(channelA, snowflakeAt(start));
    channels.advance(channelB, snowflakeAt(start + day));
    expect(channels.prune(start + day, served)).toBe(0);
    expect(channels.prune(start + day + 1, served)).toBe(1);
    expect(channels.list().map(({ channel }) => channel)).toEqual([channelA]);
  });

  it('I5, I11: stays while something waits there', () => {
    const { channels, inbox } = openStores(':memory:');
    channels.advance(channelB, snowflakeAt(start));
    inbox.append(message('m', { channel: channelB }), 'held');
    expect(channels.prune(later, served)).toBe(0);
    inbox.move('m', 'withdrawn', start);
    expect(channels.prune(later, served)).toBe(1);
  });

  it("I5, I11: a thread's is forgotten only when it would be read from no further back without it", () => {
    const { channels } = openStores(':memory:');
    channels.advance(channelA, snowflakeAt(start));
    channels.advance(thread, snowflakeAt(start + day), channelA);
    expect(channels.prune(later, served)).toBe(0);
    channels.advance(channelA, snowflakeAt(start + day));
    expect(channels.prune(later, served)).toBe(1);
    expect(channels.get(thread)).toBeUndefined();
    // Where the channel of the thread is not served either, nobody reads the thread without it.
    channels.advance(thread, snowflakeAt(start + day), channelB);
    expect(channels.prune(later, served)).toBe(1);
  });
});

describe('the space of what was forgotten', () => {
  const rows = 800;

  function filled(path: string): ReturnType<typeof openStores> {
    const stores = openStores(path);
    stores.transaction(() => {
      for (let index = 0; index < rows; index += 1) {
        stores.inbox.append(message(`m${index}`, { text: 'x'.repeat(2000), receivedAt: start }));
        stores.inbox.move(`m${index}`, 'failed', start);
      }
    });
    return stores;
  }

  it('I11: goes back to the disk in bounded steps, and the journal does not grow', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = filled(path);
    while (stores.compact()); // The journal into the file.
    const full = statSync(path).size;
    expect(full).toBeGreaterThan(rows * 2000);

    expect(stores.inbox.prune(later, rows)).toBe(rows);
    let steps = 1;
    for (; stores.compact(); steps += 1);
    expect(steps).toBeGreaterThan(full / (250 * 4096) / 2);
    expect(statSync(path).size).toBeLessThan(full / 8);
    expect(statSync(`${path}-wal`).size).toBe(4 * 1024 * 1024);

    stores.inbox.append(message('after'));
    expect(stores.inbox.get('after')?.state).toBe('queued');
    stores.close();
  });

  it('I11: is used again by what comes, so that the file does not grow', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = filled(path);
    const sizes = [1, 2, 3].map((round) => {
      stores.inbox.prune(later, rows);
      while (stores.compact());
      stores.transaction(() => {
        for (let index = 0; index < rows; index += 1) {
          stores.inbox.append(message(`${round}-${index}`, { text: 'x'.repeat(2000), receivedAt: start }));
          stores.inbox.move(`${round}-${index}`, 'failed', start);
        }
      });
      while (stores.compact());
      return statSync(path).size;
    });
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.02);
    stores.close();
  });
});
