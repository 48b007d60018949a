import type { Choice, ControlRow, Form, FormField } from '../../model/controls.ts';
import type { Prompt, PromptQuestion } from '../../model/prompt.ts';
import type { PromptWords } from '../words/prompts.ts';
import { shorten } from '../../base/cut-text.ts';
import { controlId } from './control-ids.ts';

/** Discord's limits for components. */
const mostRows = 5;
const mostInRow = 5;
const mostChoices = 25;
const mostFields = 5;

/** More options than these are a menu: a phone shows two of them in a row. */
const mostOptionButtons = 10;

/** How the questions of a prompt are put: which by buttons, which by menus, which by fields of forms. */
export interface QuestionLayout {
  /** The only question, when its options are buttons. */
  readonly buttons: PromptQuestion | undefined;
  /** Numbers of the questions that have a menu. */
  readonly menus: readonly number[];
  /** Numbers of the questions that are answered by a text, form by form. */
  readonly pages: readonly (readonly number[])[];
}

export function layoutOf({ questions }: Pick<Prompt, 'questions'>): QuestionLayout {
  const [only] = questions;
  const areButtons =
    questions.length === 1 &&
    only?.isMultiple === false &&
    only.options.length > 0 &&
    only.options.length <= mostOptionButtons;
  const numbers = questions.map((_, index) => index);
  const menus = areButtons ? [] : numbers.filter((index) => isMenu(questions[index])).slice(0, mostRows - 1);
  const isText = (index: number): boolean =>
    questions[index]?.takesText === true || (!menus.includes(index) && !areButtons);
  const fields = numbers.filter(isText);
  const mostPages = (mostRows - menus.length) * mostInRow - 2;
  const pages = Array.from({ length: Math.min(mostPages, Math.ceil(fields.length / mostFields)) }, (_, page) =>
    fields.slice(page * mostFields, (page + 1) * mostFields),
  );
  return { buttons: areButtons ? only : undefined, menus, pages };
}

/** Buttons, menus and what opens forms, under questions. */
export function questionRows(prompt: Prompt, words: PromptWords): readonly ControlRow[] {
  const { id, kind, questions, draft = {} } = prompt;
  const { buttons, menus, pages } = layoutOf(prompt);
  const options = (buttons?.options ?? []).map(({ label }, option) => ({
    id: controlId(id, { do: 'option', option }),
    label: buttonLabel(label),
    look: 'primary' as const,
  }));
  const menuRows = menus.map((number): ControlRow => {
    const question = questions[number];
    if (!question) throw new RangeError(`there is no question ${number}`);
    const { isMultiple, isOptional } = question;
    return {
      kind: 'menu',
      menu: {
        id: controlId(id, { do: 'menu', question: number }),
        placeholder: shorten(`${nameOf(question)}: ${words.menu(isMultiple)}`, 150),
        least: isOptional === true ? 0 : 1,
        most: isMultiple ? question.options.length : 1,
        choices: choicesOf(question, draft[question.id] ?? []),
      },
    };
  });
  const isForm = kind === 'form';
  const opening = isForm ? 'fillIn' : options.length === 0 && menus.length === 0 ? 'answer' : 'ownWords';
  const needsSend = menus.length > 0 || pages.length > 1;
  const last = [
    ...(needsSend ? [{ id: controlId(id, { do: 'send' }), label: words.button('send'), look: 'good' as const }] : []),
    ...pages.map((page, index) => ({
      id: controlId(id, { do: 'words', from: page[0] ?? 0 }),
      label: words.button(opening) + (pages.length > 1 ? ` ${index + 1}/${pages.length}` : ''),
      look: needsSend || options.length > 0 ? ('plain' as const) : ('primary' as const),
    })),
    {
      id: controlId(id, { do: 'deny' }),
      label: words.button(isForm ? 'decline' : 'noAnswer'),
      look: isForm ? ('danger' as const) : ('plain' as const),
    },
  ];
  return [...buttonRows(options), ...menuRows, ...buttonRows(last)];
}

/** What a question is called in few words. */
export function nameOf({ header, text }: PromptQuestion): string {
  return header === undefined || header.trim() === '' ? text : header;
}

/** The form for texts: the questions of one page. Undefined when there is no such page. */
export function questionForm(prompt: Prompt, from: number, words: PromptWords): Form | undefined {
  const page = layoutOf(prompt).pages.find(([first]) => first === from);
  if (!page) return undefined;
  const fields = page.map((number) => fieldOf(prompt, number));
  return { id: controlId(prompt.id, { do: 'words', from }), title: words.formTitle('answer'), fields };
}

/** At most 80 characters stand on a button. */
export function buttonLabel(text: string): string {
  return shorten(text.replace(/\s+/g, ' ').trim(), 80) || '…';
}

/** Buttons in as many lines as they need. */
export function buttonRows(buttons: Extract<ControlRow, { kind: 'buttons' }>['buttons']): readonly ControlRow[] {
  return Array.from({ length: Math.ceil(buttons.length / mostInRow) }, (_, row) => ({
    kind: 'buttons' as const,
    buttons: buttons.slice(row * mostInRow, (row + 1) * mostInRow),
  }));
}

function isMenu(question: PromptQuestion | undefined): boolean {
  return question !== undefined && question.options.length > 0 && question.options.length <= mostChoices;
}

/** Values are numbers: a label may be longer than a value. */
function choicesOf({ options }: PromptQuestion, chosen: readonly string[]): readonly Choice[] {
  return options.map(({ label, description = '' }, index) => ({
    value: String(index),
    label: shorten(label.replace(/\s+/g, ' ').trim(), 100) || '…',
    ...(description.trim() === '' ? {} : { description: shorten(description.replace(/\s+/g, ' ').trim(), 100) }),
    // Of options that read the same one is marked: a menu for one choice takes no two marks.
    ...(chosen.includes(label) && index === options.findIndex((one) => one.label === label) ? { chosen: true } : {}),
  }));
}

function fieldOf({ kind, questions, draft = {} }: Prompt, number: number): FormField {
  const question = questions[number];
  if (!question) throw new RangeError(`there is no question ${number}`);
  const { id, header, text, options, isOptional } = question;
  const hint = options.length > 0 ? options.map(({ label }) => label).join(' / ') : header === undefined ? '' : text;
  const isOnly = questions.length === 1;
  const needsText = isOptional !== true && !isMenu(question) && draft[id] === undefined;
  return {
    id: String(number),
    label: shorten(nameOf(question).replace(/\s+/g, ' '), 45),
    ...(hint.trim() === '' ? {} : { placeholder: shorten(hint.replace(/\s+/g, ' '), 100) }),
    isLong: kind === 'question',
    isRequired: isOnly ? isOptional !== true : needsText,
  };
}
