import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { refusal } from '../../storage/refusal.ts';
import { asks, atDesk, words } from '../support/collector-world.ts';
import { gate } from '../support/hand-transport.ts';
import { channelOne, elsewhere, one } from '../support/messages.ts';
import { postTexts, textsFor } from '../support/outbox.ts';
import { again, queue, world } from '../support/session-world.ts';

type World = ReturnType<typeof world>;

function said({ stores }: World): readonly string[] {
  return textsFor(stores, channelOne).map(({ text }) => text);
}

const minute = 60_000;

describe('a death nobody asked for', () => {
  it('MS-07: is told, and the session is back after one second with its conversation', async () => {
    const all = world();
    const { session, driver, clock, states } = all;
    await session.start();
    driver.agent.die(137);
    expect(session.record.lifecycle).toBe('lost');
    expect(session.agent).toBeUndefined();
    expect(states.at(-1)).toBe('unknown');
    await clock.advance(999);
    expect(driver.launches).toHaveLength(1);
    await clock.advance(1);
    expect(driver.launches[1]).toMatchObject({ resume: 'hand-conversation-1', spec: { generation: 2 } });
    expect(session.record.lifecycle).toBe('running');
    expect(said(all)).toEqual([words.sessionLost(137, 1_000), words.sessionRestarted(one)]);
  });

  it('MS-07, MS-16: three restarts after 1, 2 and 4 s, then it is given up with a message, and no timer is left', async () => {
    const all = world();
    const { session, driver, clock } = all;
    await session.start();
    for (const [index, delay] of [1_000, 2_000, 4_000].entries()) {
      driver.agent.die(1);
      await clock.advance(delay - 1);
      expect(driver.launches).toHaveLength(index + 1);
      await clock.advance(1);
      expect(driver.launches).toHaveLength(index + 2);
    }
    postTexts(all.stores, channelOne);
    driver.agent.die(1, 'some lines\nout of memory');
    await clock.advance(10 * minute);
    expect(driver.launches).toHaveLength(4);
    expect(session.record.lifecycle).toBe('failed');
    expect(session.state.activity).toBe('error');
    expect(session.problem).toContain('out of memory');
    expect(said(all)).toEqual([words.sessionGivenUp(one, session.problem ?? '')]);
    expect(clock.pending).toBe(0);
  });

  it('MS-07: a launch that fails counts as an attempt', async () => {
    const all = world();
    const { session, driver, clock } = all;
    driver.beforeLaunch = () => {
      throw new BridgeError('agent-start-failed', 'It said: no such file.', { advice: 'Look.' });
    };
    await session.start();
    expect(session.record.lifecycle).toBe('lost');
    await clock.advance(7_000);
    expect(driver.launches).toHaveLength(4);
    expect(session.record.lifecycle).toBe('failed');
    expect(said(all)).toEqual([words.sessionGivenUp(one, 'It said: no such file. Look.')]);
    expect(clock.pending).toBe(0);
  });

  it('ten quiet minutes give it a full budget again, a moment less does not', async () => {
    for (const [quiet, launches] of [
      [10 * minute, 3],
      [10 * minute - 1, 2],
    ] as const) {
      const { session, driver, clock } = world();
      await session.start();
      driver.agent.die();
      await clock.advance(1_000);
      await clock.advance(quiet);
      driver.agent.die();
      await clock.advance(1_000); // The second restart of a row would need two seconds.
      expect(driver.launches).toHaveLength(launches);
    }
  });

  it('the running turn is lost, and its prompts are void', async () => {
    const { session, driver, stores } = world();
    await session.start();
    driver.agent.tell(atDesk('t1'));
    driver.agent.tell(asks('p1', 't1'));
    driver.agent.die();
    expect(stores.turns.get(one, 't1')?.outcome).toBe('lost');
    expect(stores.prompts.get('p1')?.state).toBe('overtaken');
  });

  it('told twice, it counts once', async () => {
    const { session, driver, clock } = world();
    await session.start();
    const dead = driver.agent;
    dead.die();
    dead.detached = false;
    dead.die();
    await clock.advance(3_000);
    expect(driver.launches).toHaveLength(2);
    expect(session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
  });

  it('told while the agent is just being launched, it is not overlooked', async () => {
    const { session, driver, clock } = world();
    driver.onLaunched = async (agent) => {
      if (driver.agents.length > 1) return;
      agent.die(3);
      await Promise.resolve();
    };
    await session.start();
    expect([session.record.lifecycle, session.agent]).toEqual(['lost', undefined]);
    await clock.advance(1_000);
    expect(session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
  });

  it('told while the agent is just being adopted, it is not overlooked', async () => {
    const before = world();
    await before.session.start();
    await before.session.detach();
    const after = again(before);
    after.driver.onRecovering = (agent, listener) => {
      if (agent) agent.stopped = true;
      listener.onEvent({ kind: 'died', exitCode: 3, lastLines: '', asked: false });
    };
    await after.session.start();
    expect(after.session.record.lifecycle).toBe('lost');
    await after.clock.advance(1_000);
    expect(after.session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
  });

  it.each([0, 10_000])(
    'told while the bridge lets go of its agents, it brings none up: the next start does (after %i ms more)',
    async (ms) => {
      const all = world();
      const { session, driver, clock } = all;
      await session.start();
      const confirming = gate();
      driver.agent.beforeConfirm = () => confirming.passed;
      queue(all, 'm1');
      session.wake();
      await all.settle();
      const leaving = session.detach();
      await all.settle();
      driver.agent.die(1);
      await clock.advance(ms);
      confirming.open();
      await leaving;
      await clock.advance(minute);
      expect(session.record.lifecycle).toBe('lost');
      expect([driver.launches.length, clock.pending]).toEqual([1, 0]);
    },
  );

  it('of an agent that was not found again is old news', async () => {
    const before = world();
    await before.session.start();
    await before.session.detach();
    before.driver.agent.stopped = true;
    const after = again(before);
    after.driver.onRecovering = (_, listener) => {
      listener.onEvent({ kind: 'died', exitCode: 3, lastLines: '', asked: false });
    };
    await after.session.start();
    expect(after.session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
    await after.clock.advance(minute);
    expect(after.driver.launches).toHaveLength(2);
  });
});

describe('a session that was given up before the bridge was restarted', () => {
  it('is brought up again: nobody is told meanwhile that it does not run', async () => {
    const before = world();
    before.driver.beforeLaunch = () => {
      throw new Error('no program');
    };
    await before.session.start();
    await before.clock.advance(minute);
    expect(before.session.record.lifecycle).toBe('failed');
    before.driver.beforeLaunch = () => undefined;
    const after = again(before);
    queue(after, 'm1', elsewhere);
    after.session.wake(); // What was missed is read before the sessions start.
    await after.settle();
    await after.session.start();
    await after.settle();
    expect(textsFor(after.stores, elsewhere)).toEqual([]);
    expect(after.stores.inbox.get('m1')?.state).toBe('acknowledged');
  });
});

describe('a full disk', () => {
  it('I1: spends no attempts: the session is back when there is room, and not given up', async () => {
    const all = world();
    await all.session.start();
    const { save } = all.stores.records;
    all.driver.agent.die(1);
    all.stores.records.save = () => {
      throw new BridgeError('state-full', 'The state file x has no room left.');
    };
    await all.clock.advance(10 * minute);
    expect(all.session.record.lifecycle).toBe('lost');
    all.stores.records.save = save.bind(all.stores.records);
    await all.clock.advance(minute);
    expect(all.session.record.lifecycle).toBe('running');
    expect(all.clock.pending).toBe(0);
  });

  it('I1: so it is at a start', async () => {
    const all = world();
    const { save } = all.stores.records;
    all.stores.records.save = () => {
      throw new BridgeError('state-full', 'The state file x has no room left.');
    };
    await all.session.start();
    await all.clock.advance(10 * minute);
    all.stores.records.save = save.bind(all.stores.records);
    await all.clock.advance(minute);
    expect(all.session.record.lifecycle).toBe('running');
  });
});

describe('what an older process tells late', () => {
  async function restarted() {
    const all = world();
    await all.session.start();
    const old = all.driver.agent;
    old.die();
    await all.clock.advance(1_000);
    old.detached = false; // Its last events turn up only now.
    postTexts(all.stores, channelOne);
    return { ...all, all, old };
  }

  it('its state does not count', async () => {
    const { session, old, clock } = await restarted();
    old.become('busy');
    expect(session.state.activity).toBe('idle');
    old.die();
    await clock.advance(minute);
    expect(session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
  });

  it('its words do', async () => {
    const { all, old } = await restarted();
    old.tell({ kind: 'text', turn: 't1', key: 'k', text: 'last words' });
    expect(said(all)).toEqual(['last words']);
  });

  it('I10: what it asks is not opened: nobody could answer it', async () => {
    const { all, old, stores } = await restarted();
    old.tell(asks('p1'));
    expect(stores.prompts.listOpen()).toEqual([]);
    expect(said(all)).toEqual([]);
  });
});

describe('recover', () => {
  it('does nothing to a healthy session', async () => {
    const { session, driver } = world();
    await session.start();
    expect(await session.recover()).toBe('running');
    expect(driver.launches).toHaveLength(1);
  });

  it('MS-06: brings a failed session back, with a full budget of attempts', async () => {
    const { session, driver, clock } = world();
    driver.beforeLaunch = () => {
      throw new Error('broken');
    };
    await session.start();
    await clock.advance(7_000);
    driver.beforeLaunch = () => undefined;
    expect(await session.recover()).toBe('restarted');
    expect(session.record.lifecycle).toBe('running');
    expect(session.problem).toBeUndefined();
    driver.agent.die();
    await clock.advance(1_000);
    expect(session.record.lifecycle).toBe('running');
  });

  it('does not wait for the next attempt, and that one is dropped', async () => {
    const { session, driver, clock } = world();
    await session.start();
    driver.agent.die();
    expect(await session.recover()).toBe('restarted');
    await clock.advance(minute);
    expect(driver.launches).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('says why it failed', async () => {
    const { session, driver } = world();
    driver.beforeLaunch = () => {
      throw new Error('no such file');
    };
    await expect(session.recover()).rejects.toThrow(refusal('recover-failed', 'no such file'));
  });

  it('a session that is given up twice says so twice', async () => {
    const all = world();
    const { session, clock, workspace } = all;
    workspace.missing.add('/home/workspace/session_1');
    await session.start();
    await clock.advance(7_000);
    await expect(session.recover()).rejects.toThrow(refusal('recover-failed', 'is not a directory'));
    await clock.advance(7_000);
    expect(session.record.lifecycle).toBe('failed');
    expect(said(all)).toHaveLength(2);
  });

  it('waits for a start that is under way', async () => {
    const { session, driver } = world();
    const launching = gate();
    driver.beforeLaunch = () => launching.passed;
    const started = session.start();
    const recovered = session.recover();
    launching.open();
    await started;
    expect(await recovered).toBe('running');
    expect(driver.launches).toHaveLength(1);
  });
});

describe('a start that cannot succeed', () => {
  it('an agent that does not exist, a directory that is missing: failed with the reason, never thrown', async () => {
    const unknown = world({ agent: 'nobody' });
    await unknown.session.start();
    await unknown.clock.advance(7_000);
    expect(unknown.session.record.lifecycle).toBe('failed');
    expect(unknown.session.problem).toContain('"nobody"');

    const missing = world({ workDir: '/srv/gone' });
    missing.workspace.missing.add('/srv/gone');
    await missing.session.start();
    await missing.clock.advance(7_000);
    expect(missing.session.problem).toContain('/srv/gone');
    expect(missing.driver.launches).toEqual([]);
  });
});
