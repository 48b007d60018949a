import { describe, expect, it } from 'vitest';

import { Intake } from '../../../src/bridge/inbound/intake.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld } from '../support/gate-world.ts';
import { channelOne, channelTwo, elsewhere, inbound, one, owner, stranger, two } from '../support/messages.ts';
import { reactionsFor, textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { replacing } from '../support/replacing.ts';

const words = wordsIn('en');
const thread = '100000000000000777' as ChannelId;

/** The id of the nth message. */
const id = (n: number): string => String(300_000_000_000_000_000n + BigInt(n));

function world(options: { readonly stores?: Stores; readonly owned?: boolean; readonly queueNotice?: number } = {}) {
  const clock = new ManualClock();
  const stores = options.stores ?? openStores(':memory:');
  const log = new RecordingLog();
  const configured = options.owned === false ? [] : [owner.id];
  const owners = new Owners({ server: 'discord', configured, facts: stores.facts, clock });
  const { gate } = gateWorld({ owners, clock, log });
  const told: string[] = [];
  const intake = new Intake({
    stores,
    gate,
    owners,
    words,
    clock,
    log,
    entries: () => [
      { number: one, channel: channelOne },
      { number: two, channel: channelTwo },
    ],
    policy: { defaultSession: () => one, unmapped: 'default' },
    botMessages: 10,
    queueNotice: options.queueNotice ?? 100,
    onStored: (session) => told.push(`stored ${session}: ${stores.inbox.countUnsettled(session)}`),
    onOutbox: () => told.push('outbox'),
  });
  const markOf = (channel: ChannelId): string | undefined => stores.channels.get(channel)?.watermark;
  return { clock, stores, log, owners, intake, told, markOf };
}

describe('how far a channel was read', () => {
  it('I5: moves in the same step as what a message produced', () => {
    const stores = openStores(':memory:');
    const { intake, markOf } = world({
      stores: {
        ...stores,
        outbox: replacing(stores.outbox, {
          append: () => {
            throw new Error('disk full');
          },
        }),
      },
    });
    expect(() => intake.receive(inbound(id(1)))).toThrow('disk full');
    expect(markOf(channelOne)).toBeUndefined();
    expect(stores.inbox.get(`discord:${id(1)}`)).toBeUndefined();
    world({ stores }).intake.receive(inbound(id(1)));
    expect(markOf(channelOne)).toBe(id(1));
  });

  it('BX-01: moves past what is refused or not for the bridge, and never back', () => {
    const { intake, markOf } = world();
    intake.receive(inbound(id(5), { author: stranger }));
    expect(markOf(channelOne)).toBe(id(5));
    intake.receive(inbound(id(7), { author: { ...owner, kind: 'webhook' } }));
    expect(markOf(channelOne)).toBe(id(7));
    intake.receive(inbound(id(6)));
    expect(markOf(channelOne)).toBe(id(7));
  });

  it('BX-01: begins in a channel without a session with the first message that is run there', () => {
    const { intake, markOf } = world();
    intake.receive(inbound(id(1), { channel: elsewhere, author: stranger }));
    intake.receive(inbound(id(2), { channel: elsewhere, author: { ...owner, kind: 'bot' } }));
    expect(markOf(elsewhere)).toBeUndefined();
    intake.receive(inbound(id(3), { channel: elsewhere }));
    intake.receive(inbound(id(4), { channel: elsewhere, author: stranger }));
    expect(markOf(elsewhere)).toBe(id(4));
  });
});

describe('threads', () => {
  it('MS-04: a thread speaks to the session of its channel, and the answer goes into the thread', () => {
    const { intake, stores } = world();
    intake.receive(inbound(id(1), { channel: thread, parent: channelTwo }));
    expect(stores.inbox.next(two)).toMatchObject({ session: two, channel: thread });
    expect(reactionsFor(stores, thread)).toEqual([`${id(1)} stored`]);
    expect(stores.channels.get(thread)).toEqual({ channel: thread, parent: channelTwo, watermark: id(1) });
  });

  it('MS-04: a thread is known again when the chat server does not say what it belongs to', () => {
    const { intake, stores } = world();
    intake.receive(inbound(id(1), { channel: thread, parent: channelTwo }));
    intake.receive(inbound(id(2), { channel: thread }));
    expect(stores.inbox.unsettled(two).map(({ messageId }) => messageId)).toEqual([id(1), id(2)]);
  });

  it('BX-09: whoever is refused in a channel is refused in its threads', () => {
    const { intake, stores } = world();
    intake.receive(inbound(id(1), { channel: thread, parent: channelTwo, author: stranger }));
    expect(stores.inbox.countUnsettled(two)).toBe(0);
    expect(textsFor(stores, thread).map(({ text }) => text)).toEqual([words.refusedStranger()]);
  });
});

describe('what was missed', () => {
  const range = { channel: channelOne, parent: undefined, upTo: id(9), heldBefore: 1_000 };

  it('I1, I5: is one step on disk, and nobody is told of it before that', () => {
    const { intake, told, markOf } = world();
    intake.receiveMissed([inbound(id(1)), inbound(id(2)), inbound(id(3))], range);
    expect(markOf(channelOne)).toBe(id(9));
    expect(told).toEqual(['outbox', 'stored 1: 3']);
  });

  it('I5: leaves nothing behind when one message of it cannot be stored', () => {
    const stores = openStores(':memory:');
    const inbox = replacing(stores.inbox, {
      append: (message, state) => {
        if (message.id.endsWith(id(2))) throw new Error('disk full');
        return stores.inbox.append(message, state);
      },
    });
    const { intake, told, markOf } = world({ stores: { ...stores, inbox } });
    expect(() => intake.receiveMissed([inbound(id(1)), inbound(id(2))], range)).toThrow('disk full');
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    expect([markOf(channelOne), told]).toEqual([undefined, []]);
  });

  it('BX-01: is held when it is too old, so that no agent is given it', () => {
    const { intake, stores } = world();
    intake.receiveMissed([inbound(id(1), { sentAt: 999 }), inbound(id(2), { sentAt: 1_000 })], range);
    expect(stores.inbox.get(`discord:${id(1)}`)?.state).toBe('held');
    expect(stores.inbox.next(one)?.messageId).toBe(id(2));
  });

  it('BX-09: a message that was refused stays refused when its author is let in before it is read again', () => {
    const { intake, stores, owners } = world({ owned: false });
    intake.receive(inbound(id(1)));
    owners.claim(owner.id, owners.offerPairing().code);
    intake.receiveMissed([inbound(id(1))], range);
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    intake.receiveMissed([inbound(id(2))], range);
    expect(stores.inbox.countUnsettled(one)).toBe(1);
    // Also after a restart.
    world({ stores }).intake.receiveMissed([inbound(id(1))], range);
    expect(stores.inbox.countUnsettled(one)).toBe(1);
  });

  it('the pairing code is never given to an agent, however often it is read', () => {
    const { intake, stores, owners } = world({ owned: false });
    const text = owners.offerPairing().code;
    intake.receive(inbound(id(1), { text }));
    intake.receiveMissed([inbound(id(1), { text })], range);
    expect(stores.inbox.countUnsettled(one)).toBe(0);
  });
});

describe('a flood', () => {
  function flood(from: number, to: number) {
    return Array.from({ length: to - from + 1 }, (_, index) => inbound(id(from + index)));
  }

  it('loses nothing, and its channel is told once', () => {
    const { intake, stores } = world({ queueNotice: 10 });
    for (const message of flood(1, 10)) intake.receive(message);
    expect(textsFor(stores, channelOne)).toEqual([]);
    for (const message of flood(11, 200)) intake.receive(message);
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: words.manyWaiting(11), replyTo: id(11) }]);
    expect(stores.inbox.unsettled(one).map(({ messageId }) => messageId)).toEqual(
      flood(1, 200).map(({ messageId }) => messageId),
    );
    // A restart in the middle of it says nothing more.
    world({ stores, queueNotice: 10 }).intake.receive(inbound(id(201)));
    expect(textsFor(stores, channelOne)).toHaveLength(1);
  });

  it('is told again only after the agent has caught up', () => {
    const { intake, stores } = world({ queueNotice: 10 });
    const settle = (count: number): void => {
      for (const message of stores.inbox.unsettled(one).slice(0, count)) stores.inbox.move(message.id, 'withdrawn', 1);
    };
    for (const message of flood(1, 11)) intake.receive(message);
    settle(2);
    for (const message of flood(12, 14)) intake.receive(message);
    expect(textsFor(stores, channelOne)).toHaveLength(1);
    settle(9);
    for (const message of flood(15, 30)) intake.receive(message);
    expect(textsFor(stores, channelOne)).toHaveLength(2);
  });

  it('of one channel is not told in another', () => {
    const { intake, stores } = world({ queueNotice: 10 });
    for (const message of flood(1, 50)) intake.receive(message);
    intake.receive(inbound(id(60), { channel: channelTwo }));
    expect(textsFor(stores, channelTwo)).toEqual([]);
    expect(stores.inbox.next(two)?.messageId).toBe(id(60));
  });
});
