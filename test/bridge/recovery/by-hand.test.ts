import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { expectUntouched, minute, world } from '../support/recovery-world.ts';

describe('recover, by hand', () => {
  it('MS-07: a healthy one is left alone, whatever it does', async () => {
    const all = await world();
    const { recovery, session, driver, clock } = all;
    expect(await recovery.recover(session)).toEqual({ outcome: 'running', finding: 'healthy', helped: true });
    await all.work();
    const recovered = recovery.recover(session);
    await clock.advance(3_000);
    driver.agent.view = { screen: 'still working' };
    await clock.advance(1_000);
    expect(await recovered).toEqual({ outcome: 'running', finding: 'healthy', helped: true });
    driver.agent.become('waiting', 'question');
    expect(await recovery.recover(session)).toMatchObject({ outcome: 'running', finding: 'waiting' });
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: one that shows nothing for ten seconds gets the next step each time', async () => {
    const all = await world();
    const { recovery, session, driver, clock } = all;
    await all.work();
    driver.agent.beforeInterrupt = () => {
      throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.');
    };
    const done: string[] = [];
    for (let call = 0; call < 6; call += 1) {
      const recovered = recovery.recover(session);
      await clock.advance(20_000);
      const { outcome, helped } = await recovered;
      done.push(`${outcome} ${helped}`);
    }
    expect(done).toEqual([
      ...['nudged false', 'nudged false', 'nudged false'],
      ...['interrupted false', 'interrupted false', 'restarted true'],
    ]);
    expect(all.attempts.every(({ by }) => by === 'person')).toBe(true);
    expect(driver.launches).toHaveLength(2);
    await all.stop();
  });

  it('a tool that runs is said, and nothing is done', async () => {
    const all = await world();
    const { recovery, session, clock } = all;
    await clock.advance(minute);
    await all.work();
    all.usage.now = { processes: 3, memory: 1, cpuMs: 1000 };
    await clock.advance(30_000);
    const recovered = recovery.recover(session);
    await clock.advance(20_000);
    expect(await recovered).toEqual({ outcome: 'running', finding: 'tool', helped: true });
    expectUntouched(all);
    await all.stop();
  });

  it('MS-06: one that does not run is brought up, and that is kept', async () => {
    const all = await world();
    const { recovery, session } = all;
    await session.stop();
    expect(await recovery.recover(session)).toEqual({ outcome: 'restarted', finding: 'stopped', helped: true });
    expect(session.record.lifecycle).toBe('running');
    expect(all.attempts).toMatchObject([{ by: 'person', finding: 'stopped', step: 'restart', outcome: 'helped' }]);
    await all.stop();
  });

  it('MS-06: one that cannot be brought up says why', async () => {
    const all = await world();
    const { recovery, session, driver } = all;
    await session.stop();
    driver.beforeLaunch = () => {
      throw new BridgeError('agent-start-failed', 'It said: no such file.');
    };
    await expect(recovery.recover(session)).rejects.toMatchObject({ code: 'recover-failed' });
    expect(all.attempts).toMatchObject([{ outcome: 'failed', reason: 'recover-failed' }]);
    await session.stop();
    await all.stop();
  });

  it('MS-07: two who ask at once, and the bridge itself, take one step at a time', async () => {
    const all = await world();
    const { recovery, session, driver, clock } = all;
    await all.work();
    let now = 0;
    let most = 0;
    driver.agent.onNudge = async () => {
      most = Math.max(most, (now += 1));
      await clock.sleep(20_000);
      now -= 1;
    };
    await clock.advance(5 * minute);
    const recovered = [recovery.recover(session), recovery.recover(session)];
    await clock.advance(5 * minute);
    await Promise.all(recovered);
    expect(driver.agent.nudges).toBeGreaterThanOrEqual(2);
    expect(most).toBe(1);
    await all.stop();
  });
});
