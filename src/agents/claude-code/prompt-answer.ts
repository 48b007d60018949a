import { z } from 'zod';

import { BridgeError } from '../../base/errors.ts';
import type { PromptAnswer, PromptKind } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';

const questions = z.looseObject({ questions: z.array(z.looseObject({ question: z.string() })) });

/** What kind of prompt a request for a tool is. */
export function promptKind(tool: string): PromptKind {
  if (tool === 'AskUserQuestion') return 'question';
  if (tool === 'ExitPlanMode') return 'plan';
  return 'permission';
}

/**
 * A person's decision in the agent's words: what the held hook prints.
 *
 * @throws BridgeError `answer-does-not-fit` when this kind of prompt cannot be answered so.
 */
export function decisionFor(
  kind: PromptKind,
  input: Readonly<Record<string, Json>>,
  answer: PromptAnswer,
): Record<string, Json> {
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: decide(kind, input, answer) } };
}

function decide(kind: PromptKind, input: Readonly<Record<string, Json>>, answer: PromptAnswer): Json {
  switch (answer.behavior) {
    case 'deny':
      return { behavior: 'deny', message: answer.message ?? 'The user said no.' };
    case 'allow':
      if (kind !== 'question') return { behavior: 'allow' };
      throw doesNotFit('A question is not answered by "allow".', 'Choose one of its answers, or deny it.');
    case 'choose':
      if (kind !== 'question') {
        throw doesNotFit(`A ${kind} prompt is not answered by a choice.`, 'Answer allow or deny.');
      }
      return { behavior: 'allow', updatedInput: { ...input, answers: checkedAnswers(input, answer.answers) } };
  }
}

function checkedAnswers(
  input: Readonly<Record<string, Json>>,
  answers: Readonly<Record<string, string>>,
): Record<string, Json> {
  const asked = questions.safeParse(input).data?.questions.map(({ question }) => question) ?? [];
  const strange = Object.keys(answers).find((question) => !asked.includes(question));
  if (strange !== undefined) {
    throw doesNotFit(`The agent did not ask "${strange}".`, `It asked: ${asked.map((one) => `"${one}"`).join(', ')}.`);
  }
  const open = asked.find((question) => answers[question] === undefined);
  if (open !== undefined) throw doesNotFit(`The question "${open}" has no answer.`, 'Answer every question.');
  return { ...answers };
}

function doesNotFit(sentence: string, advice: string): BridgeError {
  return new BridgeError('answer-does-not-fit', sentence, { advice });
}
