import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { RunningAgent } from '../../src/contracts/agent.ts';
import { canAcceptMessage } from '../../src/model/agent.ts';
import type { AgentEvent } from '../../src/model/agent.ts';
import type { TurnInput } from '../../src/model/message.ts';
import type { PromptAnswer, PromptQuestion } from '../../src/model/prompt.ts';
import { until } from '../e2e/support/until.ts';
import { AgentRecorder } from './agent-harness.ts';
import type { AgentHarness, HarnessNeeds } from './agent-harness.ts';

type Opened = Extract<AgentEvent, { kind: 'prompt-opened' }>;
type Asking = keyof AgentHarness['asks'];

const gone = { code: 'prompt-gone' };
const unfit = { code: 'answer-does-not-fit', happened: 'not-done' };
const allow = { behavior: 'allow' } as const;
const ownWords = 'mauve, 赤 "quoted"\nand a second line';

/**
 * What every driver must do whose agents ask something that is answered from outside. What a kind of agent does not ask is
 * skipped. Most tests share one agent: they leave it idle, whatever happened.
 *
 * @param makeHarness makes a fresh place, with no agent running in it.
 */
export function agentPromptsContract(
  name: string,
  makeHarness: (needs?: HarnessNeeds) => AgentHarness | Promise<AgentHarness>,
): void {
  describe(`agent prompts contract: ${name}`, () => {
    let harness: AgentHarness;
    let heard: AgentRecorder;
    let agent: RunningAgent;
    let messages = 0;

    async function open(needs?: HarnessNeeds): Promise<void> {
      harness = await makeHarness(needs);
      heard = new AgentRecorder();
      agent = await harness.driver.launch(harness.spec, undefined, heard);
    }
    async function close(): Promise<void> {
      await agent.detach();
      await harness.close();
    }

    function message(text: string): TurnInput {
      messages += 1;
      return { message: `cli:${messages}`, text, source: 'discord', authorName: 'bob' };
    }

    async function idle(): Promise<void> {
      await until(() => canAcceptMessage(agent.state), { what: `an idle agent: ${JSON.stringify(agent.state)}` });
    }

    /** Says something that makes it ask. */
    async function asked(text: string): Promise<Opened & { readonly turn: string }> {
      await idle();
      const count = heard.of('prompt-opened').length;
      const { turn } = await agent.deliver(message(text));
      const prompt = await heard.prompt(count + 1);
      expect(prompt.turn).toBe(turn);
      await until(() => agent.state.waitingFor === prompt.prompt, { what: `an agent that waits for ${prompt.prompt}` });
      return { ...prompt, turn };
    }

    /** The rest of a turn that was decided: what was said in it. */
    async function decided({ id, turn }: Opened & { readonly turn: string }, by = 'bridge'): Promise<string> {
      expect((await heard.closed(id)).by).toBe(by);
      expect((await heard.ended(turn)).outcome).toBe('completed');
      const times = heard.of('prompt-closed').filter((event) => event.id === id);
      expect(times).toHaveLength(1);
      return heard.textOf(turn);
    }

    async function answered(prompt: Opened & { readonly turn: string }, answer: PromptAnswer): Promise<string> {
      await agent.answer(prompt.id, answer);
      return decided(prompt);
    }

    /** A whole turn that asks nothing. */
    async function unasked(text: string): Promise<string> {
      await idle();
      const count = heard.of('prompt-opened').length;
      const { turn } = await agent.deliver(message(text));
      await heard.ended(turn);
      expect(heard.of('prompt-opened')).toHaveLength(count);
      return heard.textOf(turn);
    }

    /** Finds the agent again as a restarted daemon does; from now on `heard` is what that one hears. */
    async function restart(meanwhile: () => void | Promise<void> = () => undefined): Promise<void> {
      const { handle } = agent;
      await agent.detach();
      await meanwhile();
      heard = new AgentRecorder();
      agent = (await (await harness.restarted()).recover(harness.spec, handle, heard))!;
    }

    /** Everything that this kind of agent can ask without further preparations. */
    function everyKind(): readonly string[] {
      const kinds: readonly Asking[] = ['permission', 'question', 'questions', 'form'];
      return kinds.flatMap((kind) => harness.asks[kind]?.words ?? []);
    }

    describe('one agent, asked again and again', () => {
      beforeAll(() => open());
      afterAll(close);
      afterEach(async () => {
        await agent.interrupt();
        await idle();
      });

      it('BX-05: a permission is asked, allowed once, and asked the next time', async () => {
        const prompt = await asked(harness.asks.permission.words);
        expect(prompt.prompt).toBe('permission');
        expect(prompt.tool).not.toBe('');
        expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: 'permission' });
        expect(await answered(prompt, allow)).toMatch(harness.asks.permission.allowed);
        const next = await asked(harness.asks.permission.words);
        expect(next.id).not.toBe(prompt.id);
      });

      it('BX-05: a permission is denied with a word that the agent hears', async () => {
        const prompt = await asked(harness.asks.permission.words);
        const said = await answered(prompt, { behavior: 'deny', message: 'not today' });
        expect(said).toMatch(harness.asks.permission.denied);
        expect(said).toContain('not today');
      });

      it('BX-05: what is granted beyond one request is not asked for again', async ({ skip }) => {
        const { grant } = harness.asks;
        if (!grant) return skip('it grants nothing');
        const prompt = await asked(grant.words);
        const rules = prompt.grants?.find(({ kind }) => kind === 'rules');
        expect(rules).toMatchObject({ effect: 'allow', where: expect.stringMatching(/./) as string });
        expect(await answered(prompt, { behavior: 'allow', grant: rules!.id })).toMatch(grant.granted);
        expect(await unasked(grant.words)).toMatch(grant.granted);
      });

      it('BX-05: a question is answered by an option, by words of one’s own, and by a word instead', async ({
        skip,
      }) => {
        const { question } = harness.asks;
        if (!question) return skip('it asks no question');
        const byOption = await asked(question.words);
        expect(byOption.prompt).toBe('question');
        const [only, ...others] = byOption.questions ?? [];
        expect(others).toEqual([]);
        const label = only!.options.at(-1)!.label;
        expect(await answered(byOption, choose([[only!, label]]))).toContain(label);
        const byWords = await asked(question.words);
        expect(await answered(byWords, choose([[only!, ownWords]]))).toContain(ownWords);
        const refused = await asked(question.words);
        const word = 'ask me tomorrow';
        expect(await answered(refused, { behavior: 'deny', message: word })).toContain(word);
      });

      it('BX-05: several questions are answered together, some by several options', async ({ skip }) => {
        const { questions } = harness.asks;
        if (!questions) return skip('it asks no questions');
        const prompt = await asked(questions.words);
        expect(prompt.questions?.length).toBeGreaterThan(1);
        expect(prompt.questions?.map(({ isMultiple }) => isMultiple)).toContain(true);
        const answers = (prompt.questions ?? []).map(
          (one, index) => [one, index === 0 ? ownWords : fitting(one)] as const,
        );
        const said = await answered(prompt, choose(answers));
        for (const [, answer] of answers) expect(said).toContain(answer);
      });

      it('BX-05: a form is filled in, and declined', async ({ skip }) => {
        const { form } = harness.asks;
        if (!form) return skip('it has no forms');
        const prompt = await asked(form.words);
        expect(prompt.prompt).toBe('form');
        const fields = (prompt.questions ?? []).filter(({ isOptional }) => isOptional !== true);
        expect(fields.length).toBeGreaterThan(1);
        const said = await answered(prompt, choose(fields.map((one) => [one, fitting(one)])));
        expect(said).toMatch(form.filledIn);
        const texts = fields.filter(({ options }) => options.length === 0);
        for (const one of texts) expect(said).toContain(fitting(one));
        expect(await answered(await asked(form.words), { behavior: 'deny' })).toMatch(form.declined);
      });

      it('I10: an answer that does not fit is refused, and the prompt stays open', async () => {
        for (const text of everyKind()) {
          const prompt = await asked(text);
          for (const answer of unfitAnswers(prompt)) {
            await expect(agent.answer(prompt.id, answer), JSON.stringify(answer)).rejects.toMatchObject(unfit);
          }
          expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: prompt.prompt });
          await answered(prompt, { behavior: 'deny' });
        }
      });

      it('I10: only the prompt that is open is answered, once; the same answer again is harmless', async () => {
        const prompt = await asked(harness.asks.permission.words);
        await expect(agent.answer('0000', allow)).rejects.toMatchObject(gone);
        const [first, again, other] = await Promise.allSettled([
          agent.answer(prompt.id, allow),
          agent.answer(prompt.id, allow),
          agent.answer(prompt.id, { behavior: 'deny' }),
        ]);
        expect(first.status).toBe('fulfilled');
        if (again.status === 'rejected') expect(again.reason).toMatchObject(gone);
        expect(other).toMatchObject({ status: 'rejected', reason: gone });
        expect(await decided(prompt)).toMatch(harness.asks.permission.allowed);
        await expect(agent.answer(prompt.id, { behavior: 'deny' })).rejects.toMatchObject(gone);
      });

      it('BX-05: a decision at the desk closes the prompt', async () => {
        const prompt = await asked(harness.asks.permission.words);
        await harness.desk.allow();
        expect((await heard.closed(prompt.id)).by).toBe('desk');
        await expect(agent.answer(prompt.id, { behavior: 'deny' })).rejects.toMatchObject(gone);
        expect(await decided(prompt, 'desk')).toMatch(harness.asks.permission.allowed);
      });

      it('BX-05: a decision at the desk while nobody listened closes the prompt after a restart', async () => {
        const prompt = await asked(harness.asks.permission.words);
        const before = heard;
        await restart(async () => {
          await harness.desk.allow();
          await harness.finished();
        });
        expect(before.of('prompt-closed').some(({ id }) => id === prompt.id)).toBe(false);
        expect(await decided(prompt, 'desk')).toMatch(harness.asks.permission.allowed);
        await expect(agent.answer(prompt.id, allow)).rejects.toMatchObject(gone);
      });

      it('BX-05: whatever it asks is withdrawn by an interrupt, as at the desk', async () => {
        for (const text of everyKind()) {
          const prompt = await asked(text);
          await agent.interrupt();
          expect((await heard.closed(prompt.id)).by, text).toBe('desk');
          expect((await heard.ended(prompt.turn)).outcome).toBe('interrupted');
          await expect(agent.answer(prompt.id, { behavior: 'deny' })).rejects.toMatchObject(gone);
        }
      });

      it('BX-03 BX-05: whatever it asks is told again after a restart, and still answered; nothing is typed into it', async () => {
        for (const text of everyKind()) {
          const prompt = await asked(text);
          await restart();
          const again = await heard.prompt();
          expect(again).toEqual({ ...prompt });
          expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: prompt.prompt });
          for (const key of ['y', '1', 'not now']) {
            await expect(agent.deliver(message(key))).rejects.toMatchObject({ happened: 'not-done' });
          }
          expect(await harness.screen()).not.toContain('not now');
          expect(heard.of('prompt-closed')).toEqual([]);
          await answered(prompt, fittingAnswer(prompt));
        }
        expect((await harness.received()).join('\n')).not.toContain('not now');
      });
    });

    describe('an agent of its own', () => {
      beforeEach(({ task }) => open({ plans: task.name.includes('plan') }));
      afterEach(close);

      it('BX-05: a plan is sent back with a word, found again after a restart, and approved', async ({ skip }) => {
        const { plan } = harness.asks;
        if (!plan) return skip('it makes no plans');
        const first = await asked(plan.words);
        expect(first.prompt).toBe('plan');
        for (const answer of unfitAnswers(first)) {
          await expect(agent.answer(first.id, answer), JSON.stringify(answer)).rejects.toMatchObject(unfit);
        }
        const word = 'shorter, please';
        expect(await answered(first, { behavior: 'deny', message: word })).toContain(word);
        const second = await asked(plan.words);
        await restart();
        expect(await heard.prompt()).toEqual({ ...second });
        expect(await answered(second, allow)).toMatch(plan.approved);
      });

      it.each(['permission', 'form'] as const)('MS-07: a death takes what it asks along: a %s', async (kind) => {
        const asking = harness.asks[kind];
        if (!asking) return;
        const { id, turn } = await asked(asking.words);
        await harness.crash(agent);
        await until(() => heard.of('died')[0], { what: 'the death' });
        expect(heard.of('prompt-closed')).toEqual([{ kind: 'prompt-closed', id, by: 'agent-ended' }]);
        expect(heard.story(turn).at(-1)).toBe('turn-ended:lost');
        const kinds = heard.events.map((event) => event.kind);
        expect(kinds.indexOf('prompt-closed')).toBeLessThan(kinds.indexOf('died'));
        expect(kinds.lastIndexOf('turn-ended')).toBeLessThan(kinds.indexOf('died'));
        await expect(agent.answer(id, { behavior: 'deny' })).rejects.toMatchObject(gone);
      });
    });
  });
}

function choose(answers: readonly (readonly [PromptQuestion, string])[]): PromptAnswer {
  return { behavior: 'choose', answers: Object.fromEntries(answers.map(([{ id }, text]) => [id, text])) };
}

/** Several options where several may be chosen, the first where one may, a word where none is offered. */
function fitting({ options, isMultiple }: PromptQuestion): string {
  const labels = options.map(({ label }) => label);
  return labels.slice(0, isMultiple ? 2 : 1).join(', ') || 'Ann';
}

/** A yes to whatever is asked. */
function fittingAnswer({ questions = [] }: Opened): PromptAnswer {
  if (questions.length === 0) return allow;
  return choose(questions.filter(({ isOptional }) => isOptional !== true).map((one) => [one, fitting(one)]));
}

/** Answers to something else than was asked. */
function unfitAnswers({ questions = [] }: Opened): readonly PromptAnswer[] {
  const strange = { behavior: 'choose', answers: { 'nobody asked this': 'yes' } } as const;
  if (questions.length === 0) return [{ behavior: 'allow', grant: 'nobody offered this' }, strange];
  const needed = questions.filter(({ isOptional }) => isOptional !== true);
  const allButOne = choose(needed.slice(1).map((one) => [one, fitting(one)]));
  const closed = needed.filter(({ takesText, options }) => !takesText && options.length > 0);
  const wrong = closed.map((one) =>
    choose(needed.map((each) => [each, each === one ? 'none of these' : fitting(each)])),
  );
  return [allow, strange, allButOne, ...wrong];
}
