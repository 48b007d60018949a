import { describe, expect, it } from 'vitest';

import { MessageChanges } from '../../../src/bridge/inbound/message-changes.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import { textOf } from '../../../src/bridge/inbound/message-text.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { InboundMessage, InboxState, Quote } from '../../../src/model/message.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld, rules } from '../support/gate-world.ts';
import { channelOne, channelTwo, inbound, one, owner, stranger, two } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';

const words = wordsIn('en');
const first = '300000000000000001';
const second = '300000000000000002';

/** A message and the way it went to a state. */
const wayTo = {
  queued: [],
  sending: ['sending'],
  steered: ['sending', 'steered'],
  uncertain: ['sending', 'uncertain'],
  acknowledged: ['sending', 'acknowledged'],
  withdrawn: ['withdrawn'],
  failed: ['failed'],
} as const satisfies Partial<Record<InboxState, readonly InboxState[]>>;

function world(state: keyof typeof wayTo | 'held' = 'queued') {
  const clock = new ManualClock();
  const stores = openStores(':memory:');
  const log = new RecordingLog();
  const owners = new Owners({ server: 'discord', configured: [owner.id], facts: stores.facts, clock });
  const { gate, audited, setPolicy } = gateWorld({ owners, clock, log });
  const kicks: number[] = [];
  const gone: string[] = [];
  const changes = new MessageChanges({
    stores,
    gate,
    words,
    clock,
    log,
    entries: () => [{ number: one, channel: channelOne }],
    policy: { defaultSession: () => one, unmapped: 'ignore' },
    onOutbox: () => kicks.push(1),
    onFilesGone: (paths) => gone.push(...paths),
  });
  const said = {
    session: one,
    source: 'discord',
    channel: channelOne,
    authorId: owner.id,
    authorName: 'Olga',
  } as const;
  const stored = { ...said, id: `discord:${first}`, messageId: first, text: 'old', sentAt: 1, receivedAt: 1 };
  stores.inbox.append(stored, state === 'held' ? 'held' : 'queued');
  if (state !== 'held') for (const step of wayTo[state]) stores.inbox.move(stored.id, step, 1);
  const message = (): { readonly text: string | undefined; readonly state: InboxState | undefined } => {
    const found = stores.inbox.get(stored.id);
    return { text: found?.text, state: found?.state };
  };
  return { clock, stores, log, changes, kicks, gone, message, audited, setPolicy };
}

describe('BX-06: an edited message', () => {
  it.each(['queued', 'held'] as const)('that is %s has its new words when the agent gets it', (state) => {
    const { changes, message, stores } = world(state);
    changes.edited(inbound(first, { text: 'new' }));
    expect(message()).toEqual({ text: 'new', state });
    expect(textsFor(stores, channelOne)).toEqual([]);
  });

  it('that is steered keeps the words the agent was given, and its author is told once', () => {
    const { changes, message, stores, kicks } = world('steered');
    changes.edited(inbound(first, { text: 'new' }));
    changes.edited(inbound(first, { text: 'newer' }));
    expect(message()).toEqual({ text: 'old', state: 'steered' });
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: words.editedTooLate(), replyTo: first }]);
    expect(kicks).toHaveLength(1);
  });

  it.each(['sending', 'uncertain'] as const)(
    'that is %s keeps its words for the look-up, and has the new ones if it is sent again',
    (state) => {
      const { changes, message, stores } = world(state);
      changes.edited(inbound(first, { text: 'new' }));
      changes.edited(inbound(first, { text: 'newer' }));
      expect(message()).toEqual({ text: 'old', state });
      stores.inbox.move(`discord:${first}`, 'queued', 2);
      expect(message()).toEqual({ text: 'newer', state: 'queued' });
      expect(textsFor(stores, channelOne)).toEqual([]);
    },
  );

  it('that the agent works on is told as well; one that was answered is only corrected', () => {
    const { changes, stores, clock } = world('acknowledged');
    changes.edited(inbound(first, { text: 'typo' }));
    expect(textsFor(stores, channelOne)).toEqual([]);
    const turn = { session: one, turn: 't1', channel: channelOne, message: `discord:${first}`, startedAt: 1 };
    stores.turns.begin(turn);
    changes.edited(inbound(first, { text: 'new' }));
    expect(textsFor(stores, channelOne)).toHaveLength(1);
    stores.turns.end(one, 't1', 'completed', clock.now());
    changes.edited(inbound(first, { text: 'newer' }));
    expect(textsFor(stores, channelOne)).toHaveLength(1);
  });

  it.each(['failed', 'withdrawn'] as const)('that is %s stays so, without a word', (state) => {
    const { changes, message, stores } = world(state);
    changes.edited(inbound(first, { text: 'new' }));
    expect(message()).toEqual({ text: 'old', state });
    expect(textsFor(stores, channelOne)).toEqual([]);
  });

  it('with the same words, without any, or that nobody knows changes nothing', () => {
    const { changes, message, stores } = world();
    changes.edited(inbound(first, { text: 'old' }));
    changes.edited(inbound(first, { text: ' ' }));
    changes.edited(inbound(second, { text: 'new' }));
    expect(message()).toEqual({ text: 'old', state: 'queued' });
    expect(stores.inbox.get(`discord:${second}`)).toBeUndefined();
    expect(stores.traces.of(`discord:${first}`)).toHaveLength(1);
  });

  it('BX-09: is judged like any other: who may not speak may not change what was said', () => {
    const { changes, message, log } = world();
    changes.edited(inbound(first, { text: 'new', author: stranger }));
    expect(message().text).toBe('old');
    expect(log.at('warn')).toHaveLength(1);
  });

  it('BX-09: of somebody who lost their role meanwhile is refused, and so is one by anybody but its author', () => {
    const { changes, message, audited, setPolicy, stores } = world();
    const ann = { id: '77', name: 'Ann', kind: 'human' } as const;
    const hers = { ...inbound(second, { author: ann }), session: one, source: 'discord' as const };
    stores.inbox.append({ ...hers, authorId: ann.id, authorName: ann.name, receivedAt: 1 });
    const edit = (author: InboundMessage['author'], text: string): string | undefined => {
      changes.edited(inbound(second, { author, text }));
      return stores.inbox.get(`discord:${second}`)?.text;
    };
    setPolicy({ everywhere: rules({ users: new Map([[ann.id, { role: 'member' }]]) }) });
    expect(edit(ann, 'once')).toBe('once');
    expect(edit({ ...owner }, 'by the owner')).toBe('once');
    setPolicy({});
    expect(edit(ann, 'twice')).toBe('once');
    expect(audited.map(({ who, surface, outcome }) => [who, surface, outcome])).toEqual([
      ['user 77', 'onEdited', 'allowed'],
      ['user 77', 'onEdited', 'refused'],
    ]);
    expect(message().text).toBe('old');
  });

  it('BX-09: goes by the session that has the message, not by what its channel is mapped to by then', () => {
    const { changes, setPolicy, stores } = world();
    const ann = { id: '77', name: 'Ann', kind: 'human' } as const;
    stores.inbox.append({
      ...inbound(second, { author: ann, text: 'for session 2' }),
      ...{ session: two, source: 'discord', authorId: ann.id, authorName: ann.name, receivedAt: 1 },
    });
    const edit = (text: string): string | undefined => {
      changes.edited(inbound(second, { author: ann, text }));
      return stores.inbox.get(`discord:${second}`)?.text;
    };
    const member = rules({ users: new Map([[ann.id, { role: 'member' as const }]]) });
    setPolicy({ sessions: new Map([[one, member]]) });
    expect(edit('by what the channel is now')).toBe('for session 2');
    setPolicy({ sessions: new Map([[two, member]]) });
    expect(edit('by who has it')).toBe('by who has it');
  });
});

describe('BX-06: a deleted message', () => {
  it.each(['queued', 'held'] as const)('that is %s is withdrawn', (state) => {
    const { changes, message, stores } = world(state);
    changes.deleted(channelOne, [second, first]);
    expect(message().state).toBe('withdrawn');
    expect(stores.inbox.next(one)).toBeUndefined();
  });

  it.each(['sending', 'uncertain'] as const)('that is %s is not sent again', (state) => {
    const { changes, message, stores } = world(state);
    changes.deleted(channelOne, [first]);
    expect(message().state).toBe(state);
    stores.inbox.move(`discord:${first}`, 'queued', 2);
    expect(message().state).toBe('withdrawn');
  });

  it.each(['steered', 'acknowledged', 'failed', 'withdrawn'] as const)('that is %s stays so', (state) => {
    const { changes, message } = world(state);
    changes.deleted(channelOne, [first]);
    expect(message().state).toBe(state);
  });

  it('is one of its own channel, and never something that came from the shell', () => {
    const { changes, message, stores } = world();
    const fromShell = { session: one, source: 'cli', channel: channelOne, authorName: 'cli', text: 'x' } as const;
    const rest = { messageId: undefined, authorId: undefined, sentAt: 1, receivedAt: 1 };
    stores.inbox.append({ ...fromShell, ...rest, id: 'cli:1' });
    changes.deleted(channelTwo, [first]);
    changes.deleted(channelOne, [second]);
    expect(message().state).toBe('queued');
    expect(stores.inbox.get('cli:1')?.state).toBe('queued');
  });
});

describe('an edit of a message that answers another one', () => {
  const quoted = (text: string): { readonly quotes: readonly Quote[] } => ({
    quotes: [{ kind: 'reply', author: 'Bob', text }],
  });

  /** A message that was stored with its quote. */
  function answering(state: 'queued' | 'sending' | 'acknowledged') {
    const all = world(state);
    all.stores.inbox.append({
      ...{ session: one, source: 'discord', channel: channelOne, authorId: owner.id, authorName: 'Olga' },
      ...{ id: `discord:${second}`, messageId: second, sentAt: 1, receivedAt: 1 },
      text: textOf(inbound(second, { text: 'yes', ...quoted('shall I?') })),
    });
    for (const step of wayTo[state]) all.stores.inbox.move(`discord:${second}`, step, 1);
    const text = (): string | undefined => all.stores.inbox.get(`discord:${second}`)?.text;
    return { ...all, text };
  }

  it('gives the agent both, as they are now', () => {
    const { changes, text } = answering('queued');
    changes.edited(inbound(second, { text: 'no', ...quoted('shall I go?') }));
    expect(text()).toBe('(in reply to Bob: "shall I go?")\nno');
  });

  it.each([
    ['changed', quoted('I am done.')],
    ['long now', quoted('many\nlines\n'.repeat(500))],
    ['gone', {}],
  ])('is none when only the other one is %s', (_, change) => {
    for (const state of ['queued', 'sending', 'acknowledged'] as const) {
      const { changes, text, stores } = answering(state);
      stores.turns.begin({ session: one, turn: 't', channel: channelOne, message: `discord:${second}`, startedAt: 1 });
      changes.edited(inbound(second, { text: 'yes', ...change }));
      expect(text()).toBe('(in reply to Bob: "shall I?")\nyes');
      expect(stores.inbox.amendment(`discord:${second}`)).toBeUndefined();
      expect(textsFor(stores, channelOne)).toEqual([]);
    }
  });

  it('that was taken back while it was being handed over counts', () => {
    const { changes, stores } = answering('sending');
    changes.edited(inbound(second, { text: 'no', ...quoted('shall I?') }));
    changes.edited(inbound(second, { text: 'yes', ...quoted('shall I?') }));
    stores.inbox.move(`discord:${second}`, 'queued', 2);
    expect(stores.inbox.get(`discord:${second}`)?.text).toBe('(in reply to Bob: "shall I?")\nyes');
  });
});

describe('MS-02: files of changed messages', () => {
  const id = `discord:${first}`;
  const files = ['a', 'b'].map((name) => ({
    id: name,
    name: `${name}.png`,
    size: 5,
    url: `https://files.example/${name}`,
  }));

  function withFiles(state: Parameters<typeof world>[0]) {
    const all = world(state);
    all.stores.files.add(id, files);
    all.stores.files.settle({ message: id, id: 'a' }, { state: 'stored', path: '/p/a', size: 5, sort: 'image' }, 2);
    return { ...all, left: () => all.stores.files.of(id).map((file) => file.id) };
  }

  it('those that their author takes off go, and the words stay', () => {
    const { changes, gone, left, stores } = withFiles('queued');
    changes.edited(inbound(first, { text: 'old', attachments: files.slice(1) }));
    expect([left(), gone, stores.inbox.get(id)?.text]).toEqual([['b'], ['/p/a'], 'old']);
    changes.edited(inbound(first, { text: 'new', attachments: [] }));
    expect([left(), gone, stores.inbox.get(id)?.text]).toEqual([[], ['/p/a'], 'new']);
  });

  it('an edit that says nothing of them changes nothing', () => {
    const { changes, gone, left, audited } = withFiles('queued');
    changes.edited(inbound(first, { text: 'old', attachments: files }));
    expect([left(), gone, audited]).toEqual([['a', 'b'], [], []]);
  });

  it('the words of a message with files can be taken away', () => {
    const { changes, stores } = withFiles('queued');
    changes.edited(inbound(first, { text: '', attachments: files }));
    expect(stores.inbox.get(id)?.text).toBe('');
  });

  it('an agent that may have them keeps them', () => {
    const { changes, gone, left } = withFiles('sending');
    changes.edited(inbound(first, { text: 'old', attachments: [] }));
    changes.deleted(channelOne, [first]);
    expect([left(), gone]).toEqual([['a', 'b'], []]);
  });

  it('nobody else takes them off', () => {
    const { changes, left } = withFiles('queued');
    changes.edited(inbound(first, { text: 'old', attachments: [], author: stranger }));
    expect(left()).toEqual(['a', 'b']);
  });

  it('go with a message that is deleted', () => {
    const { changes, gone, left } = withFiles('queued');
    changes.deleted(channelOne, [first]);
    expect([left(), gone]).toEqual([[], ['/p/a']]);
  });
});
