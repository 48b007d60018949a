import { shorten } from '../../base/cut-text.ts';

/** Characters that change how others are shown, or show nothing: what a person decides about must not hide behind them. */
const unseen = /(?![\n\t])[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** A text as it is, with what cannot be seen made visible: `‹U+202E›`. Line ends become `\n`. */
export function visible(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(unseen, (one) => `‹U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`);
}

/** A short text of somebody else inside of a sentence: in one line, and nothing in it is Markdown or a mention. */
export function plain(text: string, limit = 100): string {
  const line = visible(text).replace(/\s+/g, ' ').trim();
  return shorten(line, limit).replace(/[\\`*_~|<>[\]#@]/g, (one) => `\\${one}`);
}

/** A text inside of backticks, which its own cannot end. */
export function code(text: string, limit = 200): string {
  const line = shorten(visible(text).replace(/\s+/g, ' ').trim(), limit);
  return `\`${line.replaceAll('`', 'ˋ') || ' '}\``;
}

/**
 * A text inside of a fence that its own content cannot close: Discord ends a block at any three backticks, however long its
 * own fence is, so a zero-width space goes between them.
 */
export function fenced(text: string, language: string): string {
  return `\`\`\`${language}\n${text.replace(/`(?=``)/g, '`\u200b')}\n\`\`\``;
}

/** The size of a text as a file, in UTF-8. */
export function sizeOf(text: string): string {
  const size = new TextEncoder().encode(text).length;
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${(size / 1024).toFixed(1)} kB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
