import { describe, expect, it } from 'vitest';

import type { BusyMode } from '../../../src/model/session.ts';
import { refusal } from '../../storage/refusal.ts';
import { words } from '../support/collector-world.ts';
import { world } from '../support/conversation-world.ts';
import { deliveryError, stateOf } from '../support/hand-driver.ts';
import { gate } from '../support/hand-transport.ts';
import { channelOne, channelTwo, one } from '../support/messages.ts';
import { reactionsFor, textsFor } from '../support/outbox.ts';

type World = ReturnType<typeof world>;

describe('BX-06: messages while the agent is busy', () => {
  async function busy(mode: BusyMode) {
    const all = world();
    all.present.mode = mode;
    all.queue('m0');
    await all.wake();
    await all.clock.advance(10); // What follows comes later than the turn began.
    return all;
  }
  const events = ({ stores }: World, id: string): readonly string[] => stores.traces.of(id).map(({ event }) => event);

  it('queue: they wait, each gets a turn of its own, and the trace says what for', async () => {
    const { queue, wake, agent, delivered, stores, conversation } = await busy('queue');
    queue('m1');
    queue('m2');
    await wake();
    expect([delivered(), agent.interrupts]).toEqual([['m0'], 0]);
    expect([conversation.waitsFor('m1'), conversation.waitsFor('m2')]).toEqual(['busy', undefined]);
    agent.finish('m0', 'done');
    await wake();
    agent.finish('m1', 'done');
    await wake();
    expect(delivered()).toEqual(['m0', 'm1', 'm2']);
    const sending = stores.traces.of('m1').find(({ event }) => event === 'inbox:queued>sending');
    expect(sending?.detail).toEqual({ waitedFor: 'busy' });
    expect(conversation.waitsFor('m1')).toBeUndefined();
  });

  it('what a message waits for is no longer the turn of an agent that is gone', async () => {
    const { queue, wake, conversation, present } = await busy('queue');
    queue('m1');
    await wake();
    present.agent = undefined;
    expect(conversation.waitsFor('m1')).toBe('no agent');
  });

  it("steer: both go at once, one after the other, into the agent's own queue, and are not delivered before it takes them", async () => {
    const { queue, wake, agent, delivered, state, stores } = await busy('steer');
    queue('m1');
    queue('m2');
    await wake();
    expect([delivered(), agent.ownQueue]).toEqual([
      ['m0', 'm1', 'm2'],
      ['m1', 'm2'],
    ]);
    expect([state('m1'), state('m2')]).toEqual(['steered', 'steered']);
    expect(reactionsFor(stores, channelOne)).not.toContain('chat-m1 delivered');
    agent.takeUp();
    expect([state('m1'), state('m2')]).toEqual(['acknowledged', 'steered']);
    expect(reactionsFor(stores, channelOne)).toContain('chat-m1 delivered');
    expect(stores.turns.messagesOf(one, 'turn-of-m0')).toEqual(['m0', 'm1']);
  });

  it('MS-04: steer: a message of another channel waits for the end of the turn, and is answered where it was asked', async () => {
    const { queue, wake, agent, delivered, conversation, stores } = await busy('steer');
    queue('m1', one, channelTwo);
    queue('m2');
    await wake();
    expect([delivered(), conversation.waitsFor('m1')]).toEqual([['m0'], 'a turn of another channel']);
    agent.finish('m0', 'done');
    await wake();
    // Now the running turn is of the second channel, and it is the first one's message that waits.
    expect([delivered(), conversation.waitsFor('m2')]).toEqual([['m0', 'm1'], 'a turn of another channel']);
    agent.finish('m1', 'here');
    await wake();
    expect(textsFor(stores, channelTwo)).toMatchObject([{ text: 'here' }]);
    expect(delivered()).toEqual(['m0', 'm1', 'm2']);
  });

  it('MS-04: steer: nothing is put behind what lies in the queue of the agent for another channel', async () => {
    const { queue, wake, agent, delivered } = await busy('steer');
    queue('m1');
    queue('m2', one, channelTwo);
    await wake();
    expect([delivered(), agent.ownQueue]).toEqual([['m0', 'm1'], ['m1']]);
  });

  it('steer: never two deliveries at once (I2)', async () => {
    const { queue, wake, agent, delivered } = await busy('steer');
    const confirming = gate();
    agent.beforeConfirm = () => confirming.passed;
    queue('m1');
    queue('m2');
    await wake();
    await wake();
    expect(delivered()).toEqual(['m0', 'm1']);
    confirming.open();
    await wake();
    expect(delivered()).toEqual(['m0', 'm1', 'm2']);
  });

  it('steer: what the agent left in its queue becomes a turn of its own, and nothing overtakes it', async () => {
    const { queue, wake, agent, delivered, state } = await busy('steer');
    queue('m1');
    await wake();
    agent.finish('m0', 'done');
    queue('m2');
    await wake();
    expect(delivered()).toEqual(['m0', 'm1']); // The agent is idle for a moment; m1 comes first.
    agent.takeUp();
    await wake();
    expect([state('m1'), state('m2'), delivered()]).toEqual(['acknowledged', 'steered', ['m0', 'm1', 'm2']]);
  });

  it('steer, I4: an idle agent that does not take what lay in its queue is asked after three seconds', async () => {
    const { queue, wake, agent, clock, state, delivered } = await busy('steer');
    queue('m1');
    await wake();
    agent.ownQueue.length = 0; // Somebody at the terminal took it out.
    agent.lookUp = () => ({ delivered: 'no' });
    agent.finish('m0', 'done');
    await wake();
    await clock.advance(2_999);
    expect([state('m1'), agent.lookedUp]).toEqual(['steered', []]);
    await clock.advance(1);
    expect(agent.lookedUp).toEqual(['m1']);
    expect([state('m1'), delivered()]).toEqual(['acknowledged', ['m0', 'm1', 'm1']]);
    expect(clock.pending).toBe(0);
  });

  it('steer, I4: one that for ever is said to lie in the queue of an idle agent is given up, not sent twice', async () => {
    const { queue, wake, agent, clock, state, delivered, stores } = await busy('steer');
    queue('m1');
    await wake();
    agent.lookUp = () => ({ delivered: 'yes', turn: undefined, queued: true });
    agent.finish('m0', 'done');
    await wake();
    await clock.advance(60_000);
    expect([state('m1'), delivered()]).toEqual(['failed', ['m0', 'm1']]);
    expect(textsFor(stores, channelOne).map(({ text }) => text)).toContain(words.deliveryUnsure());
    expect(clock.pending).toBe(0);
  });

  it('steer, I4: the agent dies: what lay in its queue is looked up, and sent again when it is not there', async () => {
    const all = await busy('steer');
    const { queue, wake, agent, state, delivered, stores } = all;
    queue('m1');
    queue('m2');
    await wake();
    stores.inbox.markUncertain('steered', 1, one); // As when the agent's end is told.
    agent.ownQueue.length = 0;
    agent.lookUp = (id) => (id === 'm1' ? { delivered: 'yes', turn: 'turn-of-m0' } : { delivered: 'no' });
    agent.turn = undefined;
    agent.become('idle');
    await wake();
    expect([state('m1'), state('m2')]).toEqual(['acknowledged', 'acknowledged']);
    expect(delivered()).toEqual(['m0', 'm1', 'm2', 'm2']);
    expect(events(all, 'm2')).toEqual(
      expect.arrayContaining(['inbox:steered>uncertain', 'inbox:uncertain>queued', 'inbox:queued>sending']),
    );
  });

  it('steer: the taking up that is told before the confirmation counts', async () => {
    const { queue, wake, agent, state } = await busy('steer');
    agent.beforeConfirm = () => {
      agent.tell({ kind: 'message-taken', turn: 'turn-of-m0', message: 'm1' });
    };
    queue('m1');
    await wake();
    expect(state('m1')).toBe('acknowledged');
  });

  it('steer: a dialog that opens meanwhile is no fault of the message', async () => {
    const { queue, wake, agent, clock, state, delivered } = await busy('steer');
    agent.beforeConfirm = () => {
      agent.state = stateOf('waiting', 'permission');
      throw deliveryError('not-done');
    };
    queue('m1');
    await wake();
    await clock.advance(5_000);
    expect([state('m1'), delivered()]).toEqual(['queued', ['m0', 'm1']]);
  });

  it('interrupt: a message stops the turn, and is delivered then', async () => {
    const { queue, wake, agent, delivered, stores, state } = await busy('interrupt');
    queue('m1');
    await wake();
    expect([agent.interrupts, delivered(), state('m1')]).toEqual([1, ['m0', 'm1'], 'acknowledged']);
    expect(stores.turns.get(one, 'turn-of-m0')?.outcome).toBe('interrupted');
    expect(reactionsFor(stores, channelOne)).toContain('chat-m0 failed');
    const note = stores.traces.of('m1').find(({ event }) => event === 'interrupt');
    expect(note?.detail).toEqual({ turn: 'turn-of-m0' });
  });

  it('interrupt: messages that come together stop it once, and each is answered', async () => {
    const { queue, wake, agent, delivered } = await busy('interrupt');
    queue('m1');
    queue('m2');
    await wake();
    expect([agent.interrupts, delivered()]).toEqual([1, ['m0', 'm1']]);
    agent.finish('m1', 'done');
    await wake();
    expect([agent.interrupts, delivered()]).toEqual([1, ['m0', 'm1', 'm2']]);
  });

  it('interrupt: a later message stops the turn of an earlier one', async () => {
    const { queue, wake, agent, clock, delivered } = await busy('interrupt');
    queue('m1');
    await wake();
    await clock.advance(10);
    queue('m2');
    await wake();
    expect([agent.interrupts, delivered()]).toEqual([2, ['m0', 'm1', 'm2']]);
  });

  it('interrupt: a turn that cannot be stopped is not stopped again and again; the message waits for its end', async () => {
    const all = await busy('interrupt');
    const { queue, wake, agent, delivered, state } = all;
    agent.beforeInterrupt = () => {
      throw new Error('it goes on');
    };
    queue('m1');
    for (let round = 0; round < 5; round += 1) await wake();
    expect([agent.interrupts, delivered(), state('m1')]).toEqual([1, ['m0'], 'queued']);
    expect(events(all, 'm1')).toContain('interrupt-failed');
    agent.finish('m0', 'done');
    await wake();
    expect(delivered()).toEqual(['m0', 'm1']);
  });

  it('a message that is edited while it waits is delivered with its new text; one that is taken back never', async () => {
    for (const mode of ['queue', 'interrupt'] as const) {
      const { queue, wake, agent, stores } = await busy('queue');
      queue('m1');
      queue('m2');
      await wake();
      stores.inbox.edit('m1', 'the new text', 1);
      stores.inbox.move('m2', 'withdrawn', 1);
      agent.finish('m0', mode);
      await wake();
      agent.finish('m1', 'done');
      await wake();
      expect(agent.delivered.map(({ text }) => text)).toEqual(['text of m0', 'the new text']);
    }
  });

  it('interrupt: a message that is taken back while the turn is being stopped is not delivered', async () => {
    const { queue, wake, agent, stores, delivered } = await busy('interrupt');
    agent.beforeInterrupt = () => {
      stores.inbox.move('m1', 'withdrawn', 1);
    };
    queue('m1');
    await wake();
    expect(delivered()).toEqual(['m0']);
  });

  it('how it was confirmed stands in the trace, also when the turn was told first', async () => {
    const { stores } = await busy('queue');
    const confirmed = stores.traces.of('m0').find(({ event }) => event === 'confirmed');
    expect(confirmed?.detail).toEqual({ by: 'hook', afterMs: 20 });
  });
});

describe('BX-06: stopping the running turn on request', () => {
  it('stops it, and the next message follows', async () => {
    const { queue, wake, agent, conversation, clock, delivered } = world();
    queue('m1');
    queue('m2');
    await wake();
    expect(await conversation.interrupt()).toBe('interrupted');
    await wake();
    await clock.advance(0);
    expect([agent.interrupts, delivered()]).toEqual([1, ['m1', 'm2']]);
  });

  it('does nothing to an idle agent', async () => {
    const { conversation, agent } = world();
    expect(await conversation.interrupt()).toBe('idle');
    expect(agent.interrupts).toBe(0);
  });

  it('I2: waits for a delivery that is under way, and nothing is typed meanwhile', async () => {
    const { queue, wake, agent, conversation, clock, delivered } = world();
    const confirming = gate();
    agent.beforeConfirm = () => confirming.passed;
    queue('m1');
    queue('m2');
    await wake();
    const interrupted = conversation.interrupt();
    await clock.advance(0);
    expect(agent.interrupts).toBe(0);
    confirming.open();
    expect(await interrupted).toBe('interrupted');
    expect(delivered()[0]).toBe('m1');
  });

  it.each(['permission', 'question', 'plan'] as const)('declines an open %s', async (waitingFor) => {
    const { conversation, agent } = world();
    agent.state = stateOf('waiting', waitingFor);
    expect(await conversation.interrupt()).toBe('interrupted');
  });

  it.each([stateOf('waiting', 'trust'), stateOf('waiting', 'login'), stateOf('initializing'), stateOf('error')])(
    'is refused where Escape would mean something else: %o',
    async (state) => {
      const { conversation, agent } = world();
      agent.state = state;
      await expect(conversation.interrupt()).rejects.toThrow(refusal('agent-not-ready'));
      expect(agent.interrupts).toBe(0);
    },
  );

  it('is refused without an agent', async () => {
    const { conversation, present } = world();
    present.agent = undefined;
    await expect(conversation.interrupt()).rejects.toThrow(refusal('agent-not-ready'));
  });
});
