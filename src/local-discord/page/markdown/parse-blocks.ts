import { parseInline } from './parse-inline.ts';
import { parseList } from './parse-list.ts';
import type { Block } from './syntax.ts';

const fence = '```';

/**
 * Discord's Markdown as a tree. Pure; takes time in proportion to the text, whatever is in it. What it does not
 * understand stays text.
 */
export function parseMarkdown(text: string): readonly Block[] {
  return parseBlocks(text.replaceAll('\r\n', '\n'), true);
}

function parseBlocks(text: string, mayQuote: boolean): readonly Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  let at = 0;

  const endParagraph = (): void => {
    const from = paragraph.findIndex((line) => line !== '');
    const content = paragraph.slice(Math.max(from, 0), paragraph.findLastIndex((line) => line !== '') + 1).join('\n');
    if (content !== '') blocks.push({ kind: 'paragraph', content: parseInline(content) });
    paragraph = [];
  };

  while (at <= text.length) {
    const lineEnd = indexOr(text.indexOf('\n', at), text.length);
    const line = text.slice(at, lineEnd);
    const quote = mayQuote ? readQuote(text, at) : undefined;
    if (quote) {
      endParagraph();
      blocks.push({ kind: 'quote', blocks: parseBlocks(quote.inner, false) });
      at = quote.end;
      continue;
    }
    const code = readFence(text, at, line);
    if (code) {
      paragraph.push(code.before);
      endParagraph();
      blocks.push({ kind: 'code', language: code.language, text: code.inner });
      at = code.end;
      continue;
    }
    const list = isListLine(line) ? readListLines(text, at) : undefined;
    if (list) {
      endParagraph();
      blocks.push(...parseList(list.lines));
      at = list.end;
      continue;
    }
    const single = readLineBlock(line);
    if (single) {
      endParagraph();
      blocks.push(single);
    } else {
      paragraph.push(line);
    }
    at = lineEnd + 1;
  }
  endParagraph();
  return blocks;
}

/** Consecutive lines with `> `, or all that follows `>>> `. */
function readQuote(text: string, at: number): { inner: string; end: number } | undefined {
  if (text.startsWith('>>> ', at)) return { inner: text.slice(at + 4), end: text.length + 1 };
  const lines: string[] = [];
  let end = at;
  while (end <= text.length && (text.startsWith('> ', end) || isBareQuote(text, end))) {
    const lineEnd = indexOr(text.indexOf('\n', end), text.length);
    lines.push(text.slice(end + 2, lineEnd));
    end = lineEnd + 1;
  }
  return lines.length > 0 ? { inner: lines.join('\n'), end } : undefined;
}

/** A `>` alone on its line goes on with a quote. */
function isBareQuote(text: string, at: number): boolean {
  return text.charAt(at) === '>' && (text.charAt(at + 1) === '\n' || at + 1 === text.length);
}

/** Code that begins in this line. A fence that is never closed counts only at the start of a line. */
function readFence(
  text: string,
  at: number,
  line: string,
): { before: string; language: string; inner: string; end: number } | undefined {
  const index = line.indexOf(fence);
  if (index < 0 || line.charAt(index - 1) === '\\') return undefined;
  const open = at + index;
  const close = text.indexOf(fence, open + fence.length);
  if (close < 0 && index > 0) return undefined;
  // Backticks right at the end of the code belong to it: ````` ends with the last three.
  let closeEnd = indexOr(close, text.length);
  while (close >= 0 && text.charAt(closeEnd + fence.length) === '`') closeEnd += 1;
  const inner = text.slice(open + fence.length, closeEnd);
  if (close >= 0 && inner.trim() === '') return undefined;
  const [, language = ''] = /^([\w+#.-]{1,30})\n/.exec(inner) ?? [];
  const code = language === '' ? inner.replace(/^\n/, '') : inner.slice(language.length + 1);
  const end = close < 0 ? text.length + 1 : closeEnd + fence.length;
  return {
    before: line.slice(0, index),
    language: language.toLowerCase(),
    inner: code.replace(/\n$/, ''),
    end: text.charAt(end) === '\n' ? end + 1 : end,
  };
}

function readListLines(text: string, at: number): { lines: readonly string[]; end: number } {
  const lines: string[] = [];
  let end = at;
  while (end <= text.length) {
    const lineEnd = indexOr(text.indexOf('\n', end), text.length);
    const line = text.slice(end, lineEnd);
    const goesOn = isListLine(line) || (/^ {2,}\S/.test(line) && !line.includes(fence));
    if (!goesOn || (line.includes(fence) && lines.length > 0)) break;
    lines.push(line);
    end = lineEnd + 1;
  }
  return { lines, end };
}

function isListLine(line: string): boolean {
  return /^ {0,20}(?:[-*]|\d{1,9}\.) \S/.test(line);
}

function readLineBlock(line: string): Block | undefined {
  const [, marks, title] = /^(#{1,3}) +(\S.*)$/.exec(line) ?? [];
  if (marks !== undefined && title !== undefined) {
    const level = marks.length === 1 ? 1 : marks.length === 2 ? 2 : 3;
    return { kind: 'heading', level, content: parseInline(title) };
  }
  const [, small] = /^-# +(\S.*)$/.exec(line) ?? [];
  return small === undefined ? undefined : { kind: 'subtext', content: parseInline(small) };
}

function indexOr(index: number, otherwise: number): number {
  return index < 0 ? otherwise : index;
}
