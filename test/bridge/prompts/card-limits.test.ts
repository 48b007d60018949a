import { describe, expect, it } from 'vitest';

import { promptCard } from '../../../src/bridge/prompts/card.ts';
import { promptWords } from '../../../src/bridge/words/prompts.ts';
import { renderText } from '../../../src/discord/render.ts';
import type { Prompt, PromptGrant } from '../../../src/model/prompt.ts';
import type { SessionNumber } from '../../../src/model/session.ts';

function prompt(change: Partial<Prompt>): Prompt {
  return {
    ...{ id: 'abcd1234', session: 120 as SessionNumber, generation: 1, kind: 'permission', tool: 'Bash', input: {} },
    ...{ grants: [], questions: [], state: 'open', since: 0 },
    ...change,
  };
}

const long = (character: string, length = 3_000): string => character.repeat(length);

const grants: readonly PromptGrant[] = [1, 2, 3, 4, 5].map((number) => ({
  ...{ kind: 'rules', id: String(number), effect: 'allow' },
  ...{ rules: [`Bash(${long(String(number), 150)})`, `Read(${long('x', 90)})`], where: `/home/${long('w', 90)}` },
}));

const decision: NonNullable<Prompt['decision']> = {
  answer: { behavior: 'deny', message: long('~') },
  by: { from: 'chat', name: long('*'), userId: '1' },
};

describe('the size of a card', () => {
  const inputs: readonly Prompt['input'][] = [
    { command: long('`', 400), description: long('~'), x: long('y', 50), y: long('漢') },
    { command: long('漢'), description: long('*'), timeout: long('x', 500), more: long('y', 500) },
    { file_path: `/${long('p')}`, old_string: long('a\n'), new_string: long('漢\n'), [long('k', 90)]: long('~') },
  ];
  const states: readonly Partial<Prompt>[] = [
    {},
    { decision },
    { state: 'sent', decision },
    { state: 'applied', decision, end: { by: 'bridge', at: 1 } },
    { state: 'overtaken', decision, end: { by: 'desk', at: 1 } },
  ];
  it.each(['en', 'ja'] as const)(
    'BX-05: is that of one message, whatever is asked and whatever became of it (%s)',
    (language) => {
      const sizes = inputs.flatMap((input) =>
        states.flatMap((state) =>
          [0, 1, 3, 5].map((count) => {
            const asked = prompt({ tool: long('_', 200), input, grants: grants.slice(0, count), ...state });
            const { text } = promptCard(asked, promptWords[language], { behavior: 'allow', at: 1e12 });
            expect(renderText(text)).toHaveLength(1);
            return text.length;
          }),
        ),
      );
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2_000);
    },
  );

  it('leaves what stands below a plan readable, though the plan does not end its code block', () => {
    const { text } = promptCard(prompt({ kind: 'plan', input: { plan: 'Do this:\n```sh\nrm x' } }), promptWords.en);
    expect(text.split('```')).toHaveLength(3);
    expect(text).toContain('rm x\n```\n');
  });
});
