import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { PromptAnswer } from '../../src/model/prompt.ts';
import { refusal } from '../storage/refusal.ts';
import { chat, local, paneOne, world } from './support/bridge-world.ts';
import { asks } from './support/collector-world.ts';
import { gate } from './support/hand-transport.ts';
import { channelOne, one } from './support/messages.ts';

describe('prompts and answers', () => {
  async function asked(kind: 'permission' | 'question' | 'plan' = 'permission') {
    const all = await world();
    const agent = all.driver.agents[0]!;
    const event = asks('p1');
    agent.tell(event.kind === 'prompt-opened' ? { ...event, prompt: kind } : event);
    return { ...all, agent, state: () => all.stores.prompts.get('p1')?.state };
  }

  it('BX-05: are listed while they are open', async () => {
    const { bridge, clock } = await asked();
    const since = new Date(clock.now()).toISOString();
    const listing = {
      id: 'p1',
      session: 1,
      kind: 'permission',
      tool: 'Write',
      input: { path: '/x' },
      grants: [],
      questions: [],
      since,
    };
    expect(await bridge.prompts(paneOne)).toEqual([{ ...listing, channel: channelOne }]);
    await bridge.answer(local, 'p1', { behavior: 'allow' });
    expect(await bridge.prompts(local)).toEqual([]);
  });

  it('BX-05: the answer is handed to the agent that asked, and is on disk before', async () => {
    const { bridge, agent, state } = await asked();
    const seen: unknown[] = [];
    agent.beforeAnswer = () => {
      seen.push(state());
    };
    await bridge.answer(local, 'p1', { behavior: 'deny', message: 'no' });
    expect(seen).toEqual(['sent']);
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'deny', message: 'no' } }]);
    agent.tell({ kind: 'prompt-closed', id: 'p1', by: 'bridge' });
    expect(state()).toBe('applied');
  });

  it('I10: of two people at once, one is first and the other is told', async () => {
    const { bridge, agent } = await asked();
    const handing = gate();
    agent.beforeAnswer = () => handing.passed;
    const answers = [
      bridge.answer(local, 'p1', { behavior: 'allow' }),
      bridge.answer(chat('operator'), 'p1', { behavior: 'deny' }),
    ];
    handing.open();
    const results = await Promise.allSettled(answers);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(answers[1]).rejects.toThrow(refusal('prompt-gone', '"p1"'));
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'allow' } }]);
  });

  it('I10: decided at the desk first: refused', async () => {
    const { bridge, agent } = await asked();
    agent.tell({ kind: 'prompt-closed', id: 'p1', by: 'desk' });
    await expect(bridge.answer(local, 'p1', { behavior: 'allow' })).rejects.toThrow(refusal('prompt-gone'));
    expect(agent.answers).toEqual([]);
  });

  it('I10: the agent does not wait for it any more: refused, and closed', async () => {
    const { bridge, agent, state } = await asked();
    agent.beforeAnswer = () => {
      throw new BridgeError('prompt-gone', 'gone');
    };
    await expect(bridge.answer(local, 'p1', { behavior: 'allow' })).rejects.toThrow(refusal('prompt-gone', '"p1"'));
    expect(state()).toBe('overtaken');
  });

  it('I10: an answer for an older agent never reaches the newer one', async () => {
    const { bridge, agent, driver, clock, stores } = await asked();
    agent.die();
    await clock.advance(1_000);
    await expect(bridge.answer(local, 'p1', { behavior: 'allow' })).rejects.toThrow(refusal('prompt-gone'));
    // Not even when the state still calls it open.
    stores.prompts.open({
      id: 'p2',
      session: one,
      generation: 1,
      kind: 'plan',
      tool: 'x',
      input: {},
      grants: [],
      questions: [],
      since: 1,
    });
    await expect(bridge.answer(local, 'p2', { behavior: 'allow' })).rejects.toThrow(refusal('prompt-gone'));
    expect(driver.agents.flatMap(({ answers }) => answers)).toEqual([]);
  });

  it('BX-05: an agent that is not found again yet: it is decided, and the agent is told when it is found', async () => {
    const { agent, manager, bridge, state } = await asked();
    await manager.get(1).detach();
    await bridge.answer(local, 'p1', { behavior: 'allow' });
    expect([state(), agent.answers]).toEqual(['sent', []]);
    await manager.get(1).start();
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'allow' } }]);
  });

  it('BX-05: an answer that the agent did not take can be given again, rightly', async () => {
    const { bridge, agent, state } = await asked('question');
    agent.beforeAnswer = () => {
      throw new BridgeError('answer-does-not-fit', 'The agent did not ask "What?".');
    };
    const wrong: PromptAnswer = { behavior: 'choose', answers: { 'What?': 'x' } };
    await expect(bridge.answer(local, 'p1', wrong)).rejects.toThrow(refusal('answer-does-not-fit', '"What?"'));
    expect(state()).toBe('open');
    agent.beforeAnswer = () => undefined;
    await bridge.answer(local, 'p1', { behavior: 'choose', answers: { 'Why?': 'y' } });
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'choose', answers: { 'Why?': 'y' } } }]);
  });

  it('an answer that may have arrived cannot be given twice', async () => {
    const { bridge, agent, state } = await asked();
    agent.beforeAnswer = () => {
      throw new BridgeError('answer-unwritable', 'the line broke', { happened: 'unknown' });
    };
    await expect(bridge.answer(local, 'p1', { behavior: 'allow' })).rejects.toThrow(refusal('answer-unwritable'));
    expect(state()).toBe('sent');
    await expect(bridge.answer(local, 'p1', { behavior: 'deny' })).rejects.toThrow(refusal('prompt-gone'));
  });

  it('an answer that may have arrived is given again until the agent tells what became of it', async () => {
    const { bridge, agent, clock, state } = await asked();
    let tries = 0;
    agent.beforeAnswer = () => {
      tries += 1;
      throw new BridgeError('answer-unwritable', 'the line broke', { happened: 'unknown' });
    };
    await expect(bridge.answer(local, 'p1', { behavior: 'allow' })).rejects.toThrow(refusal('answer-unwritable'));
    await clock.advance(5_000);
    expect(tries).toBe(2);
    agent.beforeAnswer = () => undefined;
    await clock.advance(5_000);
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'allow' } }]);
    agent.tell({ kind: 'prompt-closed', id: 'p1', by: 'bridge' });
    expect(state()).toBe('applied');
    await clock.advance(60_000);
    expect(agent.answers).toHaveLength(1);
  });

  it('one that was opened again, and was decided all the same, is closed', async () => {
    const { bridge, agent, state } = await asked();
    agent.beforeAnswer = () => {
      throw new BridgeError('answer-unwritable', 'it seemed lost', { happened: 'not-done' });
    };
    await expect(bridge.answer(local, 'p1', { behavior: 'allow' })).rejects.toThrow(refusal('answer-unwritable'));
    expect(state()).toBe('open');
    agent.tell({ kind: 'prompt-closed', id: 'p1', by: 'bridge' });
    expect(state()).toBe('overtaken');
  });

  for (const [kind, answer, fits] of [
    ['permission', { behavior: 'allow' }, true],
    ['permission', { behavior: 'deny' }, true],
    ['permission', { behavior: 'choose', answers: {} }, false],
    ['plan', { behavior: 'allow' }, true],
    ['plan', { behavior: 'deny' }, true],
    ['plan', { behavior: 'choose', answers: {} }, false],
    ['question', { behavior: 'allow' }, false],
    ['question', { behavior: 'deny' }, true],
    ['question', { behavior: 'choose', answers: { a: 'b' } }, true],
  ] as const) {
    it(`a ${kind} ${fits ? 'is' : 'cannot be'} answered with ${answer.behavior}`, async () => {
      const { bridge, agent, state } = await asked(kind);
      if (fits) await bridge.answer(local, 'p1', answer);
      else await expect(bridge.answer(local, 'p1', answer)).rejects.toThrow(refusal('answer-unfit', kind));
      expect([state(), agent.answers.length]).toEqual(fits ? ['sent', 1] : ['open', 0]);
    });
  }
});
