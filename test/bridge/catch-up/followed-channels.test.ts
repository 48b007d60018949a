import { expect, it } from 'vitest';

import { FollowedChannels, overlapMs } from '../../../src/bridge/catch-up/followed-channels.ts';
import type { UnmappedPolicy } from '../../../src/bridge/inbound/routing.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { snowflakeAt, timeOfSnowflake } from '../../../src/model/snowflake.ts';
import type { ChannelRecord } from '../../../src/contracts/stores.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { channelOne, channelTwo, elsewhere, one } from '../support/messages.ts';

const thread = '100000000000000777' as ChannelId;
const otherThread = '100000000000000778' as ChannelId;

function world(unmapped: UnmappedPolicy = 'default') {
  const clock = new ManualClock();
  const stores = openStores(':memory:');
  const followed = new FollowedChannels({
    stores,
    clock,
    entries: () => [{ number: one, channel: channelOne }],
    policy: { defaultSession: () => one, unmapped },
  });
  const recordOf = (channel: ChannelId): ChannelRecord => {
    const record = stores.channels.get(channel);
    if (!record) throw new Error(`channel ${channel} is not followed`);
    return record;
  };
  /** The threads that are read without being looked for. */
  const threads = (): readonly ChannelId[] => followed.afterGap().threads.map(({ channel }) => channel);
  return { clock, stores, followed, recordOf, threads };
}

it('BX-01: a channel is followed from the moment in which it gets a session', async () => {
  const { followed, recordOf, clock, stores } = world();
  followed.begin();
  const readFrom = (): number => timeOfSnowflake(recordOf(channelOne).watermark) - overlapMs;
  expect(readFrom()).toBe(clock.now());
  const since = clock.now();
  await clock.advance(3_600_000);
  followed.begin();
  expect(readFrom()).toBe(since);
  // Given to a session once more, what was said meanwhile is nobody's business.
  followed.follow(channelOne);
  expect(readFrom()).toBe(clock.now());
  expect(stores.channels.list()).toHaveLength(1);
});

it('BX-01: after a gap the channels of sessions and of the default session are read, and single threads', () => {
  const { followed, stores, threads } = world();
  followed.begin();
  stores.channels.advance(elsewhere, '1');
  stores.channels.advance(thread, '1', channelOne);
  stores.channels.advance(otherThread, '1', channelTwo);
  expect([...followed.afterGap().channels].sort()).toEqual([channelOne, elsewhere]);
  // A thread of a channel that is read is found through it; of another one nobody else would.
  expect(threads()).toEqual([otherThread]);
  const said = { session: one, source: 'discord', authorId: '5', authorName: 'O', text: 'x', sentAt: 1 } as const;
  stores.inbox.append({ ...said, id: 'discord:9', messageId: '9', channel: thread, receivedAt: 1 });
  expect(threads()).toEqual([thread, otherThread]);
});

it('MS-04: where channels without a session are ignored, so is what was said in them', () => {
  const { followed, stores } = world('ignore');
  followed.begin();
  stores.channels.advance(elsewhere, '1');
  stores.channels.advance(otherThread, '1', channelTwo);
  expect(followed.afterGap()).toEqual({ channels: [channelOne], threads: [] });
});

it('I5: a thread that was found is read from where its channel was, until it is read', () => {
  const { followed, recordOf, stores, threads } = world();
  stores.channels.advance(channelOne, snowflakeAt(1_700_000_000_000));
  const parent = recordOf(channelOne);
  stores.channels.advance(otherThread, '7', channelOne);
  followed.found(parent, [
    { id: thread, parent: channelOne },
    { id: otherThread, parent: channelOne },
  ]);
  expect(recordOf(thread)).toEqual({ channel: thread, parent: channelOne, watermark: parent.watermark });
  expect(recordOf(otherThread).watermark).toBe('7');
  expect(threads()).toEqual([thread, otherThread]);
  followed.wasRead(thread);
  expect(threads()).toEqual([otherThread]);
  followed.wasRead(otherThread);
  expect(threads()).toEqual([]);
});

it('I11: a channel that has no session any more is forgotten, with its threads', () => {
  const { followed, recordOf, stores } = world();
  followed.begin();
  followed.found(recordOf(channelOne), [{ id: thread, parent: channelOne }]);
  stores.channels.advance(elsewhere, '1');
  followed.leave(channelOne);
  expect(stores.channels.list().map(({ channel }) => channel)).toEqual([elsewhere]);
  followed.found(recordOf(elsewhere), [{ id: otherThread, parent: elsewhere }]);
  expect(stores.facts.get('unread-threads')).not.toContain(thread);
  followed.isGone(elsewhere);
  expect(stores.channels.get(elsewhere)).toBeUndefined();
});
