import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import type { Watched } from '../../../src/bridge/recovery/looks.ts';
import { refusal } from '../../storage/refusal.ts';
import { words } from '../support/collector-world.ts';
import { stateOf } from '../support/hand-driver.ts';
import { gate } from '../support/hand-transport.ts';
import { one } from '../support/messages.ts';
import { expectUntouched, minute, patienceMs, world } from '../support/recovery-world.ts';
import { queue } from '../support/session-world.ts';

const { recovery: say } = words;

describe('other trouble', () => {
  it('MS-07: what was left open at the terminal is closed when a message waits for so long, and not before', async () => {
    const all = await world();
    const { driver, clock } = all;
    driver.agent.state = { ...stateOf('waiting'), detail: 'dialog open' };
    driver.agent.tell({ kind: 'state', state: driver.agent.state });
    driver.agent.view = { screen: 'Settings', overlay: 'dialog open' };
    await clock.advance(60 * minute);
    expect(driver.agent.nudges).toBe(0);
    driver.agent.onNudge = () => {
      driver.agent.view = { screen: 'at rest' };
      driver.agent.become('idle');
    };
    queue(all, 'm1');
    all.session.wake();
    await clock.advance(minute);
    expect(driver.agent.nudges).toBe(1);
    expect(all.said()).toContain(say.closed(one, 'dialog open'));
    expect(driver.agent.delivered).toHaveLength(1);
    await all.stop();
  });

  it('MS-07: an agent that does not take messages is pushed between the tries, then restarted', async () => {
    const all = await world();
    const { driver, clock, session } = all;
    const deaf = driver.agent;
    deaf.beforeConfirm = () => {
      throw new BridgeError('agent-silent', 'Nothing was drawn.', { happened: 'not-done' });
    };
    queue(all, 'm1');
    session.wake();
    await clock.advance(10_000);
    expect(deaf.nudges).toBe(2);
    await clock.advance(minute);
    expect(driver.launches).toHaveLength(2);
    expect(all.attempts.map(({ finding }) => finding)).toContain('deaf');
    expect(all.said()).toContain(say.deaf(one, 'at rest'));
    queue(all, 'm2');
    session.wake();
    await clock.advance(0);
    expect(driver.agent.delivered).toHaveLength(1);
    await all.stop();
  });

  it('MS-07: a session that should run, of which nobody has an agent or brings one, is brought back', async () => {
    const all = await world();
    let generations = 0;
    const orphan: Watched = {
      ...{ entry: all.session.entry, state: stateOf('unknown'), agent: undefined },
      record: { ...all.session.record, lifecycle: 'lost' },
      ...{ isUnderway: false, heard: 0, inVain: 0 },
      restart: async (options) => void (generations += options?.generation ?? 0),
      interrupt: () => Promise.reject(new Error('there is nobody')),
      recover: () => Promise.reject(new Error('nobody asked')),
    };
    await all.stop();
    const stop = all.looksAfter([orphan]).start();
    await all.clock.advance(30_000);
    expect(generations).toBe(1);
    await stop();
  });

  it('MS-07: a look that fails is no sign of life and no death', async () => {
    const all = await world();
    const { driver, clock, session } = all;
    driver.agent.look = () => Promise.reject(new BridgeError('terminal-unreachable', 'tmux does not answer.'));
    await clock.advance(60 * minute);
    expect(session.record.lifecycle).toBe('running');
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: a death that nobody heard is told by the look, and brought back at once', async () => {
    const all = await world();
    const { driver, clock, session } = all;
    const { agent } = driver;
    agent.look = () => {
      agent.die(9, '');
      return Promise.resolve(undefined);
    };
    await clock.advance(31_000);
    expect(session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
    expect(all.tried()).toEqual(['restart 1 helped']);
    expect(all.attempts[0]).toMatchObject({ finding: 'died', evidence: { exitCode: 9 } });
    await all.stop();
  });
});

it('I8: a person who has waited for their turn brings nobody up behind the end of the bridge', async () => {
  const { recovery, session, work, clock, driver, stop } = await world();
  await work();
  await clock.advance(patienceMs + 30_000);
  expect(driver.agent.nudges).toBe(1);
  const asked = recovery.recover(session);
  driver.agent.die(1);
  const stopped = stop();
  await expect(asked).rejects.toThrow(refusal('bridge-stopping'));
  await stopped;
  expect(driver.launches).toHaveLength(1);
});

describe('a look that takes its time', () => {
  /** One that is stuck, and the look that finds it so is still under way. */
  async function lookedAt() {
    const all = await world();
    await all.work();
    await all.clock.advance(patienceMs);
    const looking = gate();
    const { agent } = all.driver;
    let isFirst = true;
    agent.look = async () => {
      const waits = isFirst;
      isFirst = false;
      if (waits) await looking.passed;
      return agent.view;
    };
    await all.clock.advance(30_000);
    expect([isFirst, agent.nudges]).toEqual([false, 0]);
    return { ...all, looking };
  }

  it('MS-07: finds nothing to do when a person has begun meanwhile', async () => {
    const { recovery, session, clock, driver, looking, stop } = await lookedAt();
    const asked = recovery.recover(session);
    await clock.advance(0);
    expect(driver.agent.nudges).toBe(1);
    looking.open();
    await clock.advance(999);
    expect(driver.agent.nudges).toBe(1);
    await clock.advance(1);
    expect(await asked).toMatchObject({ outcome: 'nudged' });
    await stop();
  });

  it('I8: brings nobody up when a person asked for it and the bridge is ending', async () => {
    const all = await world();
    all.driver.agent.die(1);
    const asked = all.recovery.recover(all.session);
    const stopped = all.stop();
    await expect(asked).rejects.toThrow(refusal('bridge-stopping'));
    await stopped;
    expect(all.driver.launches).toHaveLength(1);
  });

  it('I8: finds nothing to do when the bridge is ending', async () => {
    const { driver, looking, stop } = await lookedAt();
    const stopped = stop();
    looking.open();
    await stopped;
    expect(driver.agent.nudges).toBe(0);
  });
});
