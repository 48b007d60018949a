import { describe, expect, it } from 'vitest';

import { Housekeeping } from '../../src/bridge/housekeeping.ts';
import type { HousekeepingOptions, Retention } from '../../src/bridge/housekeeping.ts';
import type { Stores } from '../../src/contracts/stores.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { snowflakeAt } from '../../src/model/snowflake.ts';
import { openStores } from '../../src/storage/stores.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { channelOne, one } from './support/messages.ts';
import { RecordingLog } from './support/recording-log.ts';

const day = 24 * 3_600_000;
const channelTwo = '200000000000000002' as ChannelId;
/** Each another, so that a rule that takes another one's time is seen. */
const retention: Retention = {
  messages: 30 * day,
  posts: 31 * day,
  turns: 32 * day,
  prompts: 33 * day,
  channels: 90 * day,
  files: 7 * day,
  attachments: 8 * day,
};

function world(change: Partial<HousekeepingOptions> = {}) {
  const clock = new ManualClock();
  const stores = openStores(':memory:');
  const log = new RecordingLog();
  /** One settled record of each kind, and one that waits, all of now. */
  const fill = (name: string, on: Stores = stores): void => {
    const at = clock.now();
    for (const id of [`${name}-done`, `${name}-waiting`]) {
      const common = { session: one, channel: channelOne };
      on.inbox.append({
        ...common,
        id,
        source: 'cli',
        messageId: undefined,
        authorId: undefined,
        authorName: 'cli',
        text: 'x',
        sentAt: at,
        receivedAt: at,
      });
      on.outbox.append({ key: id, channel: channelOne, content: { kind: 'text', text: 'x' }, createdAt: at });
      on.turns.begin({ ...common, turn: id, message: undefined, startedAt: at });
      on.prompts.open({
        id,
        session: one,
        generation: 1,
        kind: 'plan',
        tool: 'x',
        input: {},
        grants: [],
        questions: [],
        since: at,
      });
    }
    on.inbox.move(`${name}-done`, 'failed', at);
    on.outbox.settle(`${name}-done`, 'posted', at);
    on.turns.end(one, `${name}-done`, 'completed', at);
    on.prompts.move(`${name}-done`, 'expired', at, 'expired');
  };
  const kept = (id: string): readonly boolean[] => [
    stores.inbox.get(id) !== undefined,
    stores.outbox.get(id) !== undefined,
    stores.turns.get(one, id) !== undefined,
    stores.prompts.get(id) !== undefined,
  ];
  const housekeeping = new Housekeeping({
    stores,
    clock,
    log,
    retention,
    served: () => new Set([channelOne]),
    chores: [],
    ...change,
  });
  return { clock, stores, log, fill, kept, housekeeping };
}

const all = [true, true, true, true];
const none = [false, false, false, false];

describe('housekeeping', () => {
  it('I11: forgets each kind of settled record after its own time, and keeps what waits for ever', async () => {
    const { clock, stores, fill, kept, housekeeping } = world();
    fill('old');
    const stop = housekeeping.start();
    await clock.advance(30 * day);
    expect(kept('old-done')).toEqual(all);
    await clock.advance(day / 2);
    expect(kept('old-done')).toEqual([false, true, true, true]);
    expect(stores.traces.of('old-done')).toEqual([]);
    await clock.advance(day);
    expect(kept('old-done')).toEqual([false, false, true, true]);
    await clock.advance(day);
    expect(kept('old-done')).toEqual([false, false, false, true]);
    await clock.advance(day);
    expect(kept('old-done')).toEqual(none);
    await clock.advance(365 * day);
    expect(kept('old-waiting')).toEqual(all);
    expect(stores.traces.of('old-waiting')).toHaveLength(1);
    stop();
  });

  it('I11: begins at once, and keeps what is young', async () => {
    const { clock, fill, kept, housekeeping } = world();
    fill('old');
    await clock.advance(5 * day);
    fill('young');
    await clock.advance(29 * day);
    const stop = housekeeping.start();
    await clock.advance(1000);
    expect(kept('old-done')).toEqual(none);
    expect(kept('young-done')).toEqual(all);
    stop();
  });

  it('I11: looks again every six hours, until it is stopped', async () => {
    const { clock, fill, kept, housekeeping } = world();
    fill('a');
    const stop = housekeeping.start();
    await clock.advance(34 * day + day / 4);
    expect(kept('a-done')).toEqual(none);
    fill('b');
    stop();
    await clock.advance(60 * day);
    expect(kept('b-done')).toEqual(all);
    expect(clock.pending).toBe(0);
  });

  it('looks more often when something is kept for a short time only', async () => {
    const { clock, fill, kept, housekeeping } = world({ retention: { ...retention, posts: 60_000 } });
    const stop = housekeeping.start();
    fill('a');
    await clock.advance(60_000);
    expect(kept('a-done')).toEqual(all);
    await clock.advance(16_000);
    expect(kept('a-done')).toEqual([true, false, true, true]);
    stop();
  });

  it('I11: forgets how far a channel was read that nobody serves any more', async () => {
    const { clock, stores, housekeeping } = world();
    stores.channels.advance(channelOne, snowflakeAt(clock.now()));
    stores.channels.advance(channelTwo, snowflakeAt(clock.now()));
    stores.outbox.park(channelTwo, 'chat-not-found', clock.now());
    const stop = housekeeping.start();
    await clock.advance(90 * day);
    expect(stores.channels.list()).toHaveLength(2);
    expect(stores.outbox.parked()).toHaveLength(1);
    await clock.advance(day);
    expect(stores.channels.list().map(({ channel }) => channel)).toEqual([channelOne]);
    expect(stores.outbox.parked()).toEqual([]);
    stop();
  });

  it('works in steps, so that others have their turn, and never twice at once', async () => {
    const { clock, stores, log, fill, housekeeping } = world({ retention: { ...retention, messages: 20_000 } });
    stores.transaction(() => {
      for (let index = 0; index < 450; index += 1) fill(`m${index}`);
    });
    const left = (): number =>
      Array.from({ length: 450 }, (_, index) => stores.inbox.get(`m${index}-done`)).filter((one) => one).length;
    await clock.advance(30_000);
    const stop = housekeeping.start();
    expect(left()).toBe(250);
    await clock.advance(20);
    expect(left()).toBe(50);
    await clock.advance(20);
    expect(left()).toBe(0);
    await clock.advance(1000);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ messages: 450 }]);
    stop();
  });

  it('stops in the middle of a round', async () => {
    const { clock, stores, fill, housekeeping } = world({ retention: { ...retention, messages: 20_000 } });
    stores.transaction(() => {
      for (let index = 0; index < 250; index += 1) fill(`m${index}`);
    });
    await clock.advance(30_000);
    housekeeping.start()();
    stores.close();
    await clock.advance(day); // Whatever touched the closed database would throw.
    expect(clock.pending).toBe(0);
  });

  it('goes through the files step by step, and is told how long to keep them', async () => {
    const given: number[] = [];
    const { clock, log, housekeeping } = world({
      chores: [
        {
          name: 'files',
          *run(keepMs) {
            given.push(keepMs);
            yield 2;
            yield 3;
          },
        },
      ],
    });
    const stop = housekeeping.start();
    await clock.advance(100);
    expect(given).toEqual([7 * day]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ files: 5 }]);
    stop();
  });

  it('gives space back until there is none left to give', async () => {
    const asked: number[] = [];
    const { stores, clock } = world();
    const { housekeeping } = world({
      clock,
      stores: { ...stores, compact: () => asked.push(clock.now()) < 3 },
    });
    const stop = housekeeping.start();
    await clock.advance(1000);
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(3);
    stop();
  });

  it('a failure is logged, and costs one rule of one round only', async () => {
    let broken = true;
    const { stores, clock, log, fill, kept } = world();
    const inbox = Object.assign(Object.create(stores.inbox) as Stores['inbox'], {
      prune: (before: number, atMost: number) => {
        if (broken) throw new Error('the disk is on fire');
        return stores.inbox.prune(before, atMost);
      },
    });
    const { housekeeping } = world({ clock, log, stores: { ...stores, inbox } });
    fill('a');
    const stop = housekeeping.start();
    await clock.advance(34 * day);
    expect(kept('a-done')).toEqual([true, false, false, false]);
    expect(log.at('error').length).toBeGreaterThan(1);
    expect(log.lines[0]?.fields).toMatchObject({ rule: 'messages', error: 'the disk is on fire' });
    broken = false;
    await clock.advance(day);
    expect(kept('a-done')).toEqual(none);
    stop();
  });
});
