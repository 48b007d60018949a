import { describe, expect, it } from 'vitest';

import { ReplyCollector } from '../../../src/bridge/replies/reply-collector.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { asks, atDesk, ended, started, text, words, world } from '../support/collector-world.ts';
import { channelOne, channelTwo, elsewhere, one } from '../support/messages.ts';
import { postTexts, reactionsFor, textsFor } from '../support/outbox.ts';
import { replacing } from '../support/replacing.ts';

describe('a turn', () => {
  it('BX-03: the agent started it: the message is acknowledged and shows ⚙️', () => {
    const { told, sending, stores } = world();
    sending('m1');
    told(started('t1', 'm1'));
    expect(stores.inbox.get('m1')?.state).toBe('acknowledged');
    expect(stores.turns.byMessage('m1')).toMatchObject({ turn: 't1', channel: channelOne });
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 delivered']);
  });

  it('BX-04: what the agent says is heard where the message came from, in order, without a call of dp', () => {
    const { told, sending, said } = world();
    sending('m1', elsewhere);
    told(started('t1', 'm1'), text('t1', 'a', 'first'), text('t1', 'b', 'second'), ended('t1'));
    expect(said(elsewhere)).toEqual(['first', 'second']);
    expect(said(channelOne)).toEqual([]);
  });

  it('BX-06: what somebody took out of the agent’s queue has failed, once, and its author is told', () => {
    const { told, sending, stores } = world();
    sending('m1');
    stores.inbox.move('m1', 'steered', 1);
    told({ kind: 'message-returned', message: 'm1' }, { kind: 'message-returned', message: 'm1' });
    expect(stores.inbox.get('m1')?.state).toBe('failed');
    expect(textsFor(stores, channelOne)).toMatchObject([{ text: words.takenBackAtDesk() }]);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed']);
  });

  it('✅ waits until the last text is posted', () => {
    const { told, sending, stores } = world();
    sending('m1');
    told(started('t1', 'm1'), text('t1', 'a', 'first'), text('t1', 'b', 'second'), ended('t1'));
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 delivered']);
    const [first, second] = stores.outbox.pending(channelOne, 'text');
    stores.outbox.settle(first!.key, 'posted', 1);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 delivered']);
    stores.outbox.settle(second!.key, 'posted', 1);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered']);
  });

  it('✅ comes at once when everything is posted already, or nothing was said', () => {
    const { told, sending, stores } = world();
    sending('m1');
    told(started('t1', 'm1'), text('t1', 'a', 'first'));
    postTexts(stores, channelOne);
    told(ended('t1'));
    sending('m2');
    told(started('t2', 'm2'), ended('t2'));
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered', 'chat-m2 answered']);
  });

  for (const [outcome, reason, expected] of [
    ['interrupted', undefined, words.turnInterrupted()],
    ['failed', 'overloaded', words.turnFailed('overloaded')],
    ['failed', undefined, words.turnFailed(undefined)],
    ['lost', undefined, words.turnLost()],
  ] as const) {
    it(`${outcome}${reason ? ' with a reason' : ''}: ❌ at once, and a reply that says why`, () => {
      const { told, sending, stores } = world();
      sending('m1');
      told(started('t1', 'm1'), text('t1', 'a', 'so far'), ended('t1', outcome, reason));
      expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed']);
      expect(textsFor(stores, channelOne)).toEqual([
        { kind: 'text', text: 'so far' },
        { kind: 'text', text: expected, replyTo: 'chat-m1' },
      ]);
    });
  }

  it('ends once: what is told of its end afterwards is ignored', () => {
    const { told, sending, stores, said } = world();
    sending('m1');
    told(started('t1', 'm1'), ended('t1'), ended('t1', 'failed', 'late'));
    expect(stores.turns.get(one, 't1')?.outcome).toBe('completed');
    expect(said()).toEqual([]);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered']);
  });

  it('a text that comes after its end is heard all the same', () => {
    const { told, sending, said } = world();
    sending('m1', elsewhere);
    told(started('t1', 'm1'), ended('t1'), text('t1', 'a', 'late'));
    expect(said(elsewhere)).toEqual(['late']);
  });

  it('BX-04: a text of a turn that nobody announced is heard', () => {
    const { told, said } = world();
    told(text('t9', 'a', 'hello?'), ended('t9', 'failed', 'x'));
    expect(said()).toEqual(['hello?', words.turnFailed('x')]);
  });

  it('what the agent goes on with by itself is heard where the last turn was', () => {
    const { told, sending, said } = world();
    sending('m1', elsewhere);
    told(started('t1', 'm1'), ended('t1'));
    told({ kind: 'turn-started', turn: 't2', by: 'agent' }, text('t2', 'a', 'my task is done'));
    expect(said(elsewhere)).toEqual(['my task is done']);
  });

  it('empty texts are not said', () => {
    const { told, said } = world();
    told(text('t1', 'a', ' \n\t '));
    expect(said()).toEqual([]);
  });

  it('a session without a channel says nothing, and nothing breaks', () => {
    const { told, channels, stores } = world();
    channels.clear();
    told(atDesk('t1'), text('t1', 'a', 'x'), asks('p1', 't1'), ended('t1'), {
      kind: 'notice',
      key: 'n',
      notice: { kind: 'needs-login' },
    });
    expect(stores.outbox.lanes()).toEqual([]);
    expect(stores.prompts.listOpen(one).map(({ id }) => id)).toEqual(['p1']);
  });
});

describe('the desk', () => {
  it('what is typed there is shown in the channel as theirs, with its answer', () => {
    const { told, said, stores } = world();
    told(atDesk('t1', '\ndo it'), text('t1', 'a', 'done'), ended('t1'));
    expect(said()).toEqual([words.typedAtDesk('do it'), 'done']);
    expect(reactionsFor(stores, channelOne)).toEqual([]);
  });

  it("goes to the session's own channel, also after a turn from elsewhere", () => {
    const { told, sending, said } = world();
    sending('m1', elsewhere);
    told(started('t1', 'm1'), ended('t1'), atDesk('t2', 'now here'), text('t2', 'a', 'yes'));
    expect(said()).toEqual([words.typedAtDesk('now here'), 'yes']);
  });

  it('a failure is said without a reply', () => {
    const { told, stores } = world();
    told(atDesk('t1'), ended('t1', 'interrupted'));
    expect(textsFor(stores, channelOne).at(-1)).toEqual({ kind: 'text', text: words.turnInterrupted() });
  });

  it('a long text is shortened', () => {
    const { told, said } = world();
    told(atDesk('t1', 'y'.repeat(10_000)));
    expect(said()[0]?.length).toBeLessThan(1_700);
    expect(said()[0]).toContain('10000');
  });
});

describe('told again', () => {
  it('I5: every event changes things once', () => {
    const { told, sending, stores, said } = world();
    sending('m1');
    const events: readonly AgentEvent[] = [
      started('t1', 'm1'),
      text('t1', 'a', 'said'),
      asks('p1', 't1'),
      { kind: 'prompt-closed', id: 'p1', by: 'desk' },
      { kind: 'notice', key: 'n1', notice: { kind: 'needs-login' } },
      ended('t1', 'failed', 'x'),
      atDesk('t2'),
      ended('t2', 'interrupted'),
    ];
    told(...events);
    const once = [said(), reactionsFor(stores, channelOne)];
    for (const event of events) told(event, event);
    told(...events);
    expect([said(), reactionsFor(stores, channelOne)]).toEqual(once);
    expect(stores.prompts.get('p1')?.state).toBe('overtaken');
  });

  it('I5: nothing is said again after it was posted, not even after a restart of the bridge', () => {
    const { told, sending, stores, said, clock, log } = world();
    sending('m1');
    told(started('t1', 'm1'), text('t1', 'a', 'said'), ended('t1'));
    postTexts(stores, channelOne);
    const next = new ReplyCollector({
      stores,
      words,
      clock,
      log,
      channelOf: () => channelOne,
      onOutbox: () => undefined,
    });
    next.collect(one, 1, started('t1', 'm1'));
    next.collect(one, 1, text('t1', 'a', 'said'));
    next.collect(one, 1, ended('t1'));
    expect(said()).toEqual([]);
  });

  it('I5: an event that cannot be stored wholly is not stored at all, and its teller hears of it', () => {
    const { sending, stores, clock, log } = world();
    sending('m1');
    const failing = {
      ...stores,
      outbox: replacing(stores.outbox, {
        append: () => {
          throw new Error('disk full');
        },
      }),
    };
    const collector = new ReplyCollector({
      stores: failing,
      words,
      clock,
      log,
      channelOf: () => channelOne,
      onOutbox: () => undefined,
    });
    expect(() => {
      collector.collect(one, 1, started('t1', 'm1'));
    }).toThrow('disk full');
    expect(stores.inbox.get('m1')?.state).toBe('sending');
    expect(stores.turns.get(one, 't1')).toBeUndefined();
    expect(() => {
      collector.collect(one, 1, text('t2', 'a', 'x'));
    }).toThrow('disk full');
    expect(stores.turns.get(one, 't2')).toBeUndefined();
  });

  it('I1: nobody is sent to the outbox before it is on disk', () => {
    const { told, sending, collector, kicks } = world();
    sending('m1');
    sending('m2');
    told(started('t1', 'm1'), text('t1', 'a', 'x'), asks('p1', 't1'), ended('t1'));
    collector.acknowledge('m2', 't2');
    collector.agentEnded(one);
    collector.announce(one, 'k', 'x');
    expect(kicks.length).toBeGreaterThan(0);
    expect(kicks).not.toContain(true);
  });
});

describe('dp within a turn', () => {
  function talk() {
    const all = world();
    all.sending('m1');
    all.told(started('t1', 'm1'));
    let count = 0;
    /** What Bridge.post does for the agent's own dp; returns whether it is shown. */
    const dp = (content: string, channel: ChannelId = channelOne): boolean =>
      all.collector.claimPosted(one, channel, `post:${count++}`, content);
    return { ...all, dp };
  }

  it('BX-04: the same words are heard once, dp first', () => {
    const { told, dp, said } = talk();
    expect(dp('All done.')).toBe(true);
    told(text('t1', 'a', 'All done.'));
    expect(said()).toEqual([]);
  });

  it('BX-04: the same words are heard once, the text first', () => {
    const { told, dp, said } = talk();
    told(text('t1', 'a', 'All done.'));
    expect(dp('All done.')).toBe(false);
    expect(said()).toEqual(['All done.']);
  });

  it('BX-04: white space makes no other words', () => {
    const { told, dp, said } = talk();
    told(text('t1', 'a', 'All done.\n\n- one'));
    expect(dp('  All  done. - one\n')).toBe(false);
    expect(said()).toHaveLength(1);
  });

  it('BX-04: other words are both heard', () => {
    const { told, dp, said } = talk();
    expect(dp('Half done.')).toBe(true);
    told(text('t1', 'a', 'All done.'));
    expect(said()).toEqual(['All done.']);
  });

  it('BX-04: said twice by dp is heard twice', () => {
    const { dp } = talk();
    expect([dp('tick'), dp('tick')]).toEqual([true, true]);
  });

  it('BX-04: across turns nothing is ever kept back', () => {
    const { told, dp, said, sending } = talk();
    expect(dp('All done.')).toBe(true);
    told(ended('t1'));
    sending('m2');
    told(started('t2', 'm2'), text('t2', 'a', 'All done.'));
    expect(said()).toEqual(['All done.']);
    told(ended('t2'));
    expect(dp('All done.')).toBe(true);
  });

  it("a dp into another channel than the turn's is always shown, and keeps nothing back", () => {
    const { told, dp, said } = talk();
    expect(dp('All done.', channelTwo)).toBe(true);
    told(text('t1', 'a', 'All done.'));
    expect(said()).toEqual(['All done.']);
  });

  it('without a turn everything is shown', () => {
    const { collector } = world();
    expect(collector.claimPosted(one, channelOne, 'k1', 'x')).toBe(true);
    expect(collector.claimPosted(one, channelOne, 'k2', 'x')).toBe(true);
  });
});
