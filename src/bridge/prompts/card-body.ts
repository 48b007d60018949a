import type { Prompt, PromptQuestion } from '../../model/prompt.ts';
import type { PromptWords } from '../words/prompts.ts';
import { code, plain, visible } from './card-text.ts';
import { lineDiff } from './line-diff.ts';

/** What an agent asks. */
export interface CardBody {
  /** Lines that stand above it. */
  readonly notes: readonly CardNote[];
  /** All of it, as it came. */
  readonly text: string;
  /** A language for a code block; undefined for Markdown. */
  readonly fence: string | undefined;
  /** What a file with all of it is called. */
  readonly fileName: string;
}

export interface CardNote {
  readonly text: string;
  /** It was too long for a card. */
  readonly isCut: boolean;
}

/** What a request is about, as a person reads it best: a change as a diff, a command as one, a plan as it was written. */
export function cardBody(prompt: Prompt, words: PromptWords): CardBody {
  const { id, kind, input } = prompt;
  switch (kind) {
    case 'question':
    case 'form':
      return prompt.questions.length === 0 ? asJson(prompt, `request-${id}`) : questionsBody(prompt, words);
    case 'plan': {
      const { plan } = input;
      if (typeof plan !== 'string') return asJson(prompt, `plan-${id}`);
      return { notes: [], text: plan, fence: undefined, fileName: `plan-${id}.md` };
    }
    case 'trust': {
      const { workDir } = input;
      const notes = typeof workDir === 'string' ? [codeNote('📁 ', workDir, 300)] : [];
      return { notes: [...notes, whole(words.trustMeans())], text: '', fence: '', fileName: `request-${id}.txt` };
    }
    case 'permission':
      return permissionBody(prompt, words);
  }
}

function permissionBody(prompt: Prompt, words: PromptWords): CardBody {
  const { id, input } = prompt;
  const { command, file_path: path, description } = input;
  const isExplained = typeof description === 'string' && description.trim() !== '';
  const notes = isExplained ? [{ text: words.reason(plain(description, 300)), isCut: description.length > 300 }] : [];
  if (typeof command === 'string') {
    const others = otherNotes(input, ['command', 'description']);
    return { notes: [...notes, ...others], text: command, fence: 'sh', fileName: `request-${id}.sh` };
  }
  const diff = diffOf(input);
  if (diff && typeof path === 'string') {
    const others = otherNotes(input, ['file_path', 'old_string', 'new_string', 'edits', 'content', 'description']);
    return {
      notes: [codeNote('📄 ', path, 300), ...notes, ...others],
      text: diff.join('\n'),
      fence: 'diff',
      fileName: `request-${id}.diff`,
    };
  }
  return asJson(prompt, `request-${id}`);
}

/** The change that an edit makes, by the shape of its input; undefined when it is none. */
function diffOf(input: Prompt['input']): readonly string[] | undefined {
  const { content, edits } = input;
  if (typeof content === 'string') return lineDiff('', content);
  if (!Array.isArray(edits)) return editOf(input);
  const parts = edits.map((edit: Prompt['input']) => editOf(edit));
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined;
  return parts.flatMap((part, index) => [...(index === 0 ? [] : ['@@']), ...(part ?? [])]);
}

function editOf(edit: Prompt['input'] | null): readonly string[] | undefined {
  const { old_string: before, new_string: after } = edit ?? {};
  return typeof before === 'string' && typeof after === 'string' ? lineDiff(before, after) : undefined;
}

/** What else stands in an input: nothing of it is left out. */
function otherNotes(input: Prompt['input'], shown: readonly string[]): readonly CardNote[] {
  return Object.entries(input)
    .filter(([name]) => !shown.includes(name))
    .map(([name, value]) =>
      codeNote(`${code(name, 60)}: `, typeof value === 'string' ? value : JSON.stringify(value), 200),
    );
}

function codeNote(before: string, text: string, limit: number): CardNote {
  return { text: `${before}${code(text, limit)}`, isCut: visible(text).length > limit };
}

function whole(text: string): CardNote {
  return { text, isCut: false };
}

/** The input as it is; of a single text only that. */
function asJson({ input }: Prompt, name: string): CardBody {
  const values = Object.values(input);
  const [only] = values;
  return values.length === 1 && typeof only === 'string'
    ? { notes: [], text: only, fence: '', fileName: `${name}.txt` }
    : { notes: [], text: JSON.stringify(input, null, 2), fence: 'json', fileName: `${name}.json` };
}

function questionsBody(prompt: Prompt, words: PromptWords): CardBody {
  const { id, kind, input, questions } = prompt;
  const { message } = input;
  return {
    notes: typeof message === 'string' ? [{ text: plain(message, 300), isCut: message.length > 300 }] : [],
    text: questions.map((one) => questionText(one, prompt, words)).join('\n\n'),
    fence: undefined,
    fileName: `${kind}-${id}.md`,
  };
}

function questionText(question: PromptQuestion, { draft, state }: Prompt, words: PromptWords): string {
  const { id, text, header, options, isOptional } = question;
  const heading = header === undefined || header === '' ? '' : `**${plain(header, 100)}** `;
  const optional = isOptional === true ? ` ${words.optional()}` : '';
  const chosen = (state === 'open' ? draft?.[id] : undefined) ?? [];
  const own = chosen.filter((answer) => !options.some(({ label }) => label === answer));
  return [
    `${heading}${plain(text, 4_000)}${optional}`,
    ...options.map(({ label, description = '' }) => {
      // A list that is broken by other marks is torn apart by the chat.
      const mark = chosen.includes(label) ? '✔️' : chosen.length > 0 ? '▫️' : '-';
      return `${mark} **${plain(label, 300)}**${description === '' ? '' : `: ${plain(description, 1_000)}`}`;
    }),
    ...own.map((answer) => words.chosen(plain(answer, 300))),
  ].join('\n');
}
