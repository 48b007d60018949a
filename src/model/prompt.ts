import type { SessionNumber } from './session.ts';

export type PromptKind = 'permission' | 'question' | 'plan';

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
  readonly state: PromptState;
  /** Epoch milliseconds of the request. */
  readonly since: number;
}

/** A person's decision. */
export type PromptAnswer =
  | { readonly behavior: 'allow' }
  | { readonly behavior: 'deny'; readonly message?: string }
  /** Answers to questions, by the question's text. */
  | { readonly behavior: 'choose'; readonly answers: Readonly<Record<string, string>> };
