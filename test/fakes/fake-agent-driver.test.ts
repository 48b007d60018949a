import { describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { AgentSpec, RunningAgent } from '../../src/contracts/agent.ts';
import type { SessionNumber } from '../../src/model/session.ts';
import { agentDriverContract } from '../contracts/agent-driver.ts';
import { AgentRecorder } from '../contracts/agent-harness.ts';
import type { AgentHarness } from '../contracts/agent-harness.ts';
import { agentQueueContract } from '../contracts/agent-queue.ts';
import { FakeAgentDriver, FakeMachine } from './fake-agent-driver.ts';
import type { FakeAgentProcess } from './fake-agent-driver.ts';
import { ManualClock } from './manual-clock.ts';

const spec: AgentSpec = {
  session: 1 as SessionNumber,
  generation: 1,
  terminal: 'claude-session-1',
  workDir: '/',
  trusted: true,
  directory: '/nowhere',
  environment: {},
};

agentDriverContract('fake', makeFakeHarness);
agentQueueContract('fake', makeFakeHarness);

/** A fake agent with habits. Its seconds are short. */
function makeFakeHarness(): AgentHarness {
  const machine = new FakeMachine();
  const driver = newDriver();
  const timers: (() => void)[] = [];
  const process = (): FakeAgentProcess => driver.process(spec.terminal);
  const received = (): string[] => [...machine.conversations.values()].flatMap((one) => one.received);

  function newDriver(): FakeAgentDriver {
    const made = new FakeAgentDriver({ clock: systemClock, machine });
    made.onMessage = react;
    made.onDecided = (_, decision) => {
      const denied = decision.behavior === 'deny';
      process().finish(denied ? `denied: ${decision.message ?? ''}` : 'allowed');
    };
    return made;
  }

  function react(text: string, agent: FakeAgentProcess): void {
    const seconds = /^slow (\d+)$/.exec(text)?.[1];
    const tools = /^tools (\d+)$/.exec(text)?.[1];
    if (text === 'ask') agent.openPrompt();
    else if (text === 'limit') agent.limit('it was asked to');
    else if (tools !== undefined) {
      const end = (): void => {
        agent.absorb();
        agent.finish('used tools');
      };
      timers.push(systemClock.after(Number(tools) * 50, end));
    } else if (text === 'fail') agent.fail('it was asked to');
    else if (seconds === undefined) agent.finish(`You said: ${text}`);
    else {
      const { turn } = agent;
      const end = (): void => {
        if (agent.alive && agent.turn === turn) agent.finish('slow answer');
      };
      timers.push(systemClock.after(Number(seconds) * 50, end));
    }
  }

  return {
    driver,
    spec,
    restarted: async () => newDriver(),
    words: {
      plainly: (word) => `just ${word}`,
      slowly: (seconds) => `slow ${seconds}`,
      askingPermission: 'ask',
      usingTools: (seconds) => `tools ${seconds}`,
      failing: 'fail',
      limited: 'limit',
    },
    decided: { allowed: /^allowed$/, denied: /^denied: not today$/ },
    received,
    normalised: (text) => text,
    remembers: (word) => process().received.some((text) => text.includes(word)),
    screen: () => received().join('\n'),
    desk: {
      allow: () => process().decide({ behavior: 'allow' }, 'desk'),
      type: (text) => {
        const isBusy = process().turn !== undefined;
        process().accept(text);
        if (!isBusy) react(text, process());
      },
      exit: () => process().die(0, '', true),
    },
    finished: async () => {
      while (process().turn !== undefined) await systemClock.sleep(10);
    },
    crash: () => {
      process().die(137);
      return 137;
    },
    processes: () => [...machine.processes.values()].filter(({ alive }) => alive).map(({ pid }) => pid),
    close: () => {
      for (const cancel of timers) cancel();
    },
  };
}

describe('the controls of the fake agent driver', () => {
  async function launch(): Promise<{ driver: FakeAgentDriver; agent: RunningAgent; heard: AgentRecorder }> {
    const driver = new FakeAgentDriver({ clock: new ManualClock() });
    const heard = new AgentRecorder();
    return { driver, heard, agent: await driver.launch(spec, undefined, heard) };
  }
  const input = { message: 'cli:1', text: 'hello', source: 'cli', authorName: 'bob' } as const;

  it('fails a delivery that has not happened, once', async () => {
    const { driver, agent } = await launch();
    driver.failNextDelivery('not-done');
    await expect(agent.deliver(input)).rejects.toMatchObject({ happened: 'not-done' });
    expect(await agent.wasDelivered(input.message, input.text)).toEqual({ delivered: 'no' });
    await expect(agent.deliver(input)).resolves.toMatchObject({ by: 'hook' });
  });

  it.each([true, false])('fails a delivery without a word of whether it arrived (it did: %s)', async (arrives) => {
    const { driver, agent, heard } = await launch();
    driver.failNextDelivery('unknown', arrives);
    await expect(agent.deliver(input)).rejects.toMatchObject({ happened: 'unknown' });
    expect((await agent.wasDelivered(input.message, input.text)).delivered).toBe(arrives ? 'yes' : 'no');
    expect(heard.of('turn-started')).toHaveLength(arrives ? 1 : 0);
  });

  it('holds deliveries', async () => {
    const { driver, agent, heard } = await launch();
    const release = driver.holdDeliveries();
    const delivery = agent.deliver(input);
    await Promise.resolve();
    expect(heard.events).toEqual([]);
    release();
    await delivery;
    driver.process(spec.terminal).finish('done');
    expect(heard.of('text')).toMatchObject([{ text: 'done' }]);
  });

  it('fails a launch', async () => {
    const { driver, heard } = await launch();
    driver.failNextLaunch();
    await expect(driver.launch(spec, undefined, heard)).rejects.toMatchObject({ code: 'agent-start-failed' });
  });
});
