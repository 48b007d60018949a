import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { controlId } from '../../../src/bridge/prompts/control-ids.ts';
import type { CardControl } from '../../../src/bridge/prompts/control-ids.ts';
import type { ChatAct, ChatDeed } from '../../../src/contracts/chat.ts';
import type { PromptKind, PromptQuestion } from '../../../src/model/prompt.ts';
import { rules } from '../support/gate-world.ts';
import { world } from '../support/bridge-world.ts';
import { channelOne } from '../support/messages.ts';
import { postTexts } from '../support/outbox.ts';
import { question } from './card-world.ts';

let count = 0;

async function asked(kind: PromptKind = 'permission', questions: readonly PromptQuestion[] = []) {
  const all = await world();
  const agent = all.driver.agents[0]!;
  all.setPolicy({
    everywhere: rules({
      users: new Map([
        ['7', { role: 'operator' }],
        ['8', { role: 'member' }],
        ['9', { role: 'owner' }],
      ]),
    }),
  });
  agent.tell({
    kind: 'prompt-opened',
    id: 'p1',
    turn: undefined,
    prompt: kind,
    tool: 'Write',
    input: { path: '/x' },
    questions,
  });
  postTexts(all.stores, channelOne);
  const act = (deed: ChatDeed, id = '7', name = 'Otto') => {
    const told: ChatAct = {
      id: `act-${(count += 1)}`,
      author: { id, name, kind: 'human' },
      channel: channelOne,
      parent: undefined,
      direct: false,
      deed,
    };
    return all.acts.act(told);
  };
  const press = (control: CardControl, id?: string, name?: string) =>
    act({ kind: 'press', control: controlId('p1', control), messageId: '1' }, id, name);
  return { ...all, agent, act, press, state: () => all.stores.prompts.get('p1')?.state };
}

const privately = (text: RegExp) => ({ kind: 'private', text: expect.stringMatching(text) as string });

describe('I10: what people do with a card', () => {
  it('is on disk before the agent hears of it, and names who did it', async () => {
    const { press, agent, state, stores } = await asked();
    const seen: unknown[] = [];
    agent.beforeAnswer = () => void seen.push(state());
    expect(await press({ do: 'allow' })).toEqual({ kind: 'done' });
    expect(seen).toEqual(['sent']);
    expect(stores.prompts.get('p1')?.decision?.by).toEqual({ from: 'chat', name: 'Otto', userId: '7' });
    agent.tell({ kind: 'prompt-closed', id: 'p1', by: 'bridge' });
    expect(await press({ do: 'deny' }, '9', 'Olga')).toEqual(privately(/not open any more[\s\S]*allowed once.*Otto/));
    expect(agent.answers).toHaveLength(1);
  });

  it('twice at once counts once', async () => {
    const { press, agent } = await asked();
    const both = await Promise.all([press({ do: 'allow' }), press({ do: 'deny' }, '9', 'Olga')]);
    expect(both).toEqual([{ kind: 'done' }, privately(/allowed once.*Otto/)]);
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'allow' } }]);
  });

  it('is refused to whoever may not, also a form; trust is for owners', async () => {
    const { press, agent } = await asked();
    expect(await press({ do: 'allow' }, '8', 'Mia')).toEqual(privately(/may not/));
    expect(await press({ do: 'deny-with-word' }, '10', 'Eve')).toEqual(privately(/may not/));
    expect(agent.answers).toEqual([]);
    const trust = await asked('trust');
    expect(await trust.press({ do: 'allow' })).toEqual(privately(/may not/));
    expect(await trust.press({ do: 'allow' }, '9')).toEqual({ kind: 'done' });
  });

  it('does nothing for a newer agent, an unknown request, or a control that is not there', async () => {
    const { press, act, agent, driver, clock, stores } = await asked();
    expect(await press({ do: 'grant', grant: 0 })).toEqual(privately(/not known/));
    expect(await act({ kind: 'press', control: 'prompt:p9:allow', messageId: '1' })).toEqual(privately(/not known/));
    expect(await act({ kind: 'press', control: 'prompt:p1:fly', messageId: '1' })).toEqual(privately(/not known/));
    agent.die();
    await clock.advance(1_000);
    expect(await press({ do: 'allow' })).toEqual(privately(/The agent ended/));
    // Not even when the state still calls it open.
    const old = stores.prompts.get('p1')!;
    stores.prompts.open({ ...old, id: 'p2', generation: 1 });
    expect(await act({ kind: 'press', control: 'prompt:p2:allow', messageId: '1' })).toEqual(
      privately(/not open any more/),
    );
    expect(driver.agents.flatMap(({ answers }) => answers)).toEqual([]);
  });

  it('comes back to the card when the agent certainly did not take it', async () => {
    const { press, agent, state, stores } = await asked();
    agent.beforeAnswer = () => {
      throw new BridgeError('answer-unwritable', 'the disk is full', { happened: 'not-done' });
    };
    expect(await press({ do: 'allow' })).toEqual({ kind: 'done' });
    await Promise.resolve();
    await expect.poll(state).toBe('open');
    const [edit] = stores.outbox.pending(channelOne, 'edit');
    expect(edit?.content).toMatchObject({ text: expect.stringContaining('did not reach the agent') as string });
    expect(edit?.content.kind === 'edit' && edit.content.controls).not.toEqual([]);
    agent.beforeAnswer = () => undefined;
    await press({ do: 'deny' });
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'deny' } }]);
  });
});

describe('BX-05: questions in chat', () => {
  const two = [
    question('Colour', ['Red', 'Blue']),
    question('Size', ['S', 'L'], { isMultiple: true, takesText: false }),
  ];

  it('what is chosen is kept, what is missing is said, and all of it is sent', async () => {
    const { press, act, agent, stores } = await asked('question', two);
    const choose = (number: number, ...values: string[]) =>
      act({ kind: 'choose', control: controlId('p1', { do: 'menu', question: number }), messageId: '1', values });
    expect(await choose(1, '0', '1')).toEqual({ kind: 'done' });
    expect(stores.prompts.get('p1')?.draft).toEqual({ Size: ['S', 'L'] });
    expect(await press({ do: 'send' })).toEqual(privately(/Colour\?/));
    expect(await choose(9, '0')).toEqual(privately(/not known/));
    expect(await choose(0, '1')).toEqual({ kind: 'done' });
    expect(await press({ do: 'send' })).toEqual({ kind: 'done' });
    expect(agent.answers).toEqual([
      { id: 'p1', answer: { behavior: 'choose', answers: { Colour: 'Blue', Size: 'S, L' } } },
    ]);
  });

  it('a form: opens with its fields, refuses what is no answer, and is sent when it says everything', async () => {
    const questions = [question('Name', []), question('Size', ['S', 'L'], { takesText: false })];
    const { press, act, agent } = await asked('form', questions);
    expect(await press({ do: 'words', from: 0 })).toMatchObject({
      kind: 'form',
      form: { fields: [{ id: '0', label: 'Name?' }] },
    });
    expect(await press({ do: 'words', from: 3 })).toEqual(privately(/not known/));
    const submit = (fields: Record<string, string>) =>
      act({ kind: 'submit', form: controlId('p1', { do: 'words', from: 0 }), fields });
    expect(await submit({ 1: 'huge' })).toEqual(privately(/“huge”.*S, L/));
    expect(await submit({ 0: 'Ann' })).toEqual({ kind: 'done' });
    expect(agent.answers).toEqual([]);
    expect(await submit({ 1: 'l' })).toEqual({ kind: 'done' });
    expect(agent.answers).toEqual([{ id: 'p1', answer: { behavior: 'choose', answers: { Name: 'Ann', Size: 'L' } } }]);
  });
});
