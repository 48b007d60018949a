import { describe, expect, it } from 'vitest';

import { Housekeeping } from '../../src/bridge/housekeeping.ts';
import { openStores } from '../../src/storage/stores.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { channelOne, one } from './support/messages.ts';
import { RecordingLog } from './support/recording-log.ts';

const day = 24 * 3_600_000;

function world() {
  const clock = new ManualClock();
  const stores = openStores(':memory:');
  const log = new RecordingLog();
  /** One settled record of each kind, and one that waits, all of now. */
  const fill = (name: string): void => {
    const at = clock.now();
    for (const id of [`${name}-done`, `${name}-waiting`]) {
      const common = { session: one, channel: channelOne };
      stores.inbox.append({
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
      stores.outbox.append({ key: id, channel: channelOne, content: { kind: 'text', text: 'x' }, createdAt: at });
      stores.turns.begin({ ...common, turn: id, message: undefined, startedAt: at });
      stores.prompts.open({ id, session: one, generation: 1, kind: 'plan', tool: 'x', input: {}, since: at });
    }
    stores.inbox.move(`${name}-done`, 'failed', at);
    stores.outbox.settle(`${name}-done`, 'posted', at);
    stores.turns.end(one, `${name}-done`, 'completed', at);
    stores.prompts.move(`${name}-done`, 'expired', at, 'clock');
  };
  const kept = (id: string): readonly boolean[] => [
    stores.inbox.get(id) !== undefined,
    stores.outbox.get(id) !== undefined,
    stores.turns.get(one, id) !== undefined,
    stores.prompts.get(id) !== undefined,
  ];
  return { clock, stores, log, fill, kept, housekeeping: new Housekeeping({ stores, clock, log }) };
}

const all = [true, true, true, true];
const none = [false, false, false, false];

describe('housekeeping', () => {
  it('I11: forgets what was settled thirty days ago, at once, and keeps what waits for ever', async () => {
    const { clock, fill, kept, housekeeping } = world();
    fill('old');
    await clock.advance(2 * day);
    fill('young');
    await clock.advance(28 * day + 1);
    const stop = housekeeping.start();
    expect(kept('old-done')).toEqual(none);
    expect(kept('old-waiting')).toEqual(all);
    expect(kept('young-done')).toEqual(all);
    stop();
  });

  it('I11: looks again every six hours, until it is stopped', async () => {
    const { clock, fill, kept, housekeeping } = world();
    fill('a');
    const stop = housekeeping.start();
    await clock.advance(30 * day);
    expect(kept('a-done')).toEqual(all);
    await clock.advance(day / 4);
    expect(kept('a-done')).toEqual(none);
    stop();
    expect(clock.pending).toBe(0);
  });

  it('a failure is logged and costs one round only', async () => {
    const { clock, stores, log, fill, kept } = world();
    let broken = true;
    const housekeeping = new Housekeeping({
      clock,
      log,
      stores: {
        ...stores,
        transaction: (action) => {
          if (broken) throw new Error('database is locked');
          return stores.transaction(action);
        },
      },
    });
    fill('a');
    housekeeping.start();
    await clock.advance(31 * day);
    expect(kept('a-done')).toEqual(all);
    expect(log.at('error').length).toBeGreaterThan(1);
    broken = false;
    await clock.advance(day);
    expect(kept('a-done')).toEqual(none);
  });
});
