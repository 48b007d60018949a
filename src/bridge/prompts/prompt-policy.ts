import type { Prompt } from '../../model/prompt.ts';
import type { DefaultAnswer } from './card.ts';

/** What the owner configured about requests that nobody decides. Durations in milliseconds. */
export interface PromptPolicy {
  /** After how long people are reminded, growing; the last is the time from one reminder to the next after those. None: never. */
  readonly remindAfter: readonly number[];
  readonly defaultAnswer: 'none' | 'allow' | 'deny';
  readonly defaultAfter: number;
}

/** Prompts wait for a person, in silence. */
export const patientPolicy: PromptPolicy = { remindAfter: [], defaultAnswer: 'none', defaultAfter: 0 };

/** What happens to a prompt when nobody decides it; undefined when it waits. Trust is given by people only. */
export function defaultFor(
  { kind, since }: Pick<Prompt, 'kind' | 'since'>,
  { defaultAnswer, defaultAfter }: PromptPolicy,
): DefaultAnswer | undefined {
  if (defaultAnswer === 'none' || kind === 'trust') return undefined;
  // A yes is no answer to a question.
  if (defaultAnswer === 'allow' && (kind === 'question' || kind === 'form')) return undefined;
  return { behavior: defaultAnswer, at: since + defaultAfter };
}

/** How many reminders of a prompt are due; the newest of them is the only one that is worth saying. */
export function remindersDue(since: number, now: number, remindAfter: readonly number[]): number {
  const waited = now - since;
  const every = remindAfter.at(-1);
  if (every === undefined) return 0;
  const first = remindAfter.slice(0, -1);
  const due = first.filter((after) => after <= waited).length;
  return due < first.length ? due : due + Math.floor((waited - (first.at(-1) ?? 0)) / every);
}
