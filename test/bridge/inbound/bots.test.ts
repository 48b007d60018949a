import { describe, expect, it } from 'vitest';

import { Intake } from '../../../src/bridge/inbound/intake.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import type { InboundMessage } from '../../../src/model/message.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld, rules } from '../support/gate-world.ts';
import { channelOne, channelTwo, inbound, one, owner, stranger, two } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';

const words = wordsIn('en');
const robot = { id: '900', name: 'Olga', kind: 'bot' } as const;
const thread = '100000000000000777' as ChannelId;

function world(stores: Stores = openStores(':memory:')) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const owners = new Owners({ server: 'discord', configured: [owner.id], facts: stores.facts, clock });
  const { gate, audited, setPolicy } = gateWorld({ owners, clock, log });
  setPolicy({ everywhere: rules({ bots: new Map([[robot.id, { role: 'member' }]]) }) });
  const intake = new Intake({
    ...{ stores, owners, gate, words, clock, log },
    entries: () => [
      { number: one, channel: channelOne },
      { number: two, channel: channelTwo },
    ],
    policy: { defaultSession: () => one, unmapped: 'default' },
    botMessages: 3,
    queueNotice: 100,
    onStored: () => undefined,
    onOutbox: () => undefined,
  });
  let count = 300_000_000_000_000_000n;
  /** Says something; tells whether it was taken in. */
  const say = (change: Partial<InboundMessage> = {}): boolean => {
    count += 1n;
    const message = inbound(String(count), { author: robot, ...change });
    intake.receive(message);
    return stores.inbox.get(message.id) !== undefined;
  };
  const times = (many: number, change?: Partial<InboundMessage>): readonly boolean[] =>
    Array.from({ length: many }, () => say(change));
  return { stores, intake, say, times, audited, setPolicy, owners };
}

describe('BX-09: bots', () => {
  it('that are listed are heard until they were too often without a person; the channel is told once', () => {
    const { times, stores } = world();
    expect(times(6)).toEqual([true, true, true, false, false, false]);
    expect(textsFor(stores, channelOne).map(({ text }) => text)).toEqual([words.botLoop(3)]);
  });

  it('go on when a person speaks who may, and not because of a stranger, another bot, or words elsewhere', () => {
    const { times, say } = world();
    times(3);
    say({ author: stranger });
    say({ author: { ...robot, id: '901' } });
    say({ author: owner, channel: channelTwo });
    expect(say()).toBe(false);
    say({ author: owner });
    expect(times(4)).toEqual([true, true, true, false]);
  });

  it('share what they may say in a channel with its threads, and not with other channels', () => {
    const { times, say } = world();
    times(2);
    expect(say({ channel: thread, parent: channelOne })).toBe(true);
    expect(say({ channel: '100000000000000778' as ChannelId, parent: channelOne })).toBe(false);
    expect(say({ channel: channelTwo })).toBe(true);
  });

  it('do not begin anew with a restart', () => {
    const stores = openStores(':memory:');
    world(stores).times(2);
    const later = world(stores);
    const ids = ['400000000000000001', '400000000000000002'];
    const taken = ids.map((id) => {
      later.intake.receive(inbound(id, { author: robot }));
      return stores.inbox.get(`discord:${id}`) !== undefined;
    });
    expect(taken).toEqual([true, false]);
  });

  it('what was ignored stays so when it is read again after a person spoke', () => {
    const { times, say, intake, stores } = world();
    expect(times(4)).toEqual([true, true, true, false]);
    const ignored = inbound('300000000000000004', { author: robot });
    for (let count = 0; count < 2; count += 1) say({ author: owner });
    intake.receiveMissed([ignored], { channel: channelOne, parent: undefined, upTo: ignored.messageId, heldBefore: 0 });
    expect(stores.inbox.get(ignored.id)).toBeUndefined();
  });

  it('a message told twice counts once', () => {
    const { intake, say } = world();
    for (let count = 0; count < 5; count += 1) intake.receive(inbound('200000000000000001', { author: robot }));
    expect([say(), say(), say()]).toEqual([true, true, false]);
  });

  it.each(['bot', 'webhook'] as const)(
    'a %s with the owner’s id and name is nobody, hears nothing, and is on record',
    (kind) => {
      const { say, stores, audited, owners } = world();
      const { code } = owners.offerPairing();
      expect(say({ author: { ...owner, kind } })).toBe(false);
      expect(say({ author: { ...owner, kind, roles: ['50'] }, text: code })).toBe(false);
      expect(textsFor(stores, channelOne)).toEqual([]);
      expect(owners.ids()).toEqual([owner.id]);
      expect(audited).toMatchObject([{ who: `${kind} ${owner.id}`, outcome: 'refused' }]);
    },
  );
});
