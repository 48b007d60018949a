import { BridgeError } from '../../base/errors.ts';
import { whyUnfit } from '../../model/prompt.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';
import type { AskedPrompt } from './prompt-request.ts';

/**
 * A person's decision in the agent's words: what the held hook prints.
 *
 * @throws BridgeError `answer-does-not-fit` when it was not asked so.
 */
export function decisionFor(prompt: AskedPrompt, answer: PromptAnswer): Record<string, Json> {
  const unfit = whyUnfit(prompt, answer);
  if (unfit) throw new BridgeError('answer-does-not-fit', unfit.sentence, { advice: unfit.advice });
  return prompt.kind === 'form'
    ? { hookSpecificOutput: { hookEventName: 'Elicitation', ...fillIn(prompt, answer) } }
    : { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: decide(prompt, answer) } };
}

/** Whether a decision is a no, by its own words. */
export function isRefusal(decision: Json): boolean {
  const said = JSON.stringify(decision);
  return (
    said.includes('"decision":{"behavior":"deny"') || said.includes('"hookEventName":"Elicitation","action":"decline"')
  );
}

function decide({ kind, input, updates }: AskedPrompt, answer: PromptAnswer): Json {
  switch (answer.behavior) {
    case 'deny':
      return { behavior: 'deny', message: answer.message ?? 'The user said no.' };
    case 'allow': {
      const granted = updates.filter(({ grant }) => grant.id === answer.grant).map(({ update }) => update);
      return {
        behavior: 'allow',
        // Of a tool that wants a person in any case, the agent takes a yes only with an input, even the same.
        ...(kind === 'plan' ? { updatedInput: input } : {}),
        ...(granted.length === 0 ? {} : { updatedPermissions: granted }),
      };
    }
    case 'choose':
      return { behavior: 'allow', updatedInput: { ...input, answers: { ...answer.answers } } };
  }
}

function fillIn({ fields }: AskedPrompt, answer: PromptAnswer): Record<string, Json> {
  if (answer.behavior !== 'choose') return { action: 'decline' };
  const content = fields.flatMap(({ question: { id }, valueOf }) => {
    const text = answer.answers[id] ?? '';
    return text === '' ? [] : [[id, valueOf(text)] as const];
  });
  return { action: 'accept', content: Object.fromEntries(content) };
}
