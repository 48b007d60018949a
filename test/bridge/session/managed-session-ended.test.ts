import { describe, expect, it } from 'vitest';

import { words } from '../support/collector-world.ts';
import { channelOne, elsewhere, one } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { again, queue, world } from '../support/session-world.ts';
import type { World } from '../support/session-world.ts';

describe('an end at the terminal', () => {
  const texts = ({ stores }: World): readonly string[] => textsFor(stores, channelOne).map(({ text }) => text);

  it('I8: is told in the channel, and the session is not brought back', async () => {
    const all = world();
    const { session, driver, clock, states } = all;
    await session.start();
    driver.agent.leave();
    await clock.advance(60_000);
    expect(driver.launches).toHaveLength(1);
    expect(session.record.lifecycle).toBe('stopped');
    expect(session.problem).toContain('ended at the terminal');
    expect(states.at(-1)).toBe('unknown');
    expect(texts(all)).toEqual([words.sessionEnded(one)]);
    expect(clock.pending).toBe(0);
  });

  it('the turn that ran is told to be ended there, once', async () => {
    const all = world();
    await all.session.start();
    queue(all, 'm1');
    all.session.wake();
    await all.settle();
    all.driver.agent.leave();
    expect(all.stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('lost');
    expect(texts(all)).toEqual([words.turnEndedAtDesk(), words.sessionEnded(one)]);
  });

  it('messages wait then; the channel was told how to go on and is not told again, another channel is told once', async () => {
    const all = world();
    await all.session.start();
    all.driver.agent.leave();
    for (const id of ['m1', 'm2', 'm3']) {
      queue(all, id, id === 'm1' ? channelOne : elsewhere);
      all.session.wake();
      await all.settle();
    }
    expect(texts(all)).toEqual([words.sessionEnded(one)]);
    expect(textsFor(all.stores, elsewhere).map(({ text }) => text)).toEqual([words.messagesWait(one)]);
    expect(all.stores.inbox.get('m1')?.state).toBe('queued');
  });

  it('a message of another channel that has to be looked up waits as well, and its channel is told', async () => {
    const all = world();
    await all.session.start();
    queue(all, 'm1', elsewhere);
    all.stores.inbox.move('m1', 'sending', 1);
    all.stores.inbox.move('m1', 'uncertain', 1);
    all.driver.agent.leave();
    await all.settle();
    expect(textsFor(all.stores, elsewhere).map(({ text }) => text)).toEqual([words.messagesWait(one)]);
  });

  it('is remembered: the next daemon does not start the session, and says nothing twice', async () => {
    const before = world();
    await before.session.start();
    before.driver.agent.leave();
    queue(before, 'm1');
    await before.session.detach();
    const after = again(before);
    await after.session.start();
    await after.clock.advance(60_000);
    expect(after.driver.launches).toHaveLength(1);
    expect(after.session.record.lifecycle).toBe('stopped');
    expect(after.session.problem).toContain('ended at the terminal');
    expect(texts(after)).toEqual([words.sessionEnded(one)]);
  });

  it('MS-06: vai recover brings it back with its history, and what waited is delivered', async () => {
    const all = world();
    await all.session.start();
    all.driver.agent.leave();
    queue(all, 'm1');
    expect(await all.session.recover()).toBe('restarted');
    await all.settle();
    expect(all.driver.launches[1]?.resume).toBe('hand-conversation-1');
    expect(all.stores.inbox.get('m1')?.state).toBe('acknowledged');
    const after = again(all); // From now on a death is a death again.
    await after.session.start();
    expect(after.session.record.lifecycle).toBe('running');
  });

  it('MS-13: after a full stop everything is started again', async () => {
    const before = world();
    await before.session.start();
    before.driver.agent.leave();
    await before.session.stop();
    const after = again(before);
    await after.session.start();
    expect(after.session.record.lifecycle).toBe('running');
  });

  it('while nobody listened it is found so at the next start: told, not brought back, until somebody asks', async () => {
    const before = world();
    queue(before, 'm1');
    await before.session.start();
    await before.settle();
    await before.session.detach();
    before.driver.agent.stopped = true;
    const after = again(before);
    after.driver.onRecovering = (_, listener) => {
      listener.onEvent({ kind: 'died', exitCode: undefined, lastLines: '', asked: true });
    };
    await after.session.start();
    await after.clock.advance(60_000);
    expect([after.driver.launches.length, after.session.record.lifecycle]).toEqual([1, 'stopped']);
    expect(texts(after)).toEqual([words.turnEndedAtDesk(), words.sessionEnded(one)]);
    expect(await after.session.recover()).toBe('restarted');
    expect(after.driver.launches[1]?.resume).toBe('hand-conversation-1');
  });

  it('told while the agent is just being launched, it is not overlooked', async () => {
    const { session, driver, clock } = world();
    driver.onLaunched = (agent) => {
      agent.leave();
    };
    await session.start();
    await clock.advance(60_000);
    expect([session.record.lifecycle, driver.launches.length]).toEqual(['stopped', 1]);
  });
});

it('MS-07: messages for a session that was given up wait, and their channels are told how to go on', async () => {
  const all = world();
  all.driver.beforeLaunch = () => {
    throw new Error('broken');
  };
  await all.session.start();
  await all.clock.advance(7_000);
  queue(all, 'm1');
  queue(all, 'm2', elsewhere);
  all.session.wake();
  await all.settle();
  expect(textsFor(all.stores, channelOne).map(({ text }) => text)).toEqual([words.sessionGivenUp(one, 'broken')]);
  expect(textsFor(all.stores, elsewhere).map(({ text }) => text)).toEqual([words.messagesWait(one)]);
});
