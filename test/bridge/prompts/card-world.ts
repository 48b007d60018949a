import type { Prompt, PromptQuestion } from '../../../src/model/prompt.ts';
import { one } from '../support/messages.ts';

export function promptOf(change: Partial<Prompt> = {}): Prompt {
  return {
    id: 'p1',
    session: one,
    generation: 1,
    kind: 'permission',
    tool: 'Bash',
    input: { command: 'npm test' },
    grants: [],
    questions: [],
    state: 'open',
    since: 1_000,
    ...change,
  };
}

export function question(id: string, labels: readonly string[], change: Partial<PromptQuestion> = {}): PromptQuestion {
  return {
    id,
    text: `${id}?`,
    options: labels.map((label) => ({ label })),
    isMultiple: false,
    takesText: true,
    ...change,
  };
}
