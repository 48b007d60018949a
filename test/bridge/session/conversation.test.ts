import { describe, expect, it, vi } from 'vitest';

import { describeError } from '../../../src/base/errors.ts';
import { words } from '../support/collector-world.ts';
import { world } from '../support/conversation-world.ts';
import { deliveryError, stateOf } from '../support/hand-driver.ts';
import { gate } from '../support/hand-transport.ts';
import { channelOne, one, two } from '../support/messages.ts';
import { reactionsFor, textsFor } from '../support/outbox.ts';
import { replacing } from '../support/replacing.ts';

describe('delivering', () => {
  it('hands the oldest message over as it was stored, and settles it', async () => {
    const { queue, wake, agent, state } = world();
    queue('m1');
    await wake();
    expect(agent.delivered).toEqual([{ message: 'm1', text: 'text of m1', source: 'discord', authorName: 'Olga' }]);
    expect(state('m1')).toBe('acknowledged');
  });

  it('I2: one at a time, in order: the next one waits until the agent is idle again', async () => {
    const { queue, wake, agent, delivered } = world();
    for (const id of ['m1', 'm2', 'm3']) queue(id);
    await wake();
    await wake();
    expect(delivered()).toEqual(['m1']);
    agent.finish('m1', 'one');
    await wake();
    expect(delivered()).toEqual(['m1', 'm2']);
    agent.finish('m2', 'two');
    await wake();
    expect(delivered()).toEqual(['m1', 'm2', 'm3']);
  });

  it('I1: the message is marked as being sent, on disk, before the agent gets it', async () => {
    const { queue, wake, agent, state } = world();
    const seen: unknown[] = [];
    agent.beforeConfirm = () => {
      seen.push(state('m1'));
    };
    queue('m1');
    await wake();
    expect(seen).toEqual(['sending']);
  });

  it('I4: the agent gets nothing before it is flushed that it may have it', async () => {
    const flushing = gate();
    const { queue, wake, delivered, state } = world((stores) => ({ ...stores, flushed: () => flushing.passed }));
    queue('m1');
    await wake();
    expect([state('m1'), delivered()]).toEqual(['sending', []]);
    flushing.open();
    await wake();
    expect([state('m1'), delivered()]).toEqual(['acknowledged', ['m1']]);
  });

  it('I4: what cannot be flushed is not handed over, and waits until it can, however long that takes', async () => {
    const disk = { isBroken: true };
    const { queue, wake, delivered, state, clock } = world((stores) => ({
      ...stores,
      flushed: () => (disk.isBroken ? Promise.reject(new Error('the disk is broken')) : stores.flushed()),
    }));
    queue('m1');
    await wake();
    await clock.advance(10_000);
    expect([state('m1'), delivered()]).toEqual(['queued', []]);
    disk.isBroken = false;
    await clock.advance(1_000);
    expect([state('m1'), delivered()]).toEqual(['acknowledged', ['m1']]);
  });

  it('I2: nothing more is handed over while one is under way, however often it is woken', async () => {
    const { queue, wake, agent, delivered } = world();
    const confirming = gate();
    agent.beforeConfirm = () => confirming.passed;
    queue('m1');
    queue('m2');
    await wake();
    await wake();
    expect(delivered()).toEqual(['m1']);
    confirming.open();
    await wake();
    expect(delivered()).toEqual(['m1']); // Busy with the first one now.
  });

  it('a message that comes while one is under way is not forgotten', async () => {
    const { queue, wake, agent, conversation, clock, delivered } = world();
    const confirming = gate();
    agent.beforeConfirm = () => confirming.passed;
    agent.become = () => undefined; // Idle at once again.
    queue('m1');
    await wake();
    queue('m2');
    conversation.wake();
    confirming.open();
    await clock.advance(0);
    expect(delivered()).toEqual(['m1', 'm2']);
  });

  for (const activity of ['unknown', 'initializing', 'busy', 'waiting', 'error'] as const) {
    it(`BX-03: nothing is typed at an agent that is ${activity}`, async () => {
      const { queue, wake, agent, delivered, state } = world();
      agent.state = stateOf(activity, activity === 'waiting' ? 'permission' : null);
      queue('m1');
      await wake();
      expect([delivered(), state('m1')]).toEqual([[], 'queued']);
      agent.state = stateOf('idle');
      await wake();
      expect(delivered()).toEqual(['m1']);
    });
  }

  it('waits without an agent', async () => {
    const { queue, wake, present, agent, state } = world();
    present.agent = undefined;
    queue('m1');
    await wake();
    expect(state('m1')).toBe('queued');
    present.agent = agent;
    await wake();
    expect(state('m1')).toBe('acknowledged');
  });

  it("does not touch other sessions' messages", async () => {
    const { queue, wake, delivered, state } = world();
    queue('other', two);
    await wake();
    expect([delivered(), state('other')]).toEqual([[], 'queued']);
  });

  it('leaves no timer when all is well', async () => {
    const { queue, wake, clock } = world();
    queue('m1');
    await wake();
    expect(clock.pending).toBe(0);
  });
});

describe('not delivered for certain', () => {
  it('is tried again a second later, not before, whatever the agent tells meanwhile', async () => {
    const { queue, wake, agent, clock, delivered, state } = world();
    agent.beforeConfirm = () => {
      throw deliveryError('not-done');
    };
    queue('m1');
    await wake();
    expect(state('m1')).toBe('queued');
    agent.become('idle');
    await wake();
    expect(delivered()).toEqual(['m1']);
    agent.beforeConfirm = () => undefined;
    await clock.advance(1_000);
    expect(delivered()).toEqual(['m1', 'm1']);
    expect(state('m1')).toBe('acknowledged');
  });

  it('three times by an agent that was ready: failed, with the reason, and the next message has its turn', async () => {
    const { queue, wake, agent, clock, delivered, state, stores } = world();
    agent.beforeConfirm = ({ message }) => {
      if (message === 'm1') throw deliveryError('not-done');
    };
    queue('m1');
    queue('m2');
    await wake();
    await clock.advance(2_000);
    expect(delivered()).toEqual(['m1', 'm1', 'm1', 'm2']);
    expect([state('m1'), state('m2')]).toEqual(['failed', 'acknowledged']);
    expect(reactionsFor(stores, channelOne)).toContain('chat-m1 failed');
    expect(textsFor(stores, channelOne)).toContainEqual({
      kind: 'text',
      text: words.deliveryFailed(describeError(deliveryError('not-done'))),
      replyTo: 'chat-m1',
    });
  });

  it('because the agent was not ready: no fault of the message, it is never given up', async () => {
    const { queue, wake, agent, clock, delivered, state } = world();
    agent.beforeConfirm = () => {
      agent.state = stateOf('waiting', 'permission');
      throw deliveryError('not-done');
    };
    queue('m1');
    for (let round = 0; round < 5; round += 1) {
      agent.state = stateOf('idle');
      await wake();
      await clock.advance(1_000);
    }
    expect(delivered().length).toBeGreaterThan(3);
    expect(state('m1')).toBe('queued');
  });
});

describe('nobody knows', () => {
  it('I4: the agent is asked before anything is sent again; it has it: settled', async () => {
    const { queue, wake, agent, clock, delivered, state, stores } = world();
    agent.beforeConfirm = () => {
      throw deliveryError('unknown');
    };
    agent.lookUp = () => ({ delivered: 'yes', turn: 't1' });
    queue('m1');
    await wake();
    expect(state('m1')).toBe('uncertain');
    await clock.advance(1_000);
    expect([state('m1'), agent.lookedUp, delivered()]).toEqual(['acknowledged', ['m1'], ['m1']]);
    expect(stores.turns.byMessage('m1')?.turn).toBe('t1');
  });

  it('I4: an error without a word about it means that nobody knows', async () => {
    const { queue, wake, agent, state } = world();
    agent.beforeConfirm = () => {
      throw new TypeError('a mistake');
    };
    queue('m1');
    await wake();
    expect(state('m1')).toBe('uncertain');
  });

  it('I4: after a crash the uncertain one is looked up first, in its place in the order', async () => {
    const { uncertain, queue, wake, agent, delivered, state } = world();
    agent.lookUp = () => ({ delivered: 'no' });
    uncertain('m1');
    queue('m2');
    await wake();
    expect([agent.lookedUp, delivered(), state('m1'), state('m2')]).toEqual([['m1'], ['m1'], 'acknowledged', 'queued']);
  });

  it('I4: the agent has it: nothing is sent', async () => {
    const { uncertain, wake, agent, delivered, state, stores } = world();
    agent.lookUp = () => ({ delivered: 'yes', turn: undefined });
    uncertain('m1');
    await wake();
    expect([delivered(), state('m1')]).toEqual([[], 'acknowledged']);
    expect(reactionsFor(stores, channelOne)).toEqual(['chat-m1 delivered']);
  });

  it('I4: a turn that the message started is proof enough; the agent is not asked', async () => {
    const { uncertain, wake, agent, state, stores } = world();
    uncertain('m1');
    stores.turns.begin({ session: one, turn: 't1', channel: channelOne, message: 'm1', startedAt: 1 });
    await wake();
    expect([agent.lookedUp, state('m1')]).toEqual([[], 'acknowledged']);
  });

  it('I4: not even the agent knows: it is not sent twice, and the writer is told', async () => {
    const { uncertain, wake, agent, delivered, state, stores } = world();
    agent.lookUp = () => ({ delivered: 'unknown' });
    uncertain('m1');
    await wake();
    expect([delivered(), state('m1')]).toEqual([[], 'failed']);
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: words.deliveryUnsure(), replyTo: 'chat-m1' }]);
  });

  it('I4: the question fails: it is asked again later, and nothing is sent meanwhile', async () => {
    const { uncertain, wake, agent, clock, delivered, state, log } = world();
    agent.lookUp = () => {
      throw new Error('cannot read');
    };
    uncertain('m1');
    await wake();
    expect([delivered(), state('m1')]).toEqual([[], 'uncertain']);
    expect(log.at('error')).toHaveLength(1);
    agent.lookUp = () => ({ delivered: 'yes', turn: 't1' });
    await clock.advance(1_000);
    expect(state('m1')).toBe('acknowledged');
  });

  it('I3: an agent that can never be asked does not keep all others waiting for ever', async () => {
    const { uncertain, queue, wake, agent, clock, delivered, state, stores } = world();
    agent.lookUp = () => {
      throw new Error('cannot read');
    };
    uncertain('m1');
    queue('m2');
    await wake();
    await clock.advance(60_000);
    expect([delivered(), state('m1'), state('m2')]).toEqual([['m2'], 'failed', 'acknowledged']);
    expect(textsFor(stores, channelOne)).toEqual([{ kind: 'text', text: words.deliveryUnsure(), replyTo: 'chat-m1' }]);
  });

  it('an agent that never confirms and never has it is not typed at for ever', async () => {
    const { queue, wake, agent, clock, delivered, state } = world();
    agent.beforeConfirm = () => {
      throw deliveryError('unknown');
    };
    agent.lookUp = () => ({ delivered: 'no' });
    queue('m1');
    await wake();
    await clock.advance(60_000);
    expect([delivered(), state('m1')]).toEqual([['m1', 'm1', 'm1'], 'failed']);
  });

  it('the confirmation that comes while the error is on its way counts', async () => {
    const { queue, wake, agent, state } = world();
    agent.beforeConfirm = () => {
      agent.tell({ kind: 'turn-started', turn: 't1', by: 'bridge', message: 'm1' });
      throw deliveryError('unknown');
    };
    queue('m1');
    await wake();
    expect(state('m1')).toBe('acknowledged');
  });

  it('the confirmation that comes while it is looked up counts', async () => {
    const { uncertain, wake, agent, state } = world();
    agent.lookUp = () => {
      agent.tell({ kind: 'turn-started', turn: 't1', by: 'bridge', message: 'm1' });
      return { delivered: 'no' };
    };
    uncertain('m1');
    await wake();
    expect(state('m1')).toBe('acknowledged');
  });
});

describe('trouble with the state', () => {
  it('an inbox that cannot be read breaks nothing: it goes on a second later', async () => {
    let broken = true;
    const { queue, wake, clock, state, log } = world((stores) => ({
      ...stores,
      inbox: replacing(stores.inbox, {
        next: (session) => {
          if (broken) throw new Error('database is locked');
          return stores.inbox.next(session);
        },
      }),
    }));
    queue('m1');
    await wake();
    expect(log.at('error')).toHaveLength(1);
    broken = false;
    await clock.advance(1_000);
    expect(state('m1')).toBe('acknowledged');
  });
});

describe('closing', () => {
  it('aborts the delivery under way; what nobody knows is left to be looked up', async () => {
    const { queue, wake, agent, conversation, state, clock } = world();
    agent.beforeConfirm = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(deliveryError('unknown'));
        });
      });
    queue('m1');
    queue('m2');
    await wake();
    await conversation.close();
    expect([state('m1'), state('m2')]).toEqual(['uncertain', 'queued']);
    expect(conversation.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('cancels the next try and hears nothing any more', async () => {
    const { queue, wake, agent, conversation, clock, delivered } = world();
    agent.beforeConfirm = vi.fn(() => {
      throw deliveryError('not-done');
    });
    queue('m1');
    await wake();
    await conversation.close();
    expect(clock.pending).toBe(0);
    conversation.wake();
    await clock.advance(10_000);
    expect(delivered()).toEqual(['m1']);
  });
});
