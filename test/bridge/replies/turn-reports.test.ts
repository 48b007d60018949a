import { describe, expect, it } from 'vitest';

import { ended, started, text, words, world } from '../support/collector-world.ts';
import type { World } from '../support/collector-world.ts';
import { channelOne, channelTwo, elsewhere, one } from '../support/messages.ts';
import { postTexts, reactionsFor, textsFor } from '../support/outbox.ts';

const taken = (turn: string, message: string) => ({ kind: 'message-taken', turn, message }) as const;

describe('BX-06: a turn that took several messages', () => {
  function busy() {
    const now = world();
    now.sending('m1');
    now.told(started('t1', 'm1'));
    for (const id of ['m2', 'm3']) {
      now.sending(id);
      now.stores.inbox.move(id, 'steered', 1);
    }
    now.told(taken('t1', 'm2'), taken('t1', 'm3'));
    return now;
  }

  it('each is acknowledged when it is taken in', () => {
    const { stores } = busy();
    expect(['m1', 'm2', 'm3'].map((id) => stores.inbox.get(id)?.state)).toEqual(
      Array.from({ length: 3 }, () => 'acknowledged'),
    );
    expect(stores.turns.messagesOf(one, 't1')).toEqual(['m1', 'm2', 'm3']);
  });

  it('each shows that it was answered, after the answer', () => {
    const { told, stores } = busy();
    told(text('t1', 'a', 'the answer'), ended('t1'));
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 delivered', 'chat-m2 delivered', 'chat-m3 delivered']);
    postTexts(stores, channelOne);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered', 'chat-m2 answered', 'chat-m3 answered']);
  });

  for (const [outcome, tell] of [
    ['interrupted', words.turnInterrupted()],
    ['failed', words.turnFailed('why')],
    ['rate-limited', words.turnRateLimited('why')],
    ['lost', words.turnLost()],
  ] as const) {
    it(`${outcome}: each shows ❌ and is told exactly that, once`, () => {
      const { told, stores } = busy();
      const end = { kind: 'turn-ended', turn: 't1', outcome, reason: 'why' } as const;
      told(end, end);
      expect(stores.turns.get(one, 't1')?.outcome).toBe(outcome);
      expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed', 'chat-m2 failed', 'chat-m3 failed']);
      expect(textsFor(stores, channelOne)).toEqual(
        ['chat-m1', 'chat-m2', 'chat-m3'].map((replyTo) => ({ kind: 'text', text: tell, replyTo })),
      );
    });
  }

  it('the end of the agent is told to each in the words of its cause', () => {
    const { collector, stores } = busy();
    collector.agentEnded(one, words.turnEndedAtDesk());
    expect(textsFor(stores, channelOne).map(({ text: said }) => said)).toEqual(
      Array.from({ length: 3 }, () => words.turnEndedAtDesk()),
    );
    expect(reactionsFor(stores, channelOne)).toHaveLength(3);
  });

  it('one that is told to be taken in only after the end shares the outcome all the same, once', () => {
    const { told, stores, sending } = busy();
    told(ended('t1', 'interrupted'));
    postTexts(stores, channelOne);
    sending('m4', elsewhere);
    told(taken('t1', 'm4'), taken('t1', 'm4'));
    expect(reactionsFor(stores, elsewhere)).toEqual(['chat-m4 failed']);
    expect(textsFor(stores, elsewhere)).toEqual([{ kind: 'text', text: words.turnInterrupted(), replyTo: 'chat-m4' }]);
    expect(textsFor(stores, channelOne)).toEqual([]);
  });
});

describe('I3: a turn that was heard of before its message', () => {
  it('is that of the message from then on: it gets the outcome', () => {
    const { told, sending, stores } = world();
    sending('m1');
    told(text('t1', 'a', 'the answer'), started('t1', 'm1'), ended('t1'));
    postTexts(stores, channelOne);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered']);
  });

  it('a message that is found in a turn that was lost meanwhile is told so', () => {
    const { told, sending, stores, collector } = world();
    sending('m1');
    sending('m2');
    told(started('t1', 'm1'), ended('t1', 'lost'));
    postTexts(stores, channelOne);
    stores.inbox.move('m2', 'uncertain', 1);
    collector.acknowledge('m2', 't1', { lookUp: 'the agent has it' });
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed', 'chat-m2 failed']);
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: words.turnLost(), replyTo: 'chat-m2' }]);
  });
});

describe('BX-06: a message that is edited while it is handed over', () => {
  const confirmations = {
    'is confirmed': ({ collector }: World) => {
      collector.acknowledge('a', 't1');
    },
    "lies in the agent's own queue": ({ collector }: World) => {
      collector.queuedAtAgent('a', {});
    },
    'is found in a turn': ({ told }: World) => {
      told(started('t1', 'a'));
    },
  };
  it.each(Object.entries(confirmations))(
    'and then %s: its author hears once that this came too late',
    (_how, confirm) => {
      const it = world();
      it.sending('a');
      it.stores.inbox.edit('a', 'something else', it.clock.now());
      expect(it.said()).toEqual([]);
      confirm(it);
      confirm(it);
      expect(it.said()).toEqual([words.editedTooLate()]);
    },
  );

  it('and back again, or deleted, is the end of it', () => {
    const { collector, stores, clock, sending, said } = world();
    for (const id of ['a', 'b']) {
      sending(id);
      stores.inbox.edit(id, 'something else', clock.now());
    }
    stores.inbox.edit('a', 'hello', clock.now());
    stores.inbox.takeBack('b', clock.now());
    collector.acknowledge('a', 't1');
    collector.acknowledge('b', 't2');
    expect(said()).toEqual([]);
  });
});

describe('reactions', () => {
  it('a later one makes an earlier one that still waits needless', () => {
    const { told, sending, stores } = world();
    sending('m1');
    told(started('t1', 'm1'), ended('t1'));
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered']);
    expect(stores.outbox.get('reaction:delivered:m1')?.state).toBe('dropped');
  });

  it('what has come to its end shows no earlier step any more', () => {
    const { collector, sending, stores } = world();
    sending('m1');
    collector.reject('m1', 'because');
    collector.acknowledge('m1', undefined);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed']);
  });

  it('an answer to a message that was given up is the truth', () => {
    const { collector, told, sending, stores } = world();
    sending('m1');
    collector.reject('m1', 'because');
    told(started('t1', 'm1'), ended('t1'));
    postTexts(stores, channelOne);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 answered']);
  });

  it('an answer that the chat refuses shows ❌, not ✅', () => {
    const { told, sending, stores, clock } = world();
    sending('m1');
    told(started('t1', 'm1'), text('t1', 'a', 'the answer'), ended('t1'));
    const [answer] = stores.outbox.pending(channelOne, 'text');
    stores.outbox.settle(answer!.key, 'failed', clock.now());
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed']);
  });
});

describe('what belongs to a message', () => {
  it('says so: texts, outcome and reactions are in its trace', () => {
    const { told, sending, stores } = world();
    sending('m1');
    told(
      started('t1', 'm1'),
      text('t1', 'a', 'the answer'),
      { kind: 'notice', key: 'n', notice: { kind: 'retrying', detail: 'attempt 1' } },
      ended('t1', 'failed', 'why'),
    );
    const added = stores.traces.of('m1').filter(({ event }) => event === 'outbox:new');
    expect(added.map(({ detail }) => detail['key'])).toEqual([
      'reaction:delivered:m1',
      'text:1:a',
      'retrying:1:1:t1',
      'turn:1:t1',
      'reaction:failed:m1',
    ]);
    for (const item of stores.outbox.pending(channelOne)) expect(item.message).toBe('m1');
  });

  it('what a session posts while it works on it belongs to it as well', () => {
    const { told, sending, collector } = world();
    sending('m1');
    expect(collector.messageInWork(one, channelOne)).toBeUndefined();
    told(started('t1', 'm1'));
    expect(collector.messageInWork(one, channelOne)).toBe('m1');
    expect(collector.messageInWork(one, channelTwo)).toBeUndefined();
    told(ended('t1'));
    expect(collector.messageInWork(one, channelOne)).toBeUndefined();
  });
});

describe('an agent that tries again', () => {
  const retrying = (key: string, detail: string) =>
    ({ kind: 'notice', key, notice: { kind: 'retrying', detail } }) as const;
  const line = (detail: string): string => words.notice({ kind: 'retrying', detail }, one);

  it('is one line in a turn, that changes', () => {
    const { told, sending, stores, said } = world();
    sending('m1', elsewhere);
    told(started('t1', 'm1'), retrying('r1', 'attempt 1'), retrying('r2', 'attempt 2'), retrying('r3', 'attempt 3'));
    expect(said(elsewhere)).toEqual([line('attempt 1')]);
    expect(stores.outbox.pending(elsewhere, 'edit').map(({ content }) => content)).toEqual([
      { kind: 'edit', of: 'retrying:1:1:t1', text: line('attempt 3') },
    ]);
  });

  it('told again changes nothing; another turn has a line of its own', () => {
    const { told, sending, stores, said } = world();
    sending('m1');
    sending('m2');
    told(started('t1', 'm1'), retrying('r1', 'attempt 1'), retrying('r1', 'attempt 1'));
    expect(stores.outbox.pending(channelOne, 'edit')).toEqual([]);
    told(ended('t1'), started('t2', 'm2'), retrying('r2', 'attempt 1'));
    expect(said()).toEqual([line('attempt 1'), line('attempt 1')]);
  });

  it('outside of any turn is said each time', () => {
    const { told, said } = world();
    told(retrying('r1', 'attempt 1'), retrying('r2', 'attempt 2'));
    expect(said()).toEqual([line('attempt 1'), line('attempt 2')]);
  });
});
