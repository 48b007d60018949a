import type { PromptGrant, PromptQuestion } from '../../model/prompt.ts';
import { grantText } from './desk-choice.ts';
import type { Dialog } from './practice-dialogs.ts';

/** What a person, or the bridge for them, decided. */
export type Decision =
  | { readonly kind: 'allow'; readonly grant?: PromptGrant }
  | { readonly kind: 'deny'; readonly message: string | undefined }
  | { readonly kind: 'choose'; readonly answers: Readonly<Record<string, string>> };

/** What an answer from the mailbox decides; undefined when that is nothing. */
export function decisionOf(answer: Readonly<Record<string, unknown>>, dialog: Dialog): Decision | undefined {
  const { behavior, message, answers, grant } = answer;
  switch (behavior) {
    case 'allow': {
      const given = dialog.grants.find(({ id }) => id === grant);
      return given ? { kind: 'allow', grant: given } : { kind: 'allow' };
    }
    case 'deny':
      return { kind: 'deny', message: typeof message === 'string' ? message : undefined };
    case 'choose': {
      if (typeof answers !== 'object' || answers === null) return undefined;
      const given = Object.entries(answers).map(([id, text]) => [id, String(text)] as const);
      return { kind: 'choose', answers: Object.fromEntries(given) };
    }
    default:
      return undefined;
  }
}

/** What the practice agent says about a decision. */
export function decisionText({ prompt, questions }: Dialog, decision: Decision): string {
  switch (decision.kind) {
    case 'choose':
      return prompt === 'form' ? filledIn(questions, decision.answers) : chosen(questions, decision.answers);
    case 'allow': {
      const what = accepted[prompt] ?? 'You allowed it';
      return decision.grant === undefined ? `${what}.` : `${what}, ${grantText(decision.grant)}.`;
    }
    case 'deny': {
      const what = refused[prompt] ?? 'You denied it';
      return decision.message === undefined ? `${what}.` : `${what}: ${decision.message}`;
    }
  }
}

const accepted: Readonly<Partial<Record<Dialog['prompt'], string>>> = {
  plan: 'You accepted the plan',
  trust: 'You trusted it',
};

const refused: Readonly<Partial<Record<Dialog['prompt'], string>>> = {
  plan: 'You rejected the plan',
  question: 'You gave no answer',
  form: 'You declined the form',
  trust: 'You did not trust it',
};

type Answers = Readonly<Record<string, string>>;

function chosen(questions: readonly PromptQuestion[], answers: Answers): string {
  const [only, ...others] = questions;
  if (only && others.length === 0) return `You chose: ${answers[only.id] ?? 'nothing'}`;
  return ['You chose:', ...questions.map(({ id, text }) => `- ${text} ${answers[id] ?? 'nothing'}`)].join('\n');
}

function filledIn(questions: readonly PromptQuestion[], answers: Answers): string {
  return ['You filled in:', ...questions.map(({ id, text }) => `- ${text}: ${answers[id] ?? '(nothing)'}`)].join('\n');
}
