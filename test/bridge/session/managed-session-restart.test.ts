import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { refusal } from '../../storage/refusal.ts';
import { words } from '../support/collector-world.ts';
import { gate } from '../support/hand-transport.ts';
import { channelOne, one } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { queue, world } from '../support/session-world.ts';
import type { World } from '../support/session-world.ts';

function said({ stores }: World): readonly string[] {
  return textsFor(stores, channelOne).map(({ text }) => text);
}

describe('MS-13: a restart that somebody asked for', () => {
  it('I8: ends the agent and brings up the next generation with its history, as one step that nobody takes for a death', async () => {
    const all = world();
    const { session, driver, clock } = all;
    await session.start();
    await session.restart();
    expect(driver.agents[0]?.stopped).toBe(true);
    expect(driver.launches[1]).toMatchObject({ resume: 'hand-conversation-1', spec: { generation: 2 } });
    expect(session.record.lifecycle).toBe('running');
    expect(session.agent).toBe(driver.agent);
    await clock.advance(60_000);
    expect([driver.launches.length, said(all), clock.pending]).toEqual([2, [], 0]);
  });

  it('the turn that ran is told to be ended by it, and what waited is delivered afterwards', async () => {
    const all = world();
    const { session, driver, stores } = all;
    await session.start();
    queue(all, 'm1');
    session.wake();
    await all.settle();
    queue(all, 'm2');
    await session.restart();
    await all.settle();
    expect(said(all)).toEqual([words.lifecycle.turnRestarted()]);
    expect(stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('lost');
    expect(driver.agent.delivered.map(({ message }) => message)).toEqual(['m2']);
  });

  it('nothing comes between its end and its start', async () => {
    const { session, driver } = world();
    await session.start();
    const launching = gate();
    driver.beforeLaunch = () => launching.passed;
    const restarted = session.restart();
    const recovered = session.recover();
    launching.open();
    await restarted;
    expect(await recovered).toBe('running');
    expect(driver.launches).toHaveLength(2);
  });

  it('leaves the budget of restarts what it was', async () => {
    const { session, driver, clock } = world();
    await session.start();
    driver.agent.die();
    await clock.advance(1_000);
    await session.restart();
    driver.agent.die();
    await clock.advance(1_999); // The second attempt of a row waits two seconds, as without the restart.
    expect(driver.launches).toHaveLength(3);
    await clock.advance(1);
    expect(driver.launches).toHaveLength(4);
  });

  it('takes the place of a restart that is about to come', async () => {
    const { session, driver, clock } = world();
    await session.start();
    driver.agent.die();
    await session.restart();
    await clock.advance(60_000);
    expect([driver.launches.length, session.record.lifecycle, clock.pending]).toEqual([2, 'running', 0]);
  });

  it('says why the session does not run afterwards, and goes on trying', async () => {
    const { session, driver, clock } = world();
    await session.start();
    driver.beforeLaunch = () => {
      throw new Error('no such file');
    };
    await expect(session.restart()).rejects.toThrow(refusal('restart-failed', 'no such file'));
    expect(session.record.lifecycle).toBe('lost');
    driver.beforeLaunch = () => undefined;
    await clock.advance(1_000);
    expect(session.record.lifecycle).toBe('running');
  });

  it('an agent that could not be ended is kept, and not taken for a new one', async () => {
    const { session, driver } = world();
    await session.start();
    driver.agent.beforeStop = () => {
      throw new Error('tmux is gone');
    };
    await expect(session.restart()).rejects.toThrow(refusal('restart-failed', 'could not be ended'));
    expect(driver.launches).toHaveLength(1);
    expect(session.record).toMatchObject({ lifecycle: 'running', generation: 1 });
    expect(session.agent).toBe(driver.agents[0]);
  });
});

describe('MS-13: a restart when idle', () => {
  async function busy(): Promise<World> {
    const all = world();
    await all.session.start();
    queue(all, 'm1');
    all.session.wake();
    await all.settle();
    return all;
  }

  /** How a promise ended, as far as it has. */
  function outcomeOf(promise: Promise<void>): { end: string } {
    const outcome = { end: 'open' };
    promise.then(
      () => (outcome.end = 'done'),
      (error: unknown) => (outcome.end = error instanceof BridgeError ? error.code : String(error)),
    );
    return outcome;
  }

  it('of an idle agent is done at once', async () => {
    const { session, driver, clock } = world();
    await session.start();
    await session.restart({ whenIdle: true });
    expect([driver.launches.length, clock.pending]).toEqual([2, 0]);
  });

  it('cuts no turn, and comes before the next message however many wait', async () => {
    const all = await busy();
    const { session, driver, stores } = all;
    for (const id of ['m2', 'm3']) queue(all, id);
    const outcome = outcomeOf(session.restart({ whenIdle: true }));
    await all.clock.advance(9_000);
    expect([outcome.end, driver.launches.length]).toEqual(['open', 1]);
    driver.agent.finish('m1', 'the answer');
    await all.settle();
    expect(outcome.end).toBe('done');
    expect(stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('completed');
    expect(driver.agents[0]?.delivered.map(({ message }) => message)).toEqual(['m1']);
    expect(driver.agent.delivered.map(({ message }) => message)).toEqual(['m2']);
  });

  it('a turn that waits for a person is not cut either', async () => {
    const all = await busy();
    all.driver.agent.become('waiting', 'permission');
    const outcome = outcomeOf(all.session.restart({ whenIdle: true }));
    await all.clock.advance(9_999);
    expect(outcome.end).toBe('open');
    await all.clock.advance(1);
    expect([outcome.end, all.driver.launches.length]).toEqual(['agent-busy', 1]);
  });

  it('who asks again finds the agent idle, although messages wait; who does not holds nothing up', async () => {
    const all = await busy();
    const { session, driver, clock } = all;
    queue(all, 'm2');
    const first = outcomeOf(session.restart({ whenIdle: true }));
    await clock.advance(10_000);
    expect(first.end).toBe('agent-busy');
    driver.agent.finish('m1', 'x');
    await clock.advance(4_999);
    expect(session.waitsFor('m2')).toBe('a restart');
    const second = outcomeOf(session.restart({ whenIdle: true }));
    await all.settle();
    expect([second.end, driver.launches.length]).toEqual(['done', 2]);

    const other = await busy();
    queue(other, 'm2');
    outcomeOf(other.session.restart({ whenIdle: true }));
    await other.clock.advance(10_000);
    other.driver.agent.finish('m1', 'x');
    await other.clock.advance(5_000);
    expect(other.driver.agent.delivered.map(({ message }) => message)).toEqual(['m1', 'm2']);
    expect(other.driver.launches).toHaveLength(1);
  });

  it('waits for what lies in the agent’s own queue and for what is being typed', async () => {
    for (const state of ['sending', 'steered'] as const) {
      const all = world();
      await all.session.start();
      queue(all, 'm1');
      all.stores.inbox.move('m1', 'sending', 1);
      if (state === 'steered') all.stores.inbox.move('m1', 'steered', 1);
      expect(all.session.isAtRest, state).toBe(false);
    }
  });

  it('I8: a stop that somebody asks for meanwhile wins', async () => {
    const all = await busy();
    const outcome = outcomeOf(all.session.restart({ whenIdle: true }));
    await all.session.stop({ stays: true });
    await all.clock.advance(60_000);
    expect([outcome.end, all.driver.launches.length, all.clock.pending]).toEqual(['session-stopped', 1, 0]);
  });

  it('a bridge that leaves meanwhile leaves the agent alone', async () => {
    const all = await busy();
    const outcome = outcomeOf(all.session.restart({ whenIdle: true }));
    await all.session.detach();
    await all.clock.advance(60_000);
    expect([outcome.end, all.driver.launches.length, all.clock.pending]).toEqual(['restart-failed', 1, 0]);
    expect(all.driver.agent.stopped).toBe(false);
  });
});
