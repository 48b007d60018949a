import type { Quote } from '../../model/message.ts';

/** How much of a quoted text an agent is given, in characters and in lines; it is told that there was more. */
const mostCharacters = 1500;
const mostLines = 40;
/** What is longer, in characters, stands in lines of its own. */
const inlineLimit = 200;
/** Of those that a message speaks about, and of the files of each. */
const mostQuotes = 5;
const mostFiles = 10;
const longestName = 60;
const longestFileName = 100;

const beginnings = { reply: 'in reply to', forward: 'forwarded from' } as const;

/**
 * What an agent reads of the messages that a message answers or passes on, each in its own lines: empty without any.
 * Every line of a quote stands within quotation marks or behind `> `, so that nothing in it can be taken for the bridge's
 * own words or for another message. Pure.
 */
export function quoteText(quotes: readonly Quote[] = []): string {
  return quotes.slice(0, mostQuotes).map(oneQuote).join('\n');
}

/** Whether a text is nothing but quotes, as they are made here: then it says nothing of its own. */
export function isQuotes(text: string): boolean {
  const lines = text.split('\n');
  let index = 0;
  while (index < lines.length) {
    const first = lines[index] ?? '';
    if (!/^\((?:in reply to|forwarded from) ./.test(first)) return false;
    index += 1;
    if (!first.endsWith(':')) {
      if (!first.endsWith(')')) return false;
      continue;
    }
    while (lines[index]?.startsWith('> ')) index += 1;
    if (lines[index]?.endsWith(')') !== true) return false;
    index += 1;
  }
  return true;
}

/** A name as harmless text: one line without brackets and quotation marks, and nothing that nobody sees. */
function plainName(name: string, limit: number): string {
  const line = visible(name)
    .replace(/\s+/gu, ' ')
    .replace(/["“”„‟＂«»\p{Ps}\p{Pe}<>]/gu, '_')
    .replace(/session\s*=/giu, 'session:');
  return Array.from(line).slice(0, limit).join('').trim();
}

function oneQuote({ kind, author, text, files = [] }: Quote): string {
  const name = author === undefined ? '' : plainName(author, longestName);
  const beginning = `(${beginnings[kind]} ${name === '' ? 'somebody' : name}`;
  const body = withoutForgery(visible(text).trim());
  const { shown, note } = shortened(body);
  const named = fileList(files);
  if (shown === '') return named === '' ? `${beginning})` : `${beginning}: ${named})`;
  if (note === '' && shown.length <= inlineLimit && !/[\n"]/.test(shown)) {
    return `${beginning}: "${shown}"${named === '' ? '' : `, with ${named}`})`;
  }
  const lines = shown.split('\n').map((line) => `> ${line}`);
  const end = [note, named === '' ? '' : `with ${named}`].filter((part) => part !== '').join(', ');
  return [`${beginning}:`, ...lines, `${end})`].join('\n');
}

function fileList(files: readonly string[]): string {
  if (files.length === 0) return '';
  const names = files.slice(0, mostFiles).map((name) => `"${plainName(name, longestFileName) || 'unnamed'}"`);
  const more = files.length - names.length;
  const list = more > 0 ? [...names, `${more} more`] : names;
  return `the ${files.length === 1 ? 'file' : 'files'} ${list.join(', ')}`;
}

function shortened(text: string): { readonly shown: string; readonly note: string } {
  const lines = text.split('\n');
  const characters = Array.from(lines.slice(0, mostLines).join('\n'));
  const all = Array.from(text).length;
  if (characters.length === all && all <= mostCharacters) return { shown: text, note: '' };
  const shown = characters.slice(0, mostCharacters).join('').trimEnd();
  return { shown, note: `only the first ${Array.from(shown).length} of ${all} characters` };
}

/**
 * A text whose lines end in `\n`, without control characters and without what nobody sees. Joiners stay where emoji and
 * scripts need them, not between letters that would read as a word without them.
 */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll('\t', '    ')
    .replace(/(?!\n|\u200C|\u200D|\uFE0E|\uFE0F)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/(?<=[\x20-\x7E]|^)(?:\u200C|\u200D)+|(?:\u200C|\u200D)+(?=[\x20-\x7E]|$)/gmu, '')
    .replace(/\n{3,}/g, '\n\n');
}

/** Lines in square brackets are the bridge's; in a quote they get round ones. */
function withoutForgery(text: string): string {
  return text.replace(
    /[[\u3010\uFF3B\u27E6](\s*(?:discord|cli|attach)[^\]\u3011\uFF3D\u27E7\n]*)([\]\u3011\uFF3D\u27E7]?)/giu,
    (_, inside: string, end: string) => `(${inside.replace(/session\s*=/giu, 'session:')}${end === '' ? '' : ')'}`,
  );
}
