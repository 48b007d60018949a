import { describe, expect, it } from 'vitest';

import { promptWords } from '../../../src/bridge/words/prompts.ts';
import type { CardAction, PromptWords } from '../../../src/bridge/words/prompts.ts';
import type { PromptGrant, PromptKind } from '../../../src/model/prompt.ts';
import { one } from '../support/messages.ts';

const kinds: readonly PromptKind[] = ['permission', 'question', 'plan', 'form', 'trust'];
const actions: readonly CardAction[] = [
  ...(['allow', 'deny', 'denyWithWord', 'approve', 'revise', 'trust', 'dontTrust', 'ownWords'] as const),
  ...(['answer', 'noAnswer', 'fillIn', 'decline', 'send'] as const),
];

/** What is said of each kind of request, by name. */
function ofKinds(words: PromptWords): ReadonlyMap<string, string> {
  return new Map(
    kinds.flatMap((kind) => [
      [`title ${kind}`, words.title(kind, 'Bash', one)],
      [`elsewhere ${kind}`, words.elsewhere({ id: 'abcd1234', kind })],
      [`reminder ${kind}`, words.reminder(kind, 'Bash', '<@7>', '<t:1:R>')],
      [`expiredReminder ${kind}`, words.expiredReminder(kind, 'Bash')],
    ]),
  );
}

const rules = (effect: 'allow' | 'deny' | 'ask'): PromptGrant => ({
  ...{ kind: 'rules', id: effect, rules: ['Bash(ls:*)'], effect, where: 'session' },
});

for (const language of ['en', 'ja'] as const) {
  const words = promptWords[language];

  describe(`what is said of requests in ${language}`, () => {
    it('is there for each kind, with the session, the command to type, who is called and since when', () => {
      const texts = ofKinds(words);
      for (const [name, text] of texts) expect(text, name).not.toMatch(/undefined|NaN|\[object| {2}/);
      expect(new Set(texts.values()).size).toBeGreaterThanOrEqual(4 * kinds.length - 3);
      for (const kind of kinds) {
        expect(texts.get(`title ${kind}`)).toMatch(/(session|セッション) 1/);
        expect(texts.get(`elsewhere ${kind}`)).toContain('vai answer abcd1234');
        expect(texts.get(`reminder ${kind}`)).toContain('<@7>');
        expect(texts.get(`reminder ${kind}`)).toContain('<t:1:R>');
      }
    });

    it('gives each button few words, and no two the same', () => {
      const buttons = actions.map((action) => words.button(action));
      expect(new Set(buttons).size).toBe(buttons.length);
      for (const button of buttons) expect(button.length, button).toBeLessThanOrEqual(20);
    });

    it('says on a button and in its line which rule is written, and what kind of rule it is', () => {
      const effects = (['allow', 'deny', 'ask'] as const).map(rules);
      for (const grant of effects) expect(words.grantButton('permission', grant)).toContain('Bash(ls:*)');
      const lines = effects.map((grant) => words.grantLine('permission', grant, '`Bash(ls:*)`'));
      for (const line of lines) expect(line).toContain('`Bash(ls:*)`');
      expect(new Set(lines).size).toBe(3);
    });

    it('calls no rule that denies or asks "always allowed", before it is pressed or after', () => {
      const always = { en: /^always/i, ja: /^常に許可/ }[language];
      const pressed = (grant: PromptGrant): string => {
        const by = { from: 'chat', name: 'Ann', userId: '7' } as const;
        const decision = { answer: { behavior: 'allow', grant: grant.id }, by } as const;
        return words.decided({ kind: 'permission', grants: [grant], decision }, undefined);
      };
      expect(words.grantButton('permission', rules('allow'))).toMatch(always);
      expect(pressed(rules('allow'))).toMatch(always);
      for (const grant of [rules('deny'), rules('ask')]) {
        expect(words.grantButton('permission', grant)).not.toMatch(always);
        expect(pressed(grant)).not.toMatch(always);
      }
    });
  });
}
