import { describe, expect, it } from 'vitest';

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
