import type { SessionNumber } from './session.ts';

/**
 * What an agent asks: leave to use a tool, answers to questions, a word on its plan, the fields of a form (by a server that
 * it uses), or whether it may trust its working directory.
 */
export const promptKinds = ['permission', 'question', 'plan', 'form', 'trust'] as const;

export type PromptKind = (typeof promptKinds)[number];

/**
 * What a yes may grant beyond this one request. The driver offers it and knows by its id what to do; the rest is what a
 * person must read before they press the button.
 */
export type PromptGrant =
  | {
      readonly kind: 'rules';
      readonly id: string;
      /** Exactly as they will be written: `Bash(npm test:*)`. */
      readonly rules: readonly string[];
      readonly effect: 'allow' | 'deny' | 'ask';
      /** Where they are written: a file's path, or `session` for what ends with the agent. */
      readonly where: string;
    }
  | { readonly kind: 'mode'; readonly id: string; readonly mode: string; readonly where: string }
  | {
      readonly kind: 'directories';
      readonly id: string;
      readonly directories: readonly string[];
      readonly where: string;
    };

/** One thing that is asked by a question or a form. */
export interface PromptQuestion {
  /** Unique within the prompt; the key of its answer. */
  readonly id: string;
  readonly text: string;
  /** A word or two. */
  readonly header?: string;
  /** None: any text. */
  readonly options: readonly { readonly label: string; readonly description?: string }[];
  /** Several options may be chosen. */
  readonly isMultiple: boolean;
  /** Besides the options, any text will do. */
  readonly takesText: boolean;
  /** It may stay without an answer. */
  readonly isOptional?: boolean;
}

/**
 * A prompt's life: `open` → `sent` (an answer was handed to the agent) → `applied` (the agent's next event proved it),
 * or `open`/`sent` → `overtaken` (decided elsewhere) or `expired`. An answer that the agent certainly did not take is
 * withdrawn: `sent` → `open`.
 */
export const promptMoves = {
  open: ['sent', 'overtaken', 'expired'],
  sent: ['applied', 'overtaken', 'expired', 'open'],
  applied: [],
  overtaken: [],
  expired: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PromptState = keyof typeof promptMoves;

/** One move of a prompt, by name: `open>sent`. */
export type PromptMove = { [From in PromptState]: `${From}>${(typeof promptMoves)[From][number]}` }[PromptState];

/** Whether a prompt may go from one state to another. */
export function canMovePrompt(from: PromptState, to: PromptState): boolean {
  return (promptMoves[from] as readonly PromptState[]).includes(to);
}

/** Something the agent asks a person, bound to this very request by its id (I10). */
export interface Prompt {
  /** Short, unique for ever within the installation; what `vai answer` takes. */
  readonly id: string;
  readonly session: SessionNumber;
  readonly generation: number;
  readonly kind: PromptKind;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly grants: readonly PromptGrant[];
  readonly questions: readonly PromptQuestion[];
  readonly state: PromptState;
  /** Epoch milliseconds of the request. */
  readonly since: number;
  /** What was chosen so far by people who have not sent it yet. */
  readonly draft?: PromptDraft;
  /** What was decided last and handed to the agent, which may not have taken it. */
  readonly decision?: PromptDecision;
  /** How it ended; undefined while it has not. */
  readonly end?: PromptEnd;
}

/** A prompt as an agent asks it. */
export type NewPrompt = Omit<Prompt, 'state' | 'draft' | 'decision' | 'end'>;

/** What is chosen of each question, by its id: labels of options, or one text of one's own. */
export type PromptDraft = Readonly<Record<string, readonly string[]>>;

/** Who decided a prompt away from the agent's terminal, and where. */
export interface Decider {
  /** `default`: nobody did in time, and the owner configured an answer for that. */
  readonly from: 'chat' | 'shell' | 'default';
  /** The name people see. */
  readonly name: string;
  /** At the chat server. */
  readonly userId?: string;
}

export interface PromptDecision {
  readonly answer: PromptAnswer;
  readonly by: Decider;
}

/**
 * What ended a prompt: the agent took the answer (`bridge`), somebody decided at its terminal or its work was stopped
 * (`desk`), nobody did for too long (`expired`), the agent ended, or it waits no more for a reason that nobody knows (`agent`).
 */
export type PromptCloser = 'bridge' | 'desk' | 'expired' | 'agent-ended' | 'agent';

export interface PromptEnd {
  readonly by: PromptCloser;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A person's decision. */
export type PromptAnswer =
  | {
      readonly behavior: 'allow';
      /** The id of what is granted beyond this request. */
      readonly grant?: string;
    }
  | { readonly behavior: 'deny'; readonly message?: string }
  /** Answers by the question's id; of several options, joined by `, `. */
  | { readonly behavior: 'choose'; readonly answers: Readonly<Record<string, string>> };

/** Why a decision is none for what was asked; undefined when it is one. A no always is. */
export function whyUnfit(
  prompt: Pick<Prompt, 'kind' | 'grants' | 'questions'>,
  answer: PromptAnswer,
): { readonly sentence: string; readonly advice: string } | undefined {
  const { kind, grants, questions } = prompt;
  const isAsked = kind === 'question' || kind === 'form';
  switch (answer.behavior) {
    case 'deny':
      return undefined;
    case 'allow': {
      if (isAsked)
        return { sentence: `A ${kind} is not answered by a yes.`, advice: 'Choose its answers, or deny it.' };
      if (answer.grant === undefined || grants.some(({ id }) => id === answer.grant)) return undefined;
      const known = grants.length === 0 ? 'Nothing more than this once.' : grants.map(({ id }) => id).join(', ');
      return { sentence: `"${answer.grant}" is not among what can be granted.`, advice: `It offers: ${known}` };
    }
    case 'choose':
      if (!isAsked) return { sentence: `A ${kind} is not answered by a choice.`, advice: 'Answer allow or deny.' };
      return whyUnfitAnswers(questions, answer.answers);
  }
}

function whyUnfitAnswers(
  questions: readonly PromptQuestion[],
  answers: Readonly<Record<string, string>>,
): { readonly sentence: string; readonly advice: string } | undefined {
  const strange = Object.keys(answers).find((id) => !questions.some((question) => question.id === id));
  if (strange !== undefined) {
    const asked = questions.map(({ id }) => `"${id}"`).join(', ');
    return { sentence: `The agent did not ask "${strange}".`, advice: `It asked: ${asked}.` };
  }
  for (const question of questions) {
    const { id, options, isMultiple, takesText, isOptional } = question;
    const answer = answers[id];
    if (answer === undefined || answer === '') {
      if (isOptional === true) continue;
      return { sentence: `"${id}" has no answer.`, advice: 'Answer every question.' };
    }
    const labels = options.map(({ label }) => label);
    if (takesText || labels.length === 0 || (isMultiple ? isMadeOf(answer, labels) : labels.includes(answer))) continue;
    return { sentence: `"${answer}" is no answer to "${id}".`, advice: `Choose of: ${labels.join(', ')}.` };
  }
  return undefined;
}

/** Whether a text is some of the labels, each once, joined by `, ` (which a label may contain). */
function isMadeOf(text: string, labels: readonly string[]): boolean {
  return labels.some((label) => {
    if (text === label) return true;
    const others = labels.filter((other) => other !== label);
    return text.startsWith(`${label}, `) && isMadeOf(text.slice(label.length + 2), others);
  });
}
