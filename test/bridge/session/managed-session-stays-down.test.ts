import { describe, expect, it } from 'vitest';

import { refusal } from '../../storage/refusal.ts';
import { ManagedSession } from '../../../src/bridge/session/managed-session.ts';
import { words } from '../support/collector-world.ts';
import { channelOne, elsewhere, one } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { replacing } from '../support/replacing.ts';
import { again, queue, world } from '../support/session-world.ts';
import type { World } from '../support/session-world.ts';

function said({ stores }: World, channel = channelOne): readonly string[] {
  return textsFor(stores, channel).map(({ text }) => text);
}

async function stopped(): Promise<World> {
  const all = world();
  await all.session.start();
  await all.session.stop({ stays: true });
  return all;
}

describe('MS-13: a session that was asked to stop', () => {
  it('I8: is ended so that it resumes, told once in its channel, and not brought back', async () => {
    const all = await stopped();
    await all.clock.advance(60_000);
    expect(all.driver.agent.stopped).toBe(true);
    expect(all.driver.launches).toHaveLength(1);
    expect(all.session).toMatchObject({ staysDown: 'asked', record: { lifecycle: 'stopped' } });
    expect(all.session.problem).toBe('It was stopped on request.');
    expect(said(all)).toEqual([words.lifecycle.sessionStopped(one)]);
    expect(await all.session.stop({ stays: true })).toBe('was-stopped');
    expect(said(all)).toEqual([words.lifecycle.sessionStopped(one)]);
    expect(all.clock.pending).toBe(0);
  });

  it('its messages wait; its channel was told, another channel is told once how to go on', async () => {
    const all = await stopped();
    for (const [id, channel] of [
      ['m1', channelOne],
      ['m2', elsewhere],
      ['m3', elsewhere],
    ] as const) {
      queue(all, id, channel);
      all.session.wake();
      await all.settle();
    }
    expect(all.stores.inbox.unsettled(one).map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
    expect(said(all)).toEqual([words.lifecycle.sessionStopped(one)]);
    expect(said(all, elsewhere)).toEqual([words.lifecycle.messagesWaitForStart(one)]);
    expect([all.session.waitsFor('m1'), all.session.waitsFor('m2')]).toEqual(['no agent', undefined]);
  });

  it('stays so over restarts of the bridge, also after a full stop, and says nothing twice', async () => {
    const first = await stopped();
    await first.session.detach();
    const second = again(first);
    await second.session.start();
    await second.session.stop(); // A full stop.
    const third = again(second);
    await third.session.start();
    await third.clock.advance(60_000);
    expect(third.driver.launches).toHaveLength(1);
    expect(third.session).toMatchObject({ staysDown: 'asked', record: { lifecycle: 'stopped' } });
    expect(said(third)).toEqual([words.lifecycle.sessionStopped(one)]);
  });

  it.each(['recover', 'start'] as const)('is brought back with its history by %s, for good', async (how) => {
    const all = await stopped();
    queue(all, 'm1');
    if (how === 'recover') expect(await all.session.recover()).toBe('restarted');
    else await all.session.start('asked');
    await all.settle();
    expect(all.driver.launches[1]?.resume).toBe('hand-conversation-1');
    expect(all.stores.inbox.get('m1')?.state).toBe('acknowledged');
    await all.session.stop();
    const after = again(all);
    await after.session.start();
    expect(after.session).toMatchObject({ staysDown: undefined, record: { lifecycle: 'running' } });
  });

  it('when its start fails it is one that is to run: the next bridge tries it again', async () => {
    const all = await stopped();
    all.driver.beforeLaunch = () => {
      throw new Error('no such file');
    };
    await expect(all.session.recover()).rejects.toThrow(refusal('recover-failed', 'no such file'));
    await all.session.stop();
    all.driver.beforeLaunch = () => undefined;
    const after = again(all);
    await after.session.start();
    expect(after.session.record.lifecycle).toBe('running');
  });

  it('a restart that was decided before its stop does not bring it up', async () => {
    const { session, driver } = world();
    await session.start();
    const asked = session.stop({ stays: true });
    await expect(session.restart()).rejects.toThrow(refusal('session-stopped', 'is stopped'));
    await asked;
    expect(driver.launches).toHaveLength(1);
  });

  it('I1: a bridge killed between the word and the deed ends the agent at its next start', async () => {
    const before = world();
    queue(before, 'm1');
    await before.session.start();
    await before.settle();
    before.driver.agent.beforeStop = () => new Promise(() => undefined);
    void before.session.stop({ stays: true });
    await before.settle();
    expect(before.driver.agent.stopped).toBe(false);
    before.driver.agent.beforeStop = () => undefined;
    const after = again(before);
    await after.session.start();
    expect(after.driver.agent.stopped).toBe(true);
    expect(after.driver.launches).toHaveLength(1);
    expect(after.session.record).toMatchObject({ lifecycle: 'stopped', agentSession: 'hand-conversation-1' });
    expect(after.stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('lost');
  });

  it('I1: a wish that cannot be written down ends nothing', async () => {
    const all = world();
    const facts = replacing(all.stores.facts, {
      set: () => {
        throw new Error('the disk is full');
      },
    });
    const session = new ManagedSession({
      ...all.common,
      stores: { ...all.stores, facts },
      entry: { number: one, channel: channelOne },
    });
    await session.start();
    await expect(session.stop({ stays: true })).rejects.toThrow('the disk is full');
    expect(all.driver.agent.stopped).toBe(false);
    expect(session).toMatchObject({ staysDown: undefined, agent: all.driver.agent, record: { lifecycle: 'running' } });
  });

  it('an agent that cannot be ended is named; asked again, it is ended', async () => {
    const before = world();
    await before.session.start();
    before.driver.agent.beforeStop = () => {
      throw new Error('tmux is gone');
    };
    await expect(before.session.stop({ stays: true })).rejects.toThrow('tmux is gone');
    expect(before.session.staysDown).toBe('asked');
    const after = again(before);
    await after.session.start();
    expect(after.session.problem).toBe('It was stopped on request. Its agent could not be ended: tmux is gone');
    after.driver.agent.beforeStop = () => undefined;
    expect(await after.session.stop({ stays: true })).toBe('was-stopped');
    expect(after.driver.agent.stopped).toBe(true);
    expect(after.session.problem).toBe('It was stopped on request.');
  });

  it('also when it had failed, or was about to be restarted', async () => {
    const { session, driver, clock } = world();
    await session.start();
    driver.agent.die();
    expect(await session.stop({ stays: true })).toBe('stopped');
    await clock.advance(60_000);
    expect([driver.launches.length, session.staysDown, clock.pending]).toEqual([1, 'asked', 0]);
  });

  it('an agent that was ended at its terminal and then asked to stop stays down after a full stop too', async () => {
    const before = world();
    await before.session.start();
    before.driver.agent.leave();
    expect(await before.session.stop({ stays: true })).toBe('was-stopped');
    await before.session.stop();
    const after = again(before);
    await after.session.start();
    expect(after.session.staysDown).toBe('asked');
  });
});

describe('MS-13: a start of other sessions', () => {
  it('leaves a live agent alone: it is adopted, in the middle of its turn', async () => {
    const before = world();
    queue(before, 'm1');
    await before.session.start();
    await before.settle();
    await before.session.detach();
    const after = again(before);
    await after.session.start('if-alive');
    expect(after.session.record).toMatchObject({ lifecycle: 'running', generation: 1 });
    expect(after.stores.turns.get(one, 'turn-of-m1')?.outcome).toBeUndefined();
  });

  it.each(['never ran', 'was stopped with all'])(
    'a session that %s stays down from then on, and nobody is told',
    async (how) => {
      const before = world();
      if (how !== 'never ran') {
        await before.session.start();
        await before.session.stop();
      }
      const after = again(before);
      await after.session.start('if-alive');
      expect(after.session).toMatchObject({ staysDown: 'asked', record: { lifecycle: 'stopped' } });
      expect(said(after)).toEqual([]);
      const later = again(after);
      await later.session.start();
      expect(later.session.staysDown).toBe('asked');
      expect(later.driver.launches).toHaveLength(how === 'never ran' ? 0 : 1);
    },
  );

  it('its messages wait then, and their channel is told how to go on', async () => {
    const all = world();
    queue(all, 'm1');
    await all.session.start('if-alive');
    await all.settle();
    expect(said(all)).toEqual([words.lifecycle.messagesWaitForStart(one)]);
  });

  it('whose agent cannot be looked for now is looked for again, and not launched', async () => {
    const before = world();
    await before.session.start();
    await before.session.detach();
    const after = again(before);
    after.driver.agent.stopped = true;
    let looks = 0;
    after.driver.onRecovering = () => {
      looks += 1;
      if (looks === 1) throw new Error('tmux does not answer');
    };
    await after.session.start('if-alive');
    expect(after.session.record.lifecycle).toBe('lost');
    await after.clock.advance(1_000);
    expect([looks, after.driver.launches.length, after.session.staysDown]).toEqual([2, 1, 'asked']);
  });
});
