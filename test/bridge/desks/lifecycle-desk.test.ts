import { describe, expect, it } from 'vitest';

import { refusal } from '../../storage/refusal.ts';
import { chat, local, paneOne, world } from '../support/bridge-world.ts';
import { one, two } from '../support/messages.ts';

describe('MS-13: single sessions', () => {
  it('are stopped and started by number, each once, and each says what became of it', async () => {
    const { bridge, manager, driver } = await world();
    expect(await bridge.stopSessions(local, [2, 2])).toEqual([{ session: two, outcome: 'stopped' }]);
    expect(await bridge.stopSessions(local, [2, 1])).toEqual([
      { session: one, outcome: 'stopped' },
      { session: two, outcome: 'was-stopped' },
    ]);
    expect((await bridge.status(local)).sessions.map(({ staysDown }) => staysDown)).toEqual(['asked', 'asked']);
    expect(await bridge.startSessions(local, [1])).toEqual([{ session: one, outcome: 'started' }]);
    expect(manager.get(2).record.lifecycle).toBe('stopped');
    expect(await bridge.startSessions(local)).toEqual([
      { session: one, outcome: 'was-running' },
      { session: two, outcome: 'started' },
    ]);
    expect(driver.launches).toHaveLength(4);
  });

  it('one that does not start is named with its reason, and keeps none of the others back', async () => {
    const { bridge, driver, manager } = await world();
    await bridge.stopSessions(local, [1, 2]);
    driver.beforeLaunch = ({ session }) => {
      if (session === 1) throw new Error('no such file');
    };
    expect(await bridge.startSessions(local, [1, 2])).toEqual([
      { session: one, outcome: 'failed', problem: 'no such file See `vai logs 1`.' },
      { session: two, outcome: 'started' },
    ]);
    expect(manager.get(2).record.lifecycle).toBe('running');
  });

  it('one whose agent cannot be ended is named with its reason, and keeps none of the others back', async () => {
    const { bridge, driver, manager } = await world();
    driver.agents[0]!.beforeStop = () => {
      throw new Error('tmux is gone');
    };
    expect(await bridge.stopSessions(local, [1, 2])).toEqual([
      { session: one, outcome: 'failed', problem: 'tmux is gone' },
      { session: two, outcome: 'stopped' },
    ]);
    expect(manager.get(1).staysDown).toBe('asked');
  });

  it('an unknown number is refused before anything is done', async () => {
    const { bridge, manager } = await world();
    await expect(bridge.stopSessions(local, [1, 9])).rejects.toThrow(refusal('session-unknown', '9'));
    await expect(bridge.startSessions(local, [1, 9])).rejects.toThrow(refusal('session-unknown', '9'));
    await expect(bridge.restartSession(local, 9, { whenIdle: false })).rejects.toThrow(refusal('session-unknown', '9'));
    expect(manager.get(1).record).toMatchObject({ lifecycle: 'running', generation: 1 });
  });

  it('are restarted; one that is stopped is brought up', async () => {
    const { bridge, manager } = await world();
    await bridge.restartSession(local, 1, { whenIdle: false });
    expect(manager.get(1).record).toMatchObject({ lifecycle: 'running', generation: 2 });
    await bridge.stopSessions(local, [1]);
    await bridge.restartSession(local, 1, { whenIdle: true });
    expect(manager.get(1)).toMatchObject({ staysDown: undefined, record: { lifecycle: 'running', generation: 3 } });
  });

  it('one that was given up is restarted with a full budget of attempts', async () => {
    const { bridge, manager, driver, clock } = await world();
    driver.beforeLaunch = () => {
      throw new Error('no such file');
    };
    driver.agents[0]!.die();
    await clock.advance(10_000);
    expect(manager.get(1).record.lifecycle).toBe('failed');
    await expect(bridge.restartSession(local, 1, { whenIdle: false })).rejects.toThrow(refusal('recover-failed', ''));
    expect(manager.get(1).record.lifecycle).toBe('lost');
  });

  it('are nothing for a process inside a session, or for somebody who does not own the bridge', async () => {
    const { bridge, manager } = await world();
    for (const actor of [paneOne, chat('operator')]) {
      await expect(bridge.stopSessions(actor, [1])).rejects.toThrow(refusal('forbidden', ''));
      await expect(bridge.startSessions(actor)).rejects.toThrow(refusal('forbidden', ''));
      await expect(bridge.restartSession(actor, 1, { whenIdle: false })).rejects.toThrow(refusal('forbidden', ''));
    }
    expect(manager.get(1).record.generation).toBe(1);
  });

  it('what came up while the bridge stops would have no keeper: refused', async () => {
    const { bridge, manager } = await world();
    await manager.stopAll();
    await expect(bridge.startSessions(local, [1])).rejects.toThrow(refusal('bridge-stopping', ''));
    await expect(bridge.restartSession(local, 1, { whenIdle: false })).rejects.toThrow(refusal('bridge-stopping', ''));
  });
});

describe('MS-13: the end of the bridge when nobody works', () => {
  it('is refused while an agent works, and names it; nothing is begun', async () => {
    const { bridge, driver, stops } = await world();
    driver.agents[1]!.become('busy');
    await expect(bridge.stop(local, { keepSessions: true, whenIdle: true })).rejects.toThrow(
      refusal('agent-busy', 'session 2'),
    );
    expect(stops).toEqual([]);
    driver.agents[1]!.become('idle');
    await bridge.stop(local, { keepSessions: true, whenIdle: true });
    expect(stops).toEqual([{ keepSessions: true }]);
  });
});
