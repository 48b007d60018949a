import { cut, shorten } from '../../base/cut-text.ts';
import type { ControlRow, Controls } from '../../model/controls.ts';
import type { OutboundFile } from '../../model/outbound.ts';
import type { Prompt, PromptGrant } from '../../model/prompt.ts';
import type { PromptWords } from '../words/prompts.ts';
import { cardBody } from './card-body.ts';
import type { CardBody } from './card-body.ts';
import { buttonLabel, buttonRows, questionRows } from './card-questions.ts';
import { code, fenced, plain, sizeOf, visible } from './card-text.ts';
import { outcomeLine } from './outcome.ts';
import { controlId } from './control-ids.ts';

/** What one message holds (Discord's documentation), with something to spare. */
const cardLimit = 1_990;

/** The most of an input that is shown: more is no card, but a wall. */
const bodyLimit = 1_200;

/** The most of what stands above an input, and of what may be granted. */
const notesLimit = 480;
const grantsLimit = 500;

/** Kept free for what became of it, so that a card that is edited shows no less of the input than before. */
const outcomeLimit = 420;

/** Kept free for the line that says that not all is shown, and for fences. */
const marksLimit = 170;

/** Kept free for what people choose, which is shown in the questions. */
const draftLimit = 200;

/** One message that shows a prompt, and what can be done with it. */
export interface Card {
  /** Fits into one message. */
  readonly text: string;
  /** None when there is nothing to decide (any more). */
  readonly controls: Controls;
  /** What did not fit, whole. They go out with the first posting. */
  readonly files: readonly OutboundFile[];
}

/** What happens when nobody decides. */
export interface DefaultAnswer {
  readonly behavior: 'allow' | 'deny';
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The card of a prompt in its present state. Pure: the same prompt gives the same card. */
export function promptCard(prompt: Prompt, words: PromptWords, byDefault?: DefaultAnswer): Card {
  const { id, kind, tool, session, state } = prompt;
  const grants = grantsPart(prompt, words);
  // What is shown of the input must not depend on what people have chosen so far.
  const { draft: _draft, ...bare } = prompt;
  const body = cardBody(bare, words);
  const title = words.title(kind, plain(tool, 80), session);
  const notes = shorten(body.notes.map(({ text }) => text).join('\n'), notesLimit);
  const areNotesCut = notes.endsWith('…') || body.notes.some(({ isCut }) => isCut);
  const whole = { name: `request-${id}-whole.json`, content: JSON.stringify(prompt.input, null, 2) };
  const above = [title, notes, areNotesCut ? cutLine(notes.length, whole, words) : ''];
  const room = cardLimit - above.join('\n').length - grants.text.length - outcomeLimit - marksLimit;
  const limit = Math.min(bodyLimit, room) - (prompt.questions.length > 0 ? draftLimit : 0);
  const shown = shownBody(body, limit, cardBody(prompt, words).text, words);
  const lines = [...above, shown.text, grants.text, outcomePart(prompt, words, byDefault)];
  return {
    text: lines.filter((line) => line !== '').join('\n'),
    controls: state === 'open' ? controlsOf(prompt, words) : [],
    files: [...shown.files, ...(areNotesCut ? [whole] : []), ...grants.files],
  };
}

function shownBody(body: CardBody, limit: number, marked: string, words: PromptWords): Pick<Card, 'text' | 'files'> {
  const text = visible(body.text);
  const fence = (part: string): string => (body.fence === undefined ? part : fenced(part, body.fence));
  if (text.trim() === '') return { text: '', files: [] };
  // A fence grows where its content has one.
  if (fence(text).length <= limit)
    return {
      text: body.fence === undefined ? closed(shorten(visible(marked), limit + draftLimit), undefined) : fence(text),
      files: [],
    };
  const file = { name: body.fileName, content: body.text };
  let beginning = cut(text, limit);
  while (fence(beginning).length > limit + 20) beginning = cut(beginning, beginning.length - 50);
  const line = words.shortened(beginning.length, text.length, file.name, sizeOf(file.content));
  return { text: `${fence(closed(beginning, body.fence))}\n${line}`, files: [file] };
}

/** Markdown that ends in the middle of a code block gets its end: what stands below must not become a part of it. */
function closed(text: string, fence: string | undefined): string {
  const isOpen = fence === undefined && (text.match(/```/g)?.length ?? 0) % 2 === 1;
  return isOpen ? `${text}\n\`\`\`` : text;
}

function cutLine(shown: number, { name, content }: { name: string; content: string }, words: PromptWords): string {
  return words.shortened(shown, content.length, name, sizeOf(content));
}

/** What each button that grants more would write: exactly, or in a file. */
function grantsPart({ id, kind, grants }: Prompt, words: PromptWords): Pick<Card, 'text' | 'files'> {
  const lineOf = (grant: PromptGrant): string =>
    words.grantLine(
      kind,
      grant,
      itemsOf(grant)
        .map((one) => code(one, 4_000))
        .join(', '),
    );
  const exact = grants.map(lineOf).join('\n');
  if (exact.length <= grantsLimit) return { text: exact, files: [] };
  const file = {
    name: `request-${id}-rules.txt`,
    content: grants.flatMap((grant) => [words.grantLine(kind, grant, ''), ...itemsOf(grant)]).join('\n'),
  };
  const lines = grants.map((grant) =>
    grant.kind === 'mode'
      ? lineOf(grant)
      : words.grantLine(kind, grant, words.rulesInFile(itemsOf(grant).length, file.name)),
  );
  return { text: shorten(lines.join('\n'), grantsLimit), files: [file] };
}

function itemsOf(grant: PromptGrant): readonly string[] {
  return grant.kind === 'rules' ? grant.rules : grant.kind === 'directories' ? grant.directories : [grant.mode];
}

/** What became of it; while it is open, what will, and how else it can be decided. */
function outcomePart(prompt: Prompt, words: PromptWords, byDefault: DefaultAnswer | undefined): string {
  const outcome = outcomeLine(prompt, words);
  if (prompt.state !== 'open') return shorten(outcome, outcomeLimit);
  const coming = byDefault ? words.defaultComes(byDefault.behavior, `<t:${Math.round(byDefault.at / 1000)}:R>`) : '';
  return [outcome, coming, words.elsewhere(prompt)].filter((line) => line !== '').join('\n');
}

function controlsOf(prompt: Prompt, words: PromptWords): readonly ControlRow[] {
  const { id, kind, grants } = prompt;
  const plainButton = (action: 'allow' | 'deny' | 'deny-with-word', label: Parameters<PromptWords['button']>[0]) => ({
    id: controlId(id, { do: action }),
    label: words.button(label),
    look: action === 'allow' ? ('good' as const) : action === 'deny' ? ('danger' as const) : ('plain' as const),
  });
  const granting = grants.slice(0, 20).map((grant, index) => ({
    id: controlId(id, { do: 'grant', grant: index }),
    label: buttonLabel(words.grantButton(kind, grant)),
    look: 'primary' as const,
  }));
  switch (kind) {
    case 'permission':
      return buttonRows([
        plainButton('allow', 'allow'),
        ...granting,
        plainButton('deny', 'deny'),
        plainButton('deny-with-word', 'denyWithWord'),
      ]);
    case 'plan':
      return buttonRows([plainButton('allow', 'approve'), ...granting, plainButton('deny-with-word', 'revise')]);
    case 'trust':
      return buttonRows([plainButton('allow', 'trust'), plainButton('deny', 'dontTrust')]);
    case 'question':
    case 'form':
      return questionRows(prompt, words);
  }
}
