import { describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { AgentSpec, RunningAgent } from '../../src/contracts/agent.ts';
import type { SessionNumber } from '../../src/model/session.ts';
import type { PromptAnswer, PromptKind, PromptQuestion } from '../../src/model/prompt.ts';
import { agentDriverContract } from '../contracts/agent-driver.ts';
import { AgentRecorder } from '../contracts/agent-harness.ts';
import type { AgentHarness } from '../contracts/agent-harness.ts';
import { agentPromptsContract } from '../contracts/agent-prompts.ts';
import { agentQueueContract } from '../contracts/agent-queue.ts';
import { FakeAgentDriver, FakeMachine } from './fake-agent-driver.ts';
import type { FakeAgentProcess, FakeOffer } from './fake-agent-driver.ts';
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
agentPromptsContract('fake', makeFakeHarness);
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
    made.onDecided = (_, decision) => process().finish(saidAfter(decision));
    return made;
  }

  function react(text: string, agent: FakeAgentProcess): void {
    const seconds = /^slow (\d+)$/.exec(text)?.[1];
    const tools = /^tools (\d+)$/.exec(text)?.[1];
    if (isPrompt(text)) ask(text, agent);
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
      usingTools: (seconds) => `tools ${seconds}`,
      failing: 'fail',
      limited: 'limit',
    },
    asks: {
      permission: { words: 'ask', allowed: /^allowed$/, denied: /^denied: not today$/ },
      grant: { words: 'ask rule', granted: /^allowed by Bash\(make\)$/ },
      question: { words: 'question' },
      questions: { words: 'questions' },
      form: { words: 'form', filledIn: /^answered: Ann, small$/, declined: /^denied: $/ },
      plan: { words: 'plan', approved: /^allowed$/ },
    },
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

/** The rule that it can be granted. */
const rule = 'Bash(make)';
const colour: PromptQuestion = {
  id: 'Which colour?',
  text: 'Which colour?',
  options: [{ label: 'Red' }, { label: 'Blue' }],
  isMultiple: false,
  takesText: true,
};
const sizes: PromptQuestion = { ...colour, id: 'Which sizes?', text: 'Which sizes?', isMultiple: true };
const fields: readonly PromptQuestion[] = [
  { id: 'name', text: 'Your name', options: [], isMultiple: false, takesText: true },
  { id: 'size', text: 'Size', options: [{ label: 'small' }], isMultiple: false, takesText: false },
  { id: 'note', text: 'Note', options: [], isMultiple: false, takesText: true, isOptional: true },
];
const prompts = {
  ask: ['permission', 'Write', {}],
  'ask rule': [
    'permission',
    'Bash',
    { grants: [{ kind: 'rules', id: 'always', rules: [rule], effect: 'allow', where: 'session' }] },
  ],
  question: ['question', 'AskUserQuestion', { questions: [colour] }],
  questions: ['question', 'AskUserQuestion', { questions: [colour, sizes] }],
  plan: ['plan', 'ExitPlanMode', {}],
  form: ['form', 'parcels', { questions: fields }],
} as const satisfies Record<string, readonly [PromptKind, string, FakeOffer]>;

function isPrompt(text: string): text is keyof typeof prompts {
  return text in prompts;
}

function ask(text: keyof typeof prompts, agent: FakeAgentProcess): void {
  const [kind, tool, offer] = prompts[text];
  if (text === 'ask rule' && agent.granted.has(rule)) agent.finish(`allowed by ${rule}`);
  else agent.openPrompt(kind, tool, { about: text }, offer);
}

function saidAfter(decision: PromptAnswer): string {
  switch (decision.behavior) {
    case 'allow':
      return decision.grant === undefined ? 'allowed' : `allowed by ${rule}`;
    case 'deny':
      return `denied: ${decision.message ?? ''}`;
    case 'choose':
      return `answered: ${Object.values(decision.answers).join(', ')}`;
  }
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
