import { codeSpans } from './code-spans.ts';
import { readMarkup } from './read-markup.ts';
import type { Inline } from './syntax.ts';

const delimiters = {
  '**': 'strong',
  __: 'underline',
  '~~': 'strike',
  '||': 'spoiler',
  '*': 'emphasis',
  _: 'emphasis',
} as const;

type Delimiter = keyof typeof delimiters;

/** A delimiter that waits for its other half, and what has been read before it. */
interface Opened {
  readonly delimiter: Delimiter;
  /** Where its content begins. */
  readonly from: number;
  readonly before: Inline[];
}

/**
 * Parses the text of one paragraph. Linear in its length: each delimiter is opened at most once and closed at most
 * once, and no delimiter opens inside itself, so nothing nests deeper than there are delimiters.
 */
export function parseInline(text: string): readonly Inline[] {
  const spans = codeSpans(text);
  const opened: Opened[] = [];
  let current: Inline[] = [];
  let at = 0;

  /** Gives up what was opened last: its delimiter is plain text. */
  const abandon = (): void => {
    const last = opened.pop();
    if (!last) return;
    addText(last.before, last.delimiter);
    current = joined(last.before, current);
  };

  const close = (delimiter: Delimiter): void => {
    while (opened.at(-1)?.delimiter !== delimiter) abandon();
    const last = opened.pop();
    if (!last) return;
    last.before.push({ kind: delimiters[delimiter], content: current });
    current = last.before;
  };

  while (at < text.length) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '\\' && isPunctuation(next)) {
      addText(current, next);
      at += 2;
      continue;
    }
    const span = character === '`' ? spans(at) : undefined;
    if (span) {
      if (span.kind === 'text') addText(current, span.text);
      else current.push({ kind: 'code', text: span.text });
      at = span.end;
      continue;
    }
    const delimiter = delimiterAt(text, at, opened);
    if (delimiter) {
      const isOpen = opened.some((one) => one.delimiter === delimiter);
      if (isOpen && canClose(text, at, delimiter, opened)) close(delimiter);
      else if (!isOpen && canOpen(text, at, delimiter)) {
        opened.push({ delimiter, from: at + delimiter.length, before: current });
        current = [];
      } else addText(current, delimiter);
      at += delimiter.length;
      continue;
    }
    const markup = readMarkup(
      text,
      at,
      opened.map((one) => one.delimiter),
    );
    if (markup) {
      current.push(markup.inline);
      at = markup.end;
      continue;
    }
    const end = plainEnd(text, at);
    addText(current, text.slice(at, end));
    at = end;
  }
  while (opened.length > 0) abandon();
  return current;
}

/** The delimiter at a place. In a row of three, what was opened last is closed first. */
function delimiterAt(text: string, at: number, opened: readonly Opened[]): Delimiter | undefined {
  const two = text.slice(at, at + 2);
  const one = text.charAt(at);
  const last = opened.at(-1)?.delimiter;
  if ((one === '*' || one === '_') && last === one && text.slice(at, at + 3) === one.repeat(3)) return one;
  if (isDelimiter(two)) return two;
  return isDelimiter(one) ? one : undefined;
}

function canOpen(text: string, at: number, delimiter: Delimiter): boolean {
  const after = text.charAt(at + delimiter.length);
  if (delimiter === '*') return after !== '' && !isSpace(after);
  if (delimiter === '_') return after !== '' && !isSpace(after) && !isWord(text.charAt(at - 1));
  return after !== '';
}

function canClose(text: string, at: number, delimiter: Delimiter, opened: readonly Opened[]): boolean {
  const from = opened.findLast((one) => one.delimiter === delimiter)?.from ?? at;
  if (from === at) return false; // there would be nothing in it
  if (delimiter === '*') return !isSpace(text.charAt(at - 1));
  if (delimiter === '_') return !isSpace(text.charAt(at - 1)) && !isWord(text.charAt(at + 1));
  return true;
}

/** Where plain text ends: before the next character that may mean something. */
function plainEnd(text: string, at: number): number {
  special.lastIndex = at + 1;
  return special.exec(text)?.index ?? text.length;
}

const special = /[\\`*_~|<[@]|\bhttps?:\/\//g;

function isDelimiter(text: string): text is Delimiter {
  return Object.hasOwn(delimiters, text);
}

function isPunctuation(character: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(character);
}

function isSpace(character: string): boolean {
  return /^\s?$/.test(character);
}

function isWord(character: string): boolean {
  return /^[\p{L}\p{N}_]$/u.test(character);
}

function addText(content: Inline[], text: string): void {
  const last = content.at(-1);
  if (last?.kind === 'text') content[content.length - 1] = { kind: 'text', text: last.text + text };
  else content.push({ kind: 'text', text });
}

function joined(before: Inline[], after: readonly Inline[]): Inline[] {
  for (const one of after) {
    if (one.kind === 'text') addText(before, one.text);
    else before.push(one);
  }
  return before;
}
