import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { world } from '../support/conversation-world.ts';
import { deliveryError, stateOf } from '../support/hand-driver.ts';
import { replacing } from '../support/replacing.ts';

describe('I4: a full disk in the moment of the confirmation', () => {
  /** The agent has the message; nothing can be written down about it, `times` over. */
  function full(times: number) {
    const left = { times };
    const now = world((stores) => ({
      ...stores,
      inbox: replacing(stores.inbox, {
        move: (id, to, at, detail) => {
          if (to !== 'sending' && left.times-- > 0) throw noRoom();
          stores.inbox.move(id, to, at, detail);
        },
      }),
      transaction: (action) => stores.transaction(action),
    }));
    return now;
  }
  const noRoom = (): BridgeError => new BridgeError('state-full', 'The state file x has no room left.');

  /** As with a real agent: the news of the turn is told again later. */
  function confirmsBeforeItIsFull({ agent, collector }: ReturnType<typeof full>): void {
    agent.become = (activity) => {
      agent.state = stateOf(activity);
    };
    agent.tell = () => undefined;
    collector.acknowledge = () => {
      throw noRoom();
    };
  }

  it('the message is not sent a second time', async () => {
    const now = full(0);
    const { acknowledge } = now.collector;
    confirmsBeforeItIsFull(now);
    now.agent.lookUp = () => ({ delivered: 'yes', turn: 'turn-of-m1' });
    now.queue('m1');
    await now.wake();
    now.collector.acknowledge = acknowledge.bind(now.collector);
    now.agent.state = stateOf('idle');
    await now.clock.advance(5_000);
    expect([now.delivered(), now.state('m1')]).toEqual([['m1'], 'acknowledged']);
  });

  it('a message whose fate could not be written down is looked up, and not left behind', async () => {
    const now = full(3);
    now.agent.beforeConfirm = () => {
      throw deliveryError('unknown');
    };
    now.agent.lookUp = () => ({ delivered: 'yes', turn: 'turn-of-m1' });
    now.queue('m1');
    await now.wake();
    expect(now.state('m1')).toBe('sending');
    await now.clock.advance(10_000);
    expect([now.delivered(), now.state('m1')]).toEqual([['m1'], 'acknowledged']);
  });
});

describe('a state that cannot be written when the agent is to be asked', () => {
  it.each(['state-full', 'state-busy'] as const)(
    'I4: that it cannot be asked because of %s says nothing about it: the question waits until that is over',
    async (code) => {
      const { uncertain, wake, agent, clock, delivered, state } = world();
      agent.lookUp = () => {
        throw new BridgeError(code, 'Nothing can be written.');
      };
      uncertain('m1');
      await wake();
      await clock.advance(30 * 60_000);
      expect([delivered(), state('m1')]).toEqual([[], 'uncertain']);
      expect(agent.lookedUp.length).toBeGreaterThan(20);
      agent.lookUp = () => ({ delivered: 'yes', turn: 't1' });
      await clock.advance(60_000);
      expect([delivered(), state('m1')]).toEqual([[], 'acknowledged']);
    },
  );
});
