/**
 * Code points that a terminal or the agent would act on, or that nobody sees: taken out of every text before it is
 * typed. ZWNJ (U+200C) and ZWJ (U+200D) stay: languages and emoji need them. So does the line feed.
 */
export const removedRanges: readonly (readonly [first: number, last: number, what: string])[] = [
  [0x0000, 0x0009, 'C0 controls (a tab is replaced before)'],
  [0x000b, 0x001f, 'C0 controls: keys to a terminal'],
  [0x007f, 0x009f, 'delete and C1 controls'],
  [0x00ad, 0x00ad, 'soft hyphen'],
  [0x034f, 0x034f, 'combining grapheme joiner'],
  [0x061c, 0x061c, 'Arabic letter mark'],
  [0x115f, 0x1160, 'Hangul fillers'],
  [0x17b4, 0x17b5, 'Khmer inherent vowels'],
  [0x180b, 0x180f, 'Mongolian variation selectors'],
  [0x200b, 0x200b, 'zero width space'],
  [0x200e, 0x200f, 'direction marks'],
  [0x202a, 0x202e, 'direction embeddings and overrides'],
  [0x2060, 0x206f, 'word joiner, invisible operators, direction isolates'],
  [0x3164, 0x3164, 'Hangul filler'],
  [0xfeff, 0xfeff, 'byte order mark'],
  [0xffa0, 0xffa0, 'half width Hangul filler'],
  [0xfff0, 0xfffb, 'unassigned specials, interlinear annotation'],
  [0x1bca0, 0x1bca3, 'shorthand format controls'],
  [0x1d173, 0x1d17a, 'musical format controls'],
  [0xe0000, 0xe0fff, 'tags and supplementary variation selectors'],
];

const removed = new RegExp(
  `[${removedRanges.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('')}]`,
  'gu',
);

/** What a tab becomes. */
const tab = '    ';

/**
 * The documented normalisation of what a person wrote: CRLF, CR, NEL and the Unicode line separators become LF, a tab
 * four spaces, lone surrogates U+FFFD; control and invisible code points go; the rest is NFC; outer white space is
 * trimmed. Idempotent.
 */
export function sanitise(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll('\t', tab)
    .replace(removed, '')
    .normalize('NFC')
    .trim();
}

/**
 * A name that can stand in the header: one line, neither bracket (they become parentheses), at most 60 characters. It
 * can neither close the header nor begin another one.
 */
export function escapeName(name: string): string {
  const line = sanitise(name)
    .replace(/\s+/gu, ' ')
    .replace(/[[\u3010\uFF3B\u27E6]/gu, '(')
    .replace(/[\]\u3011\uFF3D\u27E7]/gu, ')')
    .replace(/session\s*=/giu, 'session:');
  return Array.from(line).slice(0, 60).join('').trim() || 'unknown';
}
