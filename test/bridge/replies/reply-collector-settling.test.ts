import { describe, expect, it } from 'vitest';

import type { InboxState } from '../../../src/model/message.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { asks, atDesk, ended, started, text, words, world } from '../support/collector-world.ts';
import { channelOne, channelTwo, elsewhere, one, two } from '../support/messages.ts';
import { postTexts, reactionsFor, textsFor } from '../support/outbox.ts';

describe('settling messages', () => {
  for (const state of ['queued', 'sending', 'uncertain'] as const) {
    it(`I4: a confirmation settles a message that is ${state}`, () => {
      const { collector, stores, sending } = world();
      sending('m1');
      if (state !== 'sending') stores.inbox.move('m1', state, 1);
      collector.acknowledge('m1', 't1');
      expect(stores.inbox.get('m1')?.state).toBe('acknowledged');
      expect(stores.turns.byMessage('m1')?.turn).toBe('t1');
    });
  }

  it('I4: a confirmation after it was given up is no error: the answer still counts', () => {
    const { collector, stores, sending, told, said } = world();
    sending('m1', elsewhere);
    collector.reject('m1', 'gave up');
    told(started('t1', 'm1'), text('t1', 'a', 'the answer'));
    expect(stores.inbox.get('m1')?.state).toBe('failed');
    expect(said(elsewhere)).toEqual(['gave up', 'the answer']);
  });

  it('is harmless to repeat, and without a turn begins none', () => {
    const { collector, stores, sending } = world();
    sending('m1');
    collector.acknowledge('m1', undefined);
    collector.acknowledge('m1', undefined);
    collector.acknowledge('unknown', 't1');
    expect(stores.turns.byMessage('m1')).toBeUndefined();
    expect(stores.turns.get(one, 't1')).toBeUndefined();
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 delivered']);
  });

  it('I3: a rejected message is settled, shows ❌ and says why', () => {
    const { collector, stores, sending } = world();
    sending('m1');
    collector.reject('m1', 'because');
    expect(stores.inbox.get('m1')?.state).toBe('failed');
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed']);
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: 'because', replyTo: 'chat-m1' }]);
  });

  it('I3: what waits for a session that is gone is settled, every one', () => {
    const { collector, stores, sending } = world();
    const states: readonly InboxState[] = ['queued', 'uncertain', 'queued'];
    for (const [index, state] of states.entries()) {
      sending(`m${index}`);
      stores.inbox.move(`m${index}`, state, 1);
    }
    collector.rejectWaiting(one, 'gone');
    expect(stores.inbox.countUnsettled(one)).toBe(0);
    expect(textsFor(stores, channelOne).map(({ replyTo }) => replyTo)).toEqual(['chat-m0', 'chat-m1', 'chat-m2']);
  });

  it('a message from the shell has nothing to react to; its failure is said in the channel', () => {
    const { collector, stores, told } = world();
    const cli = {
      session: one,
      source: 'cli',
      channel: channelOne,
      messageId: undefined,
      authorId: undefined,
      sentAt: 1,
      receivedAt: 1,
    } as const;
    stores.inbox.append({ ...cli, id: 'c1', authorName: 'cli', text: 'x' });
    told(started('t1', 'c1'), ended('t1', 'failed', 'y'));
    expect(reactionsFor(stores, channelOne)).toEqual([]);
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: words.turnFailed('y') }]);
    stores.inbox.append({ ...cli, id: 'c2', authorName: 'cli', text: 'x' });
    collector.reject('c2', 'because');
    expect(textsFor(stores, channelOne).at(-1)).toEqual({ kind: 'text', text: 'because' });
  });
});

describe('the end of an agent', () => {
  it('its open turns are lost, its prompts void; others are left alone', () => {
    const { collector, told, sending, stores, said } = world();
    sending('m1');
    told(started('t1', 'm1'), asks('p1', 't1'));
    collector.collect(two, 1, asks('p2'));
    collector.collect(two, 1, atDesk('t2'));
    postTexts(stores, channelOne);
    collector.agentEnded(one);
    expect(stores.turns.get(one, 't1')?.outcome).toBe('lost');
    expect(said()).toEqual([words.turnLost()]);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 failed']);
    expect([stores.prompts.get('p1')?.state, stores.prompts.get('p2')?.state]).toEqual(['overtaken', 'open']);
    expect(stores.turns.current(two)?.turn).toBe('t2');
    collector.agentEnded(one);
    expect(said()).toEqual([words.turnLost()]);
  });
});

describe('prompts', () => {
  it('BX-05: an open one is stored with its generation and told where the turn is', () => {
    const { collector, told, sending, stores, said, clock } = world();
    sending('m1', elsewhere);
    told(started('t1', 'm1'));
    collector.collect(one, 7, asks('p1', 't1'));
    expect(stores.prompts.get('p1')).toMatchObject({ session: one, generation: 7, state: 'open', since: clock.now() });
    expect(said(elsewhere)).toEqual([expect.stringContaining('**Write**')]);
  });

  it('one without a turn is told where the last turn was', () => {
    const { told, sending, said } = world();
    told(asks('p1'));
    expect(said()).toHaveLength(1);
    sending('m1', elsewhere);
    told(started('t1', 'm1'), asks('p2'));
    expect(said(elsewhere)).toHaveLength(1);
  });

  for (const [by, state, expected] of [
    ['bridge', 'applied', 'applied.'],
    ['desk', 'overtaken', 'Decided at the terminal'],
    ['expired', 'expired', 'Expired'],
    ['agent-ended', 'overtaken', 'agent ended'],
  ] as const) {
    it(`BX-05: closed by ${by}: ${state}, and its card says so`, () => {
      const { told, stores, said } = world();
      told(asks('p1'));
      if (by === 'bridge') stores.prompts.claimAnswer('p1', { behavior: 'allow' }, 1, { from: 'shell', name: 'cli' });
      postTexts(stores, channelOne);
      told({ kind: 'prompt-closed', id: 'p1', by });
      told({ kind: 'prompt-closed', id: 'p1', by });
      expect(stores.prompts.get('p1')?.state).toBe(state);
      const edits = stores.outbox.pending(channelOne, 'edit').map(({ content }) => content);
      expect(edits).toEqual([
        { kind: 'edit', of: 'prompt:p1', text: expect.stringContaining(expected) as string, controls: [] },
      ]);
      // Nobody looks at a card that has scrolled away: that time ran out is said.
      expect(said()).toHaveLength(by === 'expired' ? 1 : 0);
    });
  }

  it('BX-05: an agent that ends takes what it asked along, and every card says so', () => {
    const { told, stores, collector } = world();
    told(asks('p1'), asks('p2'));
    postTexts(stores, channelOne);
    collector.agentEnded(one);
    const edits = stores.outbox.pending(channelOne, 'edit').map(({ content }) => content);
    expect(edits.map((edit) => edit.kind === 'edit' && edit.of)).toEqual(['prompt:p1', 'prompt:p2']);
  });

  it('the close of an unknown one is nothing', () => {
    const { told, said } = world();
    told({ kind: 'prompt-closed', id: 'p9', by: 'desk' });
    expect(said()).toEqual([]);
  });
});

describe('notices and announcements', () => {
  it('a notice is said once for each generation', () => {
    const { collector, said } = world();
    const notice = { kind: 'notice', key: 'login', notice: { kind: 'needs-login' } } as const;
    collector.collect(one, 1, notice);
    collector.collect(one, 1, notice);
    collector.collect(one, 2, notice);
    expect(said()).toEqual([words.notice({ kind: 'needs-login' }, one), words.notice({ kind: 'needs-login' }, one)]);
  });

  it('an announcement is said once per key, in the channel of the session', () => {
    const { collector, said } = world();
    collector.announce(two, 'k', 'hello');
    collector.announce(two, 'k', 'hello');
    collector.announce(99 as SessionNumber, 'k2', 'to nobody');
    expect(said(channelTwo)).toEqual(['hello']);
    expect(said()).toEqual([]);
  });

  it('what belongs to the life of a session says nothing here', () => {
    const { told, stores } = world();
    told(
      { kind: 'state', state: { activity: 'idle', waitingFor: null, source: 'hook', since: 1 } },
      { kind: 'died', exitCode: 1, lastLines: 'bye', asked: false },
    );
    expect(stores.outbox.lanes()).toEqual([]);
  });
});
