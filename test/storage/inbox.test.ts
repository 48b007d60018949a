import { describe, expect, it } from 'vitest';

import { canMoveInbox, inboxMoves, isSettled } from '../../src/model/message.ts';
import type { InboxState } from '../../src/model/message.ts';
import type { Inbox } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, channelB, message, one, two } from './records.ts';

const states = Object.keys(inboxMoves) as InboxState[];

/** The moves that bring a fresh message into a state; a held one begins as that. */
const wayTo: Readonly<Record<InboxState, readonly InboxState[]>> = {
  queued: [],
  sending: ['sending'],
  held: [],
  steered: ['sending', 'steered'],
  uncertain: ['sending', 'uncertain'],
  acknowledged: ['sending', 'acknowledged'],
  withdrawn: ['withdrawn'],
  failed: ['failed'],
};

function inboxWith(id: string, state: InboxState): Inbox {
  const { inbox } = openStores(':memory:');
  inbox.append(message(id), state === 'held' ? 'held' : 'queued');
  for (const step of wayTo[state]) inbox.move(id, step, 2_000);
  return inbox;
}

describe('inbox', () => {
  it('gives a message back as it was stored, queued', () => {
    const { inbox } = openStores(':memory:');
    const stored = message('m1', { text: 'hé\n`x` 🎉', channel: channelB });
    expect(inbox.append(stored)).toBe(true);
    expect(inbox.get('m1')).toEqual({ ...stored, state: 'queued' });
  });

  it('keeps a message without a chat message to react to', () => {
    const { inbox } = openStores(':memory:');
    inbox.append(message('m1', { messageId: undefined, source: 'cli' }));
    expect(inbox.get('m1')).toMatchObject({ messageId: undefined, source: 'cli' });
  });

  it('BX-01: stores a repeated id once, and changes nothing by the repetition', () => {
    const { inbox } = openStores(':memory:');
    inbox.append(message('m1', { text: 'first' }));
    inbox.move('m1', 'sending', 2_000);
    expect(inbox.append(message('m1', { text: 'second' }))).toBe(false);
    expect(inbox.get('m1')).toMatchObject({ text: 'first', state: 'sending' });
  });

  it('gives the oldest unsettled message of a session, by arrival and not by clock', () => {
    const { inbox } = openStores(':memory:');
    inbox.append(message('other', { session: two }));
    inbox.append(message('m1', { receivedAt: 9_000 }));
    inbox.append(message('m2', { receivedAt: 1 }));
    expect(inbox.next(one)?.id).toBe('m1');
    inbox.move('m1', 'sending', 2_000);
    expect(inbox.next(one)?.id).toBe('m2');
    inbox.move('m1', 'uncertain', 2_001);
    expect(inbox.next(one)).toMatchObject({ id: 'm1', state: 'uncertain' });
    inbox.move('m1', 'failed', 2_002);
    inbox.move('m2', 'withdrawn', 2_002);
    expect(inbox.next(one)).toBeUndefined();
    expect(inbox.next(two)?.id).toBe('other');
  });

  for (const from of states) {
    for (const to of states) {
      const allowed = canMoveInbox(from, to);
      it(`I3: ${from} → ${to} ${allowed ? 'is allowed' : 'throws and changes nothing'}`, () => {
        const inbox = inboxWith('m1', from);
        if (allowed) inbox.move('m1', to, 3_000);
        else expect(() => inbox.move('m1', to, 3_000)).toThrow(`m1 cannot go from ${from} to ${to}`);
        expect(inbox.get('m1')?.state).toBe(allowed ? to : from);
      });
    }
  }

  it('I3: nothing leads out of a settled state', () => {
    for (const from of states.filter(isSettled)) {
      expect(states.filter((to) => canMoveInbox(from, to))).toEqual([]);
    }
  });

  it('refuses to move a message that it does not have', () => {
    const { inbox } = openStores(':memory:');
    expect(() => inbox.move('nobody', 'sending', 1)).toThrow('nobody');
  });

  it('I4: after a crash what was being sent is uncertain, and nothing else is', () => {
    const { inbox } = openStores(':memory:');
    for (const id of ['a', 'b', 'c', 'd']) inbox.append(message(id));
    inbox.move('a', 'sending', 1);
    inbox.move('a', 'acknowledged', 1);
    inbox.move('b', 'sending', 1);
    inbox.move('c', 'sending', 1);
    expect(inbox.markUncertain('sending', 5)).toBe(2);
    expect(['a', 'b', 'c', 'd'].map((id) => inbox.get(id)?.state)).toEqual([
      'acknowledged',
      'uncertain',
      'uncertain',
      'queued',
    ]);
    expect(inbox.markUncertain('sending', 6)).toBe(0);
  });

  it('counts what is not settled, by session', () => {
    const { inbox } = openStores(':memory:');
    for (const id of ['a', 'b', 'c', 'd']) inbox.append(message(id));
    inbox.append(message('e', { session: two }));
    inbox.move('a', 'sending', 1);
    inbox.move('b', 'sending', 1);
    inbox.move('b', 'uncertain', 1);
    inbox.move('c', 'failed', 1);
    expect([inbox.countUnsettled(one), inbox.countUnsettled(two)]).toEqual([3, 1]);
  });

  it('I11: forgets settled messages by the time they were settled, and never an unsettled one', () => {
    const { inbox } = openStores(':memory:');
    for (const id of ['old', 'edge', 'sending', 'unsure']) inbox.append(message(id, { receivedAt: 1 }));
    inbox.append(message('waiting', { channel: channelB, receivedAt: 1 }));
    inbox.move('old', 'failed', 99);
    inbox.move('edge', 'withdrawn', 100);
    inbox.move('sending', 'sending', 2);
    inbox.move('unsure', 'sending', 2);
    inbox.move('unsure', 'uncertain', 2);
    expect(inbox.prune(100, 10)).toBe(1);
    expect(['old', 'edge', 'waiting', 'sending', 'unsure'].filter((id) => inbox.get(id))).toEqual([
      'edge',
      'waiting',
      'sending',
      'unsure',
    ]);
  });

  it('BX-01: a message that is held is not taken until it is let go', () => {
    const { inbox } = openStores(':memory:');
    inbox.append(message('old'), 'held');
    inbox.append(message('new'));
    expect(inbox.next(one)?.id).toBe('new');
    expect([inbox.countUnsettled(one), inbox.unsettled(one).map(({ id }) => id)]).toEqual([1, ['old', 'new']]);
    inbox.move('old', 'queued', 2_000);
    expect(inbox.next(one)?.id).toBe('old');
  });

  it('BX-06: follows the edits of a message until an agent is known to have it', () => {
    const { inbox } = openStores(':memory:');
    for (const id of ['a', 'b', 'd']) inbox.append(message(id));
    inbox.append(message('c'), 'held');
    inbox.move('b', 'sending', 2_000);
    for (const step of ['sending', 'acknowledged'] as const) inbox.move('d', step, 2_000);
    const outcomes = ['a', 'b', 'c', 'd', 'unknown'].map((id) => inbox.edit(id, 'changed', 2_001));
    expect(outcomes).toEqual(['edited', 'noted', 'edited', 'too-late', 'too-late']);
    expect(['a', 'b'].map((id) => inbox.edit(id, 'changed', 2_002))).toEqual(['unchanged', 'unchanged']);
    expect(['a', 'b', 'c', 'd'].map((id) => inbox.get(id)?.text)).toEqual([
      'changed',
      'text of b',
      'changed',
      'text of d',
    ]);
    expect(['a', 'b'].map((id) => inbox.amendment(id))).toEqual([undefined, 'changed']);
  });

  it('BX-06: what was edited while it was handed over has its new text as soon as no agent can have the old one', () => {
    const inbox = inboxWith('m1', 'sending');
    inbox.edit('m1', 'changed', 2_001);
    inbox.move('m1', 'uncertain', 2_002);
    expect(inbox.edit('m1', 'changed again', 2_003)).toBe('noted');
    expect(inbox.get('m1')?.text).toBe('text of m1');
    inbox.move('m1', 'queued', 2_004);
    expect(inbox.get('m1')).toMatchObject({ text: 'changed again', state: 'queued' });
    inbox.move('m1', 'sending', 2_005);
    expect(inbox.amendment('m1')).toBeUndefined();
  });

  it.each(['queued', 'held'] as const)('BX-06: a deleted message that is %s is withdrawn', (state) => {
    const inbox = inboxWith('m1', state);
    expect(inbox.takeBack('m1', 2_001)).toBe(true);
    expect(inbox.get('m1')?.state).toBe('withdrawn');
    expect(inbox.takeBack('m1', 2_002)).toBe(false);
  });

  it.each(['sending', 'uncertain'] as const)(
    'BX-06: a deleted message that is %s is withdrawn as soon as no agent can have it',
    (state) => {
      const inbox = inboxWith('m1', state);
      expect([inbox.takeBack('m1', 2_001), inbox.takeBack('m1', 2_002)]).toEqual([true, false]);
      expect(inbox.get('m1')?.state).toBe(state);
      inbox.move('m1', 'queued', 2_003);
      expect(inbox.get('m1')?.state).toBe('withdrawn');
      expect(inbox.next(one)).toBeUndefined();
    },
  );

  it.each(['steered', 'acknowledged', 'failed'] as const)('a deleted message that is %s stays so', (state) => {
    const inbox = inboxWith('m1', state);
    expect(inbox.takeBack('m1', 2_001)).toBe(false);
    expect(inbox.get('m1')?.state).toBe(state);
  });

  it('lists what an author may still change, by channel', () => {
    const { inbox } = openStores(':memory:');
    for (const id of ['a', 'b', 'c', 'e']) inbox.append(message(id));
    inbox.append(message('elsewhere', { channel: channelB }));
    inbox.append(message('d'), 'held');
    inbox.move('a', 'sending', 2_000);
    inbox.move('b', 'withdrawn', 2_000);
    for (const step of ['sending', 'steered'] as const) inbox.move('e', step, 2_000);
    expect(inbox.changeable(channelA).map(({ id }) => id)).toEqual(['a', 'c', 'd']);
  });

  it('I4: what lay in the queue of an agent that is gone is uncertain, of that session only', () => {
    const { inbox } = openStores(':memory:');
    inbox.append(message('a'));
    inbox.append(message('b', { session: two }));
    for (const id of ['a', 'b']) {
      inbox.move(id, 'sending', 1);
      inbox.move(id, 'steered', 1);
    }
    expect(inbox.markUncertain('steered', 5, one)).toBe(1);
    expect([inbox.get('a')?.state, inbox.get('b')?.state]).toEqual(['uncertain', 'steered']);
  });
});
