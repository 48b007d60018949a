import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { stateOf } from '../support/hand-driver.ts';
import { asks, words } from '../support/collector-world.ts';
import { gate } from '../support/hand-transport.ts';
import { one } from '../support/messages.ts';
import { queue } from '../support/session-world.ts';
import { expectUntouched, minute, patienceMs, world } from '../support/recovery-world.ts';
import type { RecoveryWorld } from '../support/recovery-world.ts';

const { recovery: say } = words;

describe('a quiet but healthy agent is never touched', () => {
  it('MS-07: 30 minutes in a silent tool that sleeps and uses no processor', async () => {
    const all = await world();
    await all.clock.advance(minute);
    await all.work();
    all.usage.now = { processes: 4, memory: 1, cpuMs: 1010 };
    await all.clock.advance(30 * minute);
    expectUntouched(all);
    all.driver.agent.finish('m1', 'done');
    expect(all.said()).toEqual(['done']);
    await all.stop();
  });

  it('MS-07: an hour in which its service lets it wait: its screen counts down', async () => {
    const all = await world();
    await all.work();
    for (let second = 3600; second > 0; second -= 15) {
      all.driver.agent.view = { screen: `Retrying in ${second} s (attempt 3/10)` };
      await all.clock.advance(15_000);
    }
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: half an hour of computing without a word', async () => {
    const all = await world();
    await all.clock.advance(minute);
    await all.work();
    for (let round = 0; round < 60; round += 1) {
      all.usage.now = { processes: 2, memory: 1, cpuMs: 1000 + round * 20_000 };
      await all.clock.advance(30_000);
    }
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: a day of rest, and a day in which it waits for a person', async () => {
    const all = await world();
    await all.clock.advance(24 * 60 * minute);
    all.driver.agent.tell(asks('p1'));
    all.driver.agent.become('waiting', 'permission');
    await all.clock.advance(24 * 60 * minute);
    expect(all.attempts).toEqual([]);
    expect(all.driver.agent.nudges).toBe(0);
    await all.stop();
  });

  it('MS-07: processes that cannot be measured speak for it, and that is logged', async () => {
    const all = await world();
    all.usage.now = undefined;
    await all.work();
    await all.clock.advance(2 * 60 * minute);
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: one that was found at work after a restart of the bridge, with processes of its own', async () => {
    const all = await world();
    await all.work(); // It was never seen at rest.
    all.usage.now = { processes: 5, memory: 1, cpuMs: 1000 };
    await all.clock.advance(60 * minute);
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: one at work whose terminal cannot be looked at for an hour: nobody has seen that it stands still', async () => {
    const all = await world();
    await all.work();
    all.driver.agent.look = () => Promise.reject(new BridgeError('terminal-unreachable', 'tmux does not answer.'));
    await all.clock.advance(60 * minute);
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: one that shows a request of which nothing was told: Escape would be an answer', async () => {
    const all = await world();
    await all.work();
    all.driver.agent.view = { screen: 'Do you want to proceed?', asks: true };
    await all.clock.advance(60 * minute);
    expectUntouched(all);
    await all.stop();
  });

  it.each([
    { code: 'message-empty', what: 'a message of which nothing is left' },
    { code: 'prompt-altered', what: 'a message that cannot be typed' },
    { code: 'input-not-empty', what: 'somebody who types at its terminal' },
    { code: 'terminal-unreachable', what: 'tmux that does not answer' },
  ] as const)('MS-07: $what says nothing about the agent', async ({ code }) => {
    const all = await world();
    const { driver, clock } = all;
    driver.agent.beforeConfirm = () => {
      throw new BridgeError(code, 'It could not be typed.', { happened: 'not-done' });
    };
    queue(all, 'm1');
    all.session.wake();
    await clock.advance(10_000);
    expect(driver.agent.delivered).toHaveLength(3);
    await clock.advance(5 * minute);
    expect(driver.launches).toHaveLength(1);
    expect(all.attempts).toEqual([]);
    await all.stop();
  });

  it('MS-07: a machine that was suspended in the middle of a turn', async () => {
    const all = await world();
    await all.work();
    await all.clock.advance(4 * minute);
    all.clock.suspend(8 * 60 * minute);
    await all.clock.advance(30_000);
    expectUntouched(all);
    all.driver.agent.view = { screen: 'working on it again' };
    await all.clock.advance(4 * minute);
    expectUntouched(all);
    await all.stop();
  });

  it('MS-07: a clock that is set forward a day, and back a week', async () => {
    const all = await world();
    await all.work();
    await all.clock.advance(2 * minute);
    all.clock.jump(24 * 60 * minute);
    await all.clock.advance(minute);
    all.clock.jump(-7 * 24 * 60 * minute);
    await all.clock.advance(minute);
    expectUntouched(all);
    await all.stop();
  });
});

describe('an agent that lives and does not move', () => {
  it('MS-07: a push is tried first, after the patience and not before; when it helps, that is said', async () => {
    const all = await world();
    const { driver, clock } = all;
    await all.work();
    driver.agent.onNudge = () => {
      driver.agent.view = { screen: 'awake' };
    };
    await clock.advance(patienceMs);
    expect(driver.agent.nudges).toBe(0);
    await clock.advance(minute);
    expect(driver.agent.nudges).toBe(1);
    expect(all.tried()).toEqual(['nudge 1 helped']);
    expect(all.attempts[0]).toMatchObject({ session: 1, generation: 1, by: 'bridge', finding: 'wedged' });
    expect(all.attempts[0]?.evidence).toMatchObject({ activity: 'busy', tools: 0, silentMs: patienceMs });
    expect(all.said()).toEqual([say.helped(one, 'nudge')]);
    await all.stop();
  });

  it('MS-07: then its turn is stopped, after 1, 2 and 4 s of pushing, and that is told with its last words', async () => {
    const all = await world();
    const { driver, clock, session } = all;
    await all.work();
    await clock.advance(patienceMs + 30_000);
    expect(driver.agent.nudges).toBe(1);
    await clock.advance(999);
    expect(driver.agent.nudges).toBe(1);
    await clock.advance(1);
    expect(driver.agent.nudges).toBe(2);
    await clock.advance(2_000);
    expect(driver.agent.nudges).toBe(3);
    expect(all.said()).toEqual([]);
    await clock.advance(4_000);
    expect(driver.agent.interrupts).toBe(1);
    await clock.advance(1_000);
    expect(session.state.activity).toBe('idle');
    expect(all.tried()).toEqual(['nudge 1 in-vain', 'nudge 2 in-vain', 'nudge 3 in-vain', 'interrupt 1 helped']);
    const silentMs = patienceMs + 7_000;
    expect(all.said()).toEqual([
      say.wedged(one, silentMs, 'working on it'),
      words.turnInterrupted(),
      say.helped(one, 'interrupt'),
    ]);
    expect(driver.launches).toHaveLength(1);
    await all.stop();
  });

  /** Neither pushes nor Escape reach it. */
  function stuck({ driver }: RecoveryWorld): void {
    driver.agent.beforeInterrupt = () => {
      throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.');
    };
  }

  it('MS-07: then it is restarted with its conversation', async () => {
    const all = await world();
    const { driver, clock, session } = all;
    await all.work();
    stuck(all);
    await clock.advance(patienceMs + minute);
    expect(all.tried().slice(3)).toEqual(['interrupt 1 failed', 'interrupt 2 failed', 'restart 1 helped']);
    expect(all.attempts[3]?.reason).toBe('interrupt-failed');
    expect(driver.launches[1]).toMatchObject({ resume: 'hand-conversation-1', spec: { generation: 2 } });
    expect(session.record.lifecycle).toBe('running');
    expect(all.said().at(-1)).toBe(say.helped(one, 'restart'));
    await all.stop();
  });

  it('MS-07: stuck again and again, it is restarted three times, then given up: told once, and left as it is', async () => {
    const all = await world();
    const { driver, clock } = all;
    driver.onLaunched = (agent) => {
      agent.state = stateOf('busy');
      agent.view = { screen: 'stuck at once' };
      agent.beforeInterrupt = () => {
        throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.');
      };
    };
    await all.work();
    stuck(all);
    await clock.advance(40 * minute);
    expect(driver.launches).toHaveLength(4);
    expect(all.tried().filter((line) => line.startsWith('restart'))).toEqual([
      'restart 1 helped',
      'restart 2 helped',
      'restart 3 helped',
    ]);
    expect(all.attempts.at(-1)).toMatchObject({ step: 'give-up', attempt: 8, outcome: 'in-vain' });
    expect(all.said().filter((text) => text === say.gaveUp(one, 'stuck at once'))).toHaveLength(1);
    expect(all.said().at(-1)).toBe(say.gaveUp(one, 'stuck at once'));
    await all.stop();
  });

  it('MS-07: ten minutes without trouble give it its whole budget again, a look less does not', async () => {
    for (const [well, nudges] of [
      [10, 2],
      [9, 1],
    ] as const) {
      const all = await world();
      const { driver, clock, attempts } = all;
      await all.work();
      driver.agent.onNudge = () => {
        driver.agent.view = { screen: `awake ${driver.agent.nudges}` };
      };
      await clock.advance(patienceMs + minute);
      driver.agent.finish('m1', 'done');
      await clock.advance(well * minute);
      driver.agent.become('busy');
      await clock.advance(patienceMs + minute);
      expect(attempts.at(-1)?.attempt).toBe(nudges === 2 ? 1 : 2);
      await all.stop();
    }
  });

  it('MS-07: minutes without trouble between one trouble and the next do not add up', async () => {
    const all = await world();
    const { driver, clock, attempts } = all;
    await all.work();
    driver.agent.onNudge = () => {
      driver.agent.view = { screen: `awake ${driver.agent.nudges}` };
    };
    for (const nudges of [1, 2, 3]) {
      driver.agent.become('busy');
      await clock.advance(patienceMs + minute);
      expect(attempts.at(-1)).toMatchObject({ step: 'nudge', attempt: nudges, outcome: 'helped' });
      driver.agent.become('idle');
      await clock.advance(6 * minute);
    }
    await all.stop();
  });

  it('MS-07: computing for an hour without drawing anything is an end as well', async () => {
    const all = await world();
    const { clock, driver } = all;
    await clock.advance(minute);
    await all.work();
    for (let round = 0; round < 124; round += 1) {
      all.usage.now = { processes: 2, memory: 1, cpuMs: 1000 + round * 30_000 };
      await clock.advance(30_000);
    }
    expect(driver.agent.nudges).toBeGreaterThan(0);
    await all.stop();
  });

  it('what its terminal shows stands in its channel, and nowhere in the log or the history', async () => {
    const all = await world();
    await all.work();
    all.driver.agent.view = { screen: 'the password is hunter2' };
    await all.clock.advance(patienceMs + 2 * minute);
    expect(all.said().join('\n')).toContain('hunter2');
    expect(JSON.stringify([all.attempts, all.log.lines])).not.toContain('hunter2');
    await all.stop();
  });
});

describe('I8: stopping is not failing', () => {
  it('MS-07: a session that is stopped in the middle of it is not brought back', async () => {
    const all = await world();
    const { clock, session, driver } = all;
    await all.work();
    await clock.advance(patienceMs + 30_000);
    expect(driver.agent.nudges).toBe(1);
    await session.stop({ stays: true });
    await clock.advance(60 * minute);
    expect(session.record.lifecycle).toBe('stopped');
    expect(driver.launches).toHaveLength(1);
    expect(all.tried()).toEqual(['nudge 1 overtaken']);
    await all.stop();
  });

  it('MS-07: nor one that is stopped while its turn is being stopped', async () => {
    const all = await world();
    const { clock, session, driver } = all;
    await all.work();
    const held = gate();
    driver.agent.beforeInterrupt = async () => {
      await held.passed;
      throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.');
    };
    await clock.advance(patienceMs + minute);
    expect(driver.agent.interrupts).toBe(1);
    const stopped = session.stop({ stays: true });
    held.open();
    await clock.advance(60 * minute);
    await stopped;
    expect(session.record.lifecycle).toBe('stopped');
    expect(driver.launches).toHaveLength(1);
    await all.stop();
  });

  it('MS-07: an agent that died and came back meanwhile is another one, and is not restarted', async () => {
    const all = await world();
    const { clock, session, driver } = all;
    await all.work();
    driver.agent.beforeInterrupt = () => {
      throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.');
    };
    await clock.advance(patienceMs + 30_000 + 7_000);
    driver.agent.die();
    await clock.advance(minute);
    expect(session.record).toMatchObject({ lifecycle: 'running', generation: 2 });
    expect(driver.launches).toHaveLength(2);
    await all.stop();
  });

  it('touches nothing any more once it has stopped', async () => {
    const all = await world();
    await all.work();
    await all.clock.advance(patienceMs);
    const done = all.stop();
    await all.clock.advance(60 * minute);
    await done;
    expectUntouched(all);
    expect(all.clock.pending).toBe(0);
  });
});
