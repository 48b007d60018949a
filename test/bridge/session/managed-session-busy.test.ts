import { describe, expect, it } from 'vitest';

import { words } from '../support/collector-world.ts';
import { channelOne } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { again, queue, world } from '../support/session-world.ts';

describe('BX-06: what is done while the agent is busy', () => {
  it('is what is configured, as far as the agent can', () => {
    expect(world().session.busyMode).toBe('queue');
    expect(world({ whileBusy: 'interrupt' }).session.busyMode).toBe('interrupt');
  });

  it('a mode that the agent cannot do is told once, also after a restart, and messages wait', async () => {
    const before = world({ whileBusy: 'steer' });
    await before.session.start();
    expect(before.session.busyMode).toBe('queue');
    await before.session.detach();
    const after = again(before, { whileBusy: 'steer' });
    await after.session.start();
    expect(textsFor(after.stores, channelOne).map(({ text }) => text)).toEqual([
      words.busyModeImpossible('steer', 'hand'),
    ]);
  });

  it('a change counts at once: what waited is delivered', async () => {
    const all = world();
    all.driver.capabilities = { ...all.driver.capabilities, steer: true };
    await all.session.start();
    all.driver.agent.become('busy');
    queue(all, 'm1');
    all.session.wake();
    await all.settle();
    expect(all.stores.inbox.get('m1')?.state).toBe('queued');
    expect(all.session.waitsFor('m1')).toBe('busy');
    all.session.configure({ ...all.session.entry, whileBusy: 'steer' });
    await all.settle();
    expect(all.stores.inbox.get('m1')?.state).toBe('steered');
  });

  it('I4: what lay in the own queue of an agent that dies is looked up at the next one, and sent once', async () => {
    const all = world({ whileBusy: 'steer' });
    all.driver.capabilities = { ...all.driver.capabilities, steer: true };
    await all.session.start();
    all.driver.agent.become('busy');
    queue(all, 'm1');
    all.session.wake();
    await all.settle();
    all.driver.onLaunched = (agent) => {
      agent.lookUp = () => ({ delivered: 'no' });
    };
    all.driver.agent.die();
    expect(all.stores.inbox.get('m1')?.state).toBe('uncertain');
    await all.clock.advance(1_000);
    expect(all.driver.agent.lookedUp).toEqual(['m1']);
    expect(all.driver.agent.delivered.map(({ message }) => message)).toEqual(['m1']);
    expect(all.stores.inbox.get('m1')?.state).toBe('acknowledged');
  });

  it("I6: what lies in a living agent's own queue stays there over a restart of the bridge", async () => {
    const before = world({ whileBusy: 'steer' });
    before.driver.capabilities = { ...before.driver.capabilities, steer: true };
    await before.session.start();
    before.driver.agent.become('busy');
    queue(before, 'm1');
    before.session.wake();
    await before.settle();
    await before.session.detach();
    const after = again(before, { whileBusy: 'steer' });
    await after.session.start();
    await after.settle();
    expect(after.stores.inbox.get('m1')?.state).toBe('steered');
    after.driver.agent.takeUp();
    expect(after.stores.inbox.get('m1')?.state).toBe('acknowledged');
    expect(after.driver.agent.delivered).toHaveLength(1);
  });
});
