import type { Prompt, PromptDraft, PromptQuestion } from '../../model/prompt.ts';
import { layoutOf } from './card-questions.ts';

/** What is chosen after somebody used a menu; values are the numbers of options. Undefined when there is no such question. */
export function chooseInDraft(
  { questions, draft = {} }: Pick<Prompt, 'questions' | 'draft'>,
  number: number,
  values: readonly string[],
): PromptDraft | undefined {
  const question = questions[number];
  if (!question) return undefined;
  const chosen = question.options.filter((_, index) => values.includes(String(index))).map(({ label }) => label);
  return withAnswer(draft, question.id, chosen);
}

/** A text that is none of the answers to a question that takes no others. */
export interface StrangeAnswer {
  readonly question: PromptQuestion;
  readonly answer: string;
}

/** What is chosen after somebody filled in a form; fields are named by the numbers of questions, empty ones change nothing. */
export function writeInDraft(
  { questions, draft = {} }: Pick<Prompt, 'questions' | 'draft'>,
  fields: Readonly<Record<string, string>>,
): { readonly draft: PromptDraft; readonly strange: StrangeAnswer | undefined } {
  let next = draft;
  for (const [number, text] of Object.entries(fields)) {
    const question = questions[Number(number)];
    const answer = text.trim();
    if (!question || answer === '') continue;
    const chosen = readAnswer(question, answer);
    if (!chosen) return { draft, strange: { question, answer } };
    next = withAnswer(next, question.id, chosen);
  }
  return { draft: next, strange: undefined };
}

/** The questions that still need an answer. */
export function missingIn({ questions, draft = {} }: Pick<Prompt, 'questions' | 'draft'>): readonly PromptQuestion[] {
  return questions.filter(({ id, isOptional }) => isOptional !== true && draft[id] === undefined);
}

/** Whether a form that was just filled in is all that there is to say: then nobody needs to press anything else. */
export function isWholeByForm(prompt: Pick<Prompt, 'questions' | 'draft'>): boolean {
  const { menus, pages } = layoutOf(prompt);
  const isChosen = (number: number): boolean => prompt.draft?.[prompt.questions[number]?.id ?? ''] !== undefined;
  return missingIn(prompt).length === 0 && pages.length <= 1 && menus.every(isChosen);
}

/** Answers by the question's id, as an agent is given them. */
export function answersOf(draft: PromptDraft): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(draft).map(([id, chosen]) => [id, chosen.join(', ')]));
}

function withAnswer(draft: PromptDraft, id: string, chosen: readonly string[]): PromptDraft {
  const { [id]: _before, ...others } = draft;
  return chosen.length === 0 ? others : { ...others, [id]: chosen };
}

/** A text that names an option, or several, means them, however it is written; else it is a text, where one is taken. */
function readAnswer({ options, isMultiple, takesText }: PromptQuestion, text: string): readonly string[] | undefined {
  if (options.length === 0) return [text];
  const find = (name: string): string | undefined =>
    options.find(({ label }) => label.trim().toLowerCase() === name.trim().toLowerCase())?.label;
  const named = find(text);
  if (named !== undefined) return [named];
  const parts = text.split(/[,、;\n]/).filter((part) => part.trim() !== '');
  const several = isMultiple ? parts.map(find) : [];
  if (several.length > 0 && several.every((one) => one !== undefined)) return [...new Set(several)];
  return takesText ? [text] : undefined;
}
