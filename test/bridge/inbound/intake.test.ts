import { describe, expect, it } from 'vitest';

import { Intake } from '../../../src/bridge/inbound/intake.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import type { UnmappedPolicy } from '../../../src/bridge/inbound/routing.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { SessionEntry, SessionNumber } from '../../../src/model/session.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld } from '../support/gate-world.ts';
import { channelOne, channelTwo, elsewhere, inbound, one, owner, stranger, two } from '../support/messages.ts';
import { reactionsFor, textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { replacing } from '../support/replacing.ts';

const words = wordsIn('en');

interface WorldOptions {
  readonly owned?: boolean;
  readonly unmapped?: UnmappedPolicy;
  readonly defaultSession?: SessionNumber;
  readonly entries?: readonly SessionEntry[];
  readonly stores?: Stores;
  readonly queueNotice?: number;
}

function world(options: WorldOptions = {}) {
  const clock = new ManualClock();
  const stores = options.stores ?? openStores(':memory:');
  const log = new RecordingLog();
  const owners = new Owners({
    server: 'discord',
    configured: options.owned === false ? [] : [owner.id],
    facts: stores.facts,
    clock,
  });
  const { gate, audited, setPolicy } = gateWorld({ owners, clock, log });
  const woken: SessionNumber[] = [];
  const kicks: number[] = [];
  const entries = options.entries ?? [
    { number: one, channel: channelOne },
    { number: two, channel: channelTwo },
  ];
  const intake = new Intake({
    stores,
    gate,
    owners,
    words,
    clock,
    log,
    entries: () => entries,
    policy: { defaultSession: () => options.defaultSession ?? one, unmapped: options.unmapped ?? 'default' },
    botMessages: 10,
    queueNotice: options.queueNotice ?? 100,
    onStored: (session) => woken.push(session),
    onOutbox: () => kicks.push(1),
  });
  return { clock, stores, log, owners, intake, woken, kicks, audited, setPolicy };
}

describe('intake', () => {
  it("I1: the owner's message is on disk when it returns, with the reaction that says so", () => {
    const { intake, stores, woken, kicks, clock } = world();
    intake.receive(inbound('300000000000000001', { text: 'hello' }));
    expect(stores.inbox.get('discord:300000000000000001')).toEqual({
      id: 'discord:300000000000000001',
      session: one,
      source: 'discord',
      channel: channelOne,
      messageId: '300000000000000001',
      authorId: '500',
      authorName: 'Olga',
      text: 'hello',
      state: 'queued',
      sentAt: 1_000,
      receivedAt: clock.now(),
    });
    expect(reactionsFor(stores, channelOne)).toEqual(['300000000000000001 stored']);
    expect(woken).toEqual([one]);
    expect(kicks).not.toEqual([]);
  });

  it('I1: a reaction that cannot be stored takes the message back with it', () => {
    const stores = openStores(':memory:');
    const { intake, woken } = world({
      stores: {
        ...stores,
        outbox: replacing(stores.outbox, {
          append: () => {
            throw new Error('disk full');
          },
        }),
      },
    });
    expect(() => intake.receive(inbound('300000000000000001'))).toThrow('disk full');
    expect(stores.inbox.get('discord:300000000000000001')).toBeUndefined();
    expect(woken).toEqual([]);
  });

  it('MS-04: each channel speaks to its own session', () => {
    const { intake, stores } = world();
    intake.receive(inbound('300000000000000001', { channel: channelTwo }));
    expect(stores.inbox.next(two)?.id).toBe('discord:300000000000000001');
    expect(stores.inbox.next(one)).toBeUndefined();
  });

  it('BX-01: the same message told again is stored, acknowledged and handed on once', () => {
    const { intake, stores, woken } = world();
    intake.receive(inbound('300000000000000001', { text: 'first' }));
    intake.receive(inbound('300000000000000001', { text: 'first' }));
    expect(stores.inbox.countUnsettled(one)).toBe(1);
    expect(reactionsFor(stores, channelOne)).toEqual(['300000000000000001 stored']);
    expect(woken).toEqual([one]);
  });

  it('MS-09: says what happened without the words of the message', () => {
    const { intake, log } = world();
    intake.receive(inbound('300000000000000001', { text: 'a secret plan' }));
    intake.receive(inbound('300000000000000002', { text: 'a secret plan', author: stranger }));
    intake.receive(inbound('300000000000000003', { text: 'a secret plan', channel: elsewhere }));
    expect(log.lines.length).toBeGreaterThan(2);
    expect(JSON.stringify(log.lines)).not.toContain('secret plan');
  });

  for (const kind of ['bot', 'webhook'] as const) {
    it(`ignores a ${kind}, even one with the owner's id or the pairing code`, () => {
      const { intake, stores, owners } = world();
      const { code } = owners.offerPairing();
      for (const direct of [true, false]) {
        intake.receive(
          inbound(direct ? '300000000000000001' : '300000000000000002', { author: { ...owner, kind }, direct }),
        );
        intake.receive(
          inbound(direct ? '300000000000000003' : '300000000000000004', {
            author: { id: '900', name: 'bot', kind },
            text: code,
            direct,
          }),
        );
      }
      expect(stores.inbox.countUnsettled(one)).toBe(0);
      expect(stores.outbox.lanes()).toEqual([]);
      expect(owners.roleOf('900')).toBe('none');
    });
  }
});

describe('access', () => {
  it('BX-09: without an owner nothing is run, and the way to own it is told once to each person', () => {
    const { intake, stores, woken } = world({ owned: false });
    intake.receive(inbound('300000000000000001'));
    intake.receive(inbound('300000000000000002'));
    intake.receive(inbound('300000000000000003', { author: stranger }));
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    expect(woken).toEqual([]);
    expect(textsFor(stores, channelOne)).toEqual([
      { kind: 'text', text: words.refusedNoOwner(), replyTo: '300000000000000001' },
      { kind: 'text', text: words.refusedNoOwner(), replyTo: '300000000000000003' },
    ]);
  });

  it('BX-09: a stranger is refused politely, once in each channel, and reaches nobody', () => {
    const { intake, stores, woken, log } = world();
    for (const id of ['300000000000000001', '300000000000000002', '300000000000000003'])
      intake.receive(inbound(id, { author: stranger }));
    intake.receive(inbound('300000000000000004', { author: stranger, channel: channelTwo }));
    expect(stores.inbox.countUnsettled(one) + stores.inbox.countUnsettled(two)).toBe(0);
    expect(woken).toEqual([]);
    expect(textsFor(stores, channelOne)).toEqual([
      { kind: 'text', text: words.refusedStranger(), replyTo: '300000000000000001' },
    ]);
    expect(textsFor(stores, channelTwo)).toHaveLength(1);
    expect(reactionsFor(stores, channelOne)).toEqual([]);
    expect(log.at('warn')).toHaveLength(4); // Every refusal is on record.
  });

  it('one who was refused before there was an owner is refused once more afterwards, as a stranger', () => {
    const { intake, stores, owners } = world({ owned: false });
    intake.receive(inbound('300000000000000001', { author: stranger }));
    owners.claim(owner.id, owners.offerPairing().code);
    intake.receive(inbound('300000000000000002', { author: stranger }));
    intake.receive(inbound('300000000000000003', { author: stranger }));
    expect(textsFor(stores, channelOne).map(({ text }) => text)).toEqual([
      words.refusedNoOwner(),
      words.refusedStranger(),
    ]);
  });

  it('pairing: the code makes its writer the owner, is not given to an agent, and works from then on', () => {
    const { intake, stores, owners, woken } = world({ owned: false });
    const { code } = owners.offerPairing();
    intake.receive(inbound('300000000000000001', { text: code, channel: elsewhere, direct: true }));
    expect(textsFor(stores, elsewhere)).toEqual([
      { kind: 'text', text: words.paired(), replyTo: '300000000000000001' },
    ]);
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    intake.receive(inbound('300000000000000002'));
    expect(woken).toEqual([one]);
  });

  it('pairing: works also where channels without a session are ignored', () => {
    const { intake, owners } = world({ owned: false, unmapped: 'ignore' });
    intake.receive(
      inbound('300000000000000001', { text: owners.offerPairing().code, channel: elsewhere, direct: true }),
    );
    expect(owners.roleOf(owner.id)).toBe('owner');
  });

  it('pairing: no line of the log holds the code', () => {
    const { intake, owners, log } = world({ owned: false });
    const { code } = owners.offerPairing();
    intake.receive(inbound('300000000000000001', { text: code }));
    expect(log.at('info')).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain(code);
  });
});

describe('channels without a session', () => {
  it('MS-04, MS-16: serve the owner through the default session, with a warning; the answer goes where the question was', () => {
    const { intake, stores, log } = world({ defaultSession: two });
    intake.receive(inbound('300000000000000001', { channel: elsewhere }));
    expect(stores.inbox.next(two)).toMatchObject({ id: 'discord:300000000000000001', channel: elsewhere });
    expect(reactionsFor(stores, elsewhere)).toEqual(['300000000000000001 stored']);
    expect(log.at('warn')).toHaveLength(1);
  });

  it('MS-04: access comes before routing: a stranger there hears nothing at all', () => {
    const { intake, stores, woken } = world();
    intake.receive(inbound('300000000000000001', { channel: elsewhere, author: stranger }));
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    expect(stores.outbox.lanes()).toEqual([]);
    expect(woken).toEqual([]);
  });

  it('a stranger who speaks to the bot alone is refused', () => {
    const { intake, stores } = world();
    intake.receive(inbound('300000000000000001', { channel: elsewhere, author: stranger, direct: true }));
    expect(textsFor(stores, elsewhere).map(({ text }) => text)).toEqual([words.refusedStranger()]);
  });

  it('MS-04: are left alone when the owner wants it so', () => {
    const { intake, stores } = world({ unmapped: 'ignore' });
    intake.receive(inbound('300000000000000001', { channel: elsewhere }));
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    expect(stores.outbox.lanes()).toEqual([]);
  });

  it('MS-04: a missing default session is told to the owner, who then knows what to do', () => {
    const { intake, stores, woken } = world({ entries: [], defaultSession: two });
    intake.receive(inbound('300000000000000001', { channel: elsewhere }));
    expect(textsFor(stores, elsewhere)).toEqual([
      { kind: 'text', text: words.noDefaultSession(two), replyTo: '300000000000000001' },
    ]);
    expect(stores.inbox.countUnsettled(two)).toBe(0);
    expect(woken).toEqual([]);
  });
});

describe('attachments', () => {
  const file = (name: string, id = '1') => ({ id, name, size: 2_048, url: 'https://files.example/secret-address' });

  it('MS-02: are stored with their message, beside its words, and nothing of them is logged', () => {
    const { intake, stores, log } = world();
    const attachments = [file('plan.png'), file('日本.txt', '2')];
    intake.receive(inbound('300000000000000001', { text: 'look', attachments }));
    expect(stores.inbox.get('discord:300000000000000001')?.text).toBe('look');
    expect(stores.files.of('discord:300000000000000001')).toMatchObject(attachments);
    expect(JSON.stringify(log)).not.toMatch(/secret-address|plan\.png/);
  });

  it('of a message that is known already are not added to it', () => {
    const { intake, stores } = world();
    intake.receive(inbound('300000000000000001', { text: 'look' }));
    intake.receive(inbound('300000000000000001', { text: 'look', attachments: [file('plan.png')] }));
    expect(stores.files.of('discord:300000000000000001')).toEqual([]);
  });

  it('alone are a message, too', () => {
    const { intake, stores } = world();
    intake.receive(inbound('300000000000000001', { text: ' ', attachments: [file('plan.png')] }));
    expect(stores.inbox.get('discord:300000000000000001')?.text).toBe('');
    expect(stores.files.of('discord:300000000000000001')).toHaveLength(1);
  });

  it('a message with nothing in it is not stored', () => {
    const { intake, stores, log } = world();
    intake.receive(inbound('300000000000000001', { text: ' \n ' }));
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    expect(log.at('warn')).toHaveLength(1);
  });
});
