import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { ManagedSession } from '../../../src/bridge/session/managed-session.ts';
import { HandDriver, deliveryError, stateOf } from '../support/hand-driver.ts';
import { gate } from '../support/hand-transport.ts';
import { asks } from '../support/collector-world.ts';
import { channelOne, one } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { replacing } from '../support/replacing.ts';
import { again, queue, world } from '../support/session-world.ts';

/** A session whose record cannot be written while the disk is full. */
function worldWithDisk() {
  const all = world();
  const disk = { isFull: false };
  const records = replacing(all.stores.records, {
    save: (record) => {
      if (disk.isFull) throw new Error('the disk is full');
      all.stores.records.save(record);
    },
  });
  const stores = { ...all.stores, records };
  const session = new ManagedSession({ ...all.common, stores, entry: { number: one, channel: channelOne } });
  return { ...all, session, disk };
}

describe('a fresh start', () => {
  it('MS-03: launches an agent in its own terminal, with the token of this generation', async () => {
    const { session, driver, stores, states } = world();
    await session.start();
    const { record } = session;
    expect(driver.launches).toEqual([
      {
        spec: {
          session: one,
          generation: 1,
          terminal: 'claude-session-1',
          workDir: '/home/workspace/session_1',
          trusted: true,
          directory: '/home/state/sessions/1',
          attachments: '/home/attachments/session_1',
          environment: { BRIDGE_SESSION: '1', TOKEN: record.token },
        },
        resume: undefined,
      },
    ]);
    expect(record).toMatchObject({ lifecycle: 'running', generation: 1, handle: 'hand-handle-1', agent: 'hand' });
    expect(stores.records.get(one)).toEqual(record);
    expect(stores.records.highestNumber()).toBe(1);
    expect(states).toEqual(['unknown', 'initializing', 'idle']);
  });

  it('a directory of somebody else is trusted only with consent', async () => {
    const asked = world({ workDir: '/srv/x' });
    await asked.session.start();
    expect(asked.driver.launches[0]?.spec).toMatchObject({ workDir: '/srv/x', trusted: false });
    const given = world({ workDir: '/srv/x', trusted: true });
    await given.session.start();
    expect(given.driver.launches[0]?.spec.trusted).toBe(true);
  });

  it('hands over what waited for it', async () => {
    const all = world();
    queue(all, 'm1');
    await all.session.start();
    await all.settle();
    expect(all.driver.agent.delivered.map(({ message }) => message)).toEqual(['m1']);
  });

  it('an agent that waits for a login runs, and gets no message', async () => {
    const all = world();
    all.driver.onLaunched = (agent) => {
      agent.state = stateOf('waiting', 'login');
    };
    queue(all, 'm1');
    await all.session.start();
    await all.settle();
    expect(all.session.record.lifecycle).toBe('running');
    expect(all.session.state).toMatchObject({ activity: 'waiting', waitingFor: 'login' });
    expect(all.driver.agent.delivered).toEqual([]);
    all.driver.agent.become('idle');
    await all.settle();
    expect(all.driver.agent.delivered).toHaveLength(1);
  });

  it('I1: what could not be written down is written down the next time it is told', async () => {
    const { session, driver, stores, disk } = worldWithDisk();
    await session.start();
    disk.isFull = true;
    driver.agent.agentSession = 'another';
    expect(() => driver.agent.become('idle')).toThrow('the disk is full');
    disk.isFull = false;
    driver.agent.become('idle');
    expect(stores.records.get(one)?.agentSession).toBe('another');
  });

  it('MS-07: a death that could not be written down is followed by a restart when it is told again', async () => {
    const { session, driver, disk, clock } = worldWithDisk();
    await session.start();
    disk.isFull = true;
    expect(() => driver.agent.die()).toThrow('the disk is full');
    disk.isFull = false;
    driver.agent.die();
    expect(session.record.lifecycle).toBe('lost');
    await clock.advance(1000);
    expect(driver.launches).toHaveLength(2);
    expect(session.record.lifecycle).toBe('running');
  });

  it('the agent id of the conversation is kept when it is known later', async () => {
    const { session, driver, stores } = world();
    await session.start();
    driver.agent.agentSession = 'known-now';
    driver.agent.become('idle');
    expect(stores.records.get(one)?.agentSession).toBe('known-now');
  });
});

describe('after a restart of the bridge', () => {
  it('I6: a live agent is adopted by its handle: same generation, same token, not started again', async () => {
    const before = world();
    await before.session.start();
    await before.session.detach();
    expect([before.driver.agent.detached, before.driver.agent.stopped]).toEqual([true, false]);
    const after = again(before);
    await after.session.start();
    expect(after.driver.recoveries.map(({ handle }) => handle)).toEqual(['hand-handle-1']);
    expect(after.driver.launches).toHaveLength(1);
    expect(after.session.record).toEqual({ ...before.session.record });
    expect(after.session.agent).toBe(after.driver.agent);
  });

  it('BX-02: what the agent said while nobody listened is heard, once', async () => {
    const before = world();
    queue(before, 'm1');
    await before.session.start();
    await before.settle();
    await before.session.detach();
    const after = again(before);
    after.driver.onRecovering = (_, listener) => {
      for (let times = 0; times < 2; times += 1) {
        listener.onEvent({ kind: 'text', turn: 'turn-of-m1', key: 'k', text: 'the answer' });
        listener.onEvent({ kind: 'turn-ended', turn: 'turn-of-m1', outcome: 'completed' });
      }
    };
    await after.session.start();
    expect(textsFor(after.stores, channelOne).map(({ text }) => text)).toEqual(['the answer']);
  });

  it('I4: a message that was under way is looked up before anything is sent', async () => {
    const before = world();
    await before.session.start();
    before.driver.agent.beforeConfirm = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(deliveryError('unknown'));
        });
      });
    queue(before, 'm1');
    before.session.wake();
    await before.settle();
    await before.session.detach();
    const after = again(before);
    after.driver.agent.lookUp = () => ({ delivered: 'yes', turn: 'turn-of-m1' });
    await after.session.start();
    await after.settle();
    expect(after.driver.agent.delivered).toHaveLength(1);
    expect(after.stores.inbox.get('m1')?.state).toBe('acknowledged');
  });

  it('I6: a dead one is resumed with its conversation, as a new generation with a new token', async () => {
    const before = world();
    await before.session.start();
    await before.session.detach();
    before.driver.agent.stopped = true;
    const after = again(before);
    await after.session.start();
    expect(after.driver.launches[1]).toMatchObject({ resume: 'hand-conversation-1', spec: { generation: 2 } });
    expect(after.session.record.token).not.toBe(before.session.record.token);
    expect(after.stores.records.byToken(before.session.record.token)).toBeUndefined();
  });

  it('an agent that cannot resume starts afresh', async () => {
    const before = world();
    before.driver.capabilities = { ...before.driver.capabilities, resume: false };
    await before.session.start();
    await before.session.stop();
    const after = again(before);
    await after.session.start();
    expect(after.driver.launches[1]?.resume).toBeUndefined();
  });

  it('the turns and prompts of a dead one are closed', async () => {
    const before = world();
    queue(before, 'm1');
    await before.session.start();
    await before.settle();
    before.driver.agent.tell(asks('p1', 'turn-of-m1'));
    await before.session.detach();
    before.driver.agent.stopped = true;
    const after = again(before);
    await after.session.start();
    expect(after.stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('lost');
    expect(after.stores.prompts.get('p1')?.state).toBe('overtaken');
  });

  it('I6: a stand-in does not replace a real agent that merely is not found today', async () => {
    const before = world();
    await before.session.start();
    const { agentSession } = before.session.record;
    const standIn = new HandDriver('stand-in');
    standIn.capabilities = { ...standIn.capabilities, standIn: true };
    const after = again(before);
    after.drivers.set(standIn.name, standIn);
    const session = new ManagedSession({
      ...after.common,
      defaultAgent: standIn.name,
      entry: { number: one, channel: channelOne },
    });
    await session.start();
    expect(session.record).toMatchObject({ agent: before.driver.name, agentSession, lifecycle: 'running' });
    expect(standIn.launches).toEqual([]);
  });

  it('another kind of agent replaces a live one, which is ended by its own driver, without its conversation', async () => {
    const before = world();
    await before.session.start();
    await before.session.detach();
    const after = again(before, { agent: 'other' });
    const replacement = new HandDriver('other');
    after.drivers.set('other', replacement);
    await after.session.start();
    expect(before.driver.agent.stopped).toBe(true);
    expect(replacement.launches).toEqual([expect.objectContaining({ resume: undefined })]);
    expect(after.session.record).toMatchObject({ agent: 'other', generation: 2, agentSession: 'other-conversation-1' });
  });

  it('BX-05: answers that were on their way are handed over again, others are left alone', async () => {
    const before = world();
    await before.session.start();
    for (const id of ['p1', 'p2', 'p3']) before.driver.agent.tell(asks(id));
    before.stores.prompts.claimAnswer('p1', { behavior: 'deny', message: 'no' }, 1, { from: 'shell', name: 'cli' });
    before.stores.prompts.claimAnswer('p2', { behavior: 'allow' }, 1, { from: 'shell', name: 'cli' });
    before.stores.prompts.move('p2', 'applied', 1, 'bridge');
    await before.session.detach();
    const after = again(before);
    await after.session.start();
    expect(after.driver.agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'deny', message: 'no' } }]);
    expect(after.stores.prompts.get('p3')?.state).toBe('open');
  });

  it('BX-05: an answer that comes too late then is closed, one that does not fit can be given again, one that may have arrived waits', async () => {
    const before = world();
    await before.session.start();
    for (const id of ['gone', 'unfit', 'unknown']) {
      before.driver.agent.tell(asks(id));
      before.stores.prompts.claimAnswer(id, { behavior: 'allow' }, 1, { from: 'shell', name: 'cli' });
    }
    await before.session.detach();
    const after = again(before);
    after.driver.agent.beforeAnswer = (id) => {
      if (id === 'gone') throw new BridgeError('prompt-gone', 'gone');
      if (id === 'unfit') throw new BridgeError('answer-does-not-fit', 'unfit');
      throw new BridgeError('terminal-gone', 'odd', { happened: 'unknown' });
    };
    await after.session.start();
    expect(['gone', 'unfit', 'unknown'].map((id) => after.stores.prompts.get(id)?.state)).toEqual([
      'overtaken',
      'open',
      'sent',
    ]);
    expect(after.session.record.lifecycle).toBe('running');
  });
});

describe('an end that was asked for', () => {
  it('I8: stops the agent and never brings it back, although its death is told', async () => {
    const { session, driver, clock, stores } = world();
    await session.start();
    await session.stop();
    await clock.advance(60_000);
    expect(driver.agent.stopped).toBe(true);
    expect(driver.launches).toHaveLength(1);
    expect(session.record).toMatchObject({ lifecycle: 'stopped', agentSession: 'hand-conversation-1' });
    expect(textsFor(stores, channelOne)).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('I8: stops a session that is about to be restarted', async () => {
    const { session, driver, clock } = world();
    await session.start();
    driver.agent.die();
    await session.stop();
    await clock.advance(60_000);
    expect([driver.launches.length, session.record.lifecycle, clock.pending]).toEqual([1, 'stopped', 0]);
  });

  it('I8: stops a session that is just being started', async () => {
    const { session, driver, clock } = world();
    const launching = gate();
    driver.beforeLaunch = () => launching.passed;
    const started = session.start();
    const stopped = session.stop();
    launching.open();
    await Promise.all([started, stopped]);
    await clock.advance(60_000);
    expect([driver.agent.stopped, driver.launches.length, session.record.lifecycle]).toEqual([true, 1, 'stopped']);
  });

  it('is not busy any more, whatever its agent was doing', async () => {
    const { session, driver, states } = world();
    await session.start();
    driver.agent.become('busy');
    await session.stop();
    driver.agent.become('busy');
    expect(session.state.activity).toBe('unknown');
    expect(states.at(-1)).toBe('unknown');
  });

  it('its running turn is lost, and its messages wait', async () => {
    const all = world();
    await all.session.start();
    queue(all, 'm1');
    all.session.wake();
    await all.settle();
    queue(all, 'm2');
    await all.session.stop();
    expect(all.stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('lost');
    expect(all.stores.inbox.get('m2')?.state).toBe('queued');
  });

  it('an agent that cannot be ended is told to the caller; its turns are closed all the same', async () => {
    const all = world();
    await all.session.start();
    queue(all, 'm1');
    all.session.wake();
    await all.settle();
    all.driver.agent.beforeStop = () => {
      throw new Error('tmux is gone');
    };
    await expect(all.session.stop()).rejects.toThrow('tmux is gone');
    expect(all.stores.turns.current(one)).toBeUndefined();
    expect(all.session.record.lifecycle).toBe('stopped');
  });

  it('a stopped session can be brought back, and then hears its messages again', async () => {
    const all = world();
    await all.session.start();
    await all.session.stop();
    queue(all, 'm1');
    expect(await all.session.recover()).toBe('restarted');
    await all.settle();
    expect(all.driver.launches[1]?.resume).toBe('hand-conversation-1');
    expect(all.stores.inbox.get('m1')?.state).toBe('acknowledged');
  });

  it('I6: leaving keeps the agent, and what it tells afterwards is for the next bridge', async () => {
    const { session, driver, clock } = world();
    await session.start();
    await session.detach();
    driver.agent.die();
    await clock.advance(60_000);
    expect([driver.launches.length, session.record.lifecycle, clock.pending]).toEqual([1, 'running', 0]);
  });
});

describe('a daemon that ended while an agent started', () => {
  it('I10: leaves no request open that the next agent knows nothing of', async () => {
    const before = world();
    // The process asked, and was not known to anybody yet.
    before.collector.collect(one, 1, asks('p1'));
    expect(before.stores.prompts.get('p1')?.state).toBe('open');
    const after = again(before);
    await after.session.start();
    expect(after.stores.prompts.get('p1')).toMatchObject({ state: 'overtaken', end: { by: 'agent-ended' } });
  });
});
