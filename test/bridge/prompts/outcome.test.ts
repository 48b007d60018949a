import { describe, expect, it } from 'vitest';

import { outcomeLine } from '../../../src/bridge/prompts/outcome.ts';
import { promptWords } from '../../../src/bridge/words/prompts.ts';
import type { Prompt, PromptAnswer, PromptCloser, PromptState } from '../../../src/model/prompt.ts';
import { promptOf, question } from './card-world.ts';

const ann = { from: 'chat', name: 'Ann', userId: '5' } as const;

const after = (state: PromptState, answer?: PromptAnswer, by?: PromptCloser, change: Partial<Prompt> = {}): Prompt =>
  promptOf({
    state,
    ...(answer ? { decision: { answer, by: ann } } : {}),
    ...(by ? { end: { by, at: 1 } } : {}),
    ...change,
  });

describe('BX-05: what became of a request', () => {
  const allow = { behavior: 'allow' } as const;
  it.each([
    ['nobody decided', after('open'), ''],
    [
      'it came back',
      after('open', allow),
      '⚠️ The answer of Ann (Discord) did not reach the agent. Please decide again.',
    ],
    ['sent', after('sent', allow), '📨 **allowed once** by Ann (Discord). Sent, the agent has not confirmed it yet.'],
    ['applied', after('applied', allow, 'bridge'), '✅ **allowed once** by Ann (Discord), applied.'],
    [
      'denied',
      after('applied', { behavior: 'deny', message: 'no' }, 'bridge'),
      '🚫 **denied: “no”** by Ann (Discord), applied.',
    ],
    ['at the desk', after('overtaken', undefined, 'desk'), '🖥️ Decided at the terminal, or its work was stopped.'],
    [
      'at the desk, and Ann too late',
      after('overtaken', allow, 'desk'),
      '🖥️ Decided at the terminal, or its work was stopped. The answer of Ann (Discord) came too late.',
    ],
    ['the agent ended', after('overtaken', undefined, 'agent-ended'), '⏹️ The agent ended before this was decided.'],
    ['gone', after('overtaken', undefined, 'agent'), '⏹️ The agent does not wait for this any more.'],
    ['expired', after('expired', undefined, 'expired'), '⌛ Expired: nobody answered in time.'],
  ])('%s', (_name, prompt, line) => {
    expect(outcomeLine(prompt, promptWords.en)).toBe(line);
  });

  it('says which rule, which mode, which answers', () => {
    const rules = { kind: 'rules', id: 'g', rules: ['Bash(ls:*)'], effect: 'allow', where: 'session' } as const;
    const mode = { kind: 'mode', id: 'm', mode: 'acceptEdits', where: 'session' } as const;
    const line = (prompt: Prompt): string => outcomeLine(prompt, promptWords.en);
    const grants = [rules, mode];
    expect(line(after('sent', { behavior: 'allow', grant: 'g' }, undefined, { grants }))).toContain(
      '**always allowed: `Bash(ls:*)`**',
    );
    expect(line(after('sent', { behavior: 'allow', grant: 'm' }, undefined, { grants, kind: 'plan' }))).toContain(
      '**approved, mode `acceptEdits`**',
    );
    const questions = [question('A', ['x']), question('B', ['y'], { header: 'Bee' })];
    const answers = { A: 'x', B: '@here' };
    expect(line(after('sent', { behavior: 'choose', answers }, undefined, { kind: 'question', questions }))).toContain(
      '**answered: A?: x · Bee: \\@here**',
    );
  });

  it('speaks Japanese as well', () => {
    expect(outcomeLine(after('applied', allow, 'bridge'), promptWords.ja)).toBe(
      '✅ **一度だけ許可** · Ann (Discord) · 反映済み',
    );
    expect(outcomeLine(after('applied', { behavior: 'deny', message: 'no' }, 'bridge'), promptWords.ja)).toBe(
      '🚫 **拒否: 「no」** · Ann (Discord) · 反映済み',
    );
  });
});
