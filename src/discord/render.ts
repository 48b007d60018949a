import { findFences } from './fences.ts';
import type { Fence } from './fences.ts';

/**
 * The most that one message holds (Discord's documentation: "up to 2000 characters"). Counted here in UTF-16 units,
 * which are never fewer than the code points that a server may count.
 */
export const messageLimit = 2000;

/** Ends a code block in a part that stops inside of it. */
const closer = '\n```';

/** White space and characters that show nothing. */
const blank = /^[\s\p{Cc}\p{Cf}]*$/u;

/** A character that belongs to the one before it. */
const joined = /^[\p{M}\p{Emoji_Modifier}\u200d\udc00-\udfff]/u;

/** What stands before every place that is better than any other. */
const mayEnd = /[\s。！？]/;

const sentenceEnd = /[.!?…]["'”’)\]]?\s$|[。！？]$/u;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** How much of a part must be filled for a cut at such a place to be taken. */
const leastFill = { block: 0.15, paragraph: 0.4, line: 0.25, sentence: 0.25, word: 0.1 } as const;

type Place = keyof typeof leastFill;

/** Ends a text that was cut to one message. */
const cutMark = ' …';

interface Source {
  readonly text: string;
  readonly fences: readonly Fence[];
  readonly limit: number;
}

/**
 * Splits a text into messages of at most `limit` UTF-16 units: at a paragraph if it can, else a line, a sentence, a
 * word, a grapheme. A code block that is cut is closed and opened again with its language. No part is empty or only
 * white space; a text that shows nothing gives no part at all. White space at a cut is dropped, as Discord does.
 *
 * @param limit at least 200.
 */
export function renderText(text: string, limit: number = messageLimit): readonly string[] {
  const source: Source = { ...findFences(text.replace(/\r\n?/g, '\n')), limit };
  const parts: string[] = [];
  for (let from = skipBlank(source, 0); from < source.text.length;) {
    const fence = fenceAround(source, from);
    const to = chooseCut(source, from, fence);
    const body = source.text.slice(from, to);
    const endFence = fenceAround(source, to);
    const opening = fence ? fence.opener : '';
    // A newline before the cut is the one that the closing marker brings along.
    if (!blank.test(body))
      parts.push(endFence ? opening + withoutLastNewline(body) + closer : (opening + body).trimEnd());
    from = skipBlank(source, to);
  }
  return parts;
}

/** The block that a position lies in, strictly: not before its first or after its last character. */
function fenceAround({ fences }: Source, position: number): Fence | undefined {
  return fences.find((fence) => position > fence.start && position < fence.end);
}

/** Where the next part begins: after what would be lost or empty at its beginning. */
function skipBlank(source: Source, from: number): number {
  const fence = fenceAround(source, from);
  if (!fence) return from + (/^(?:\s*\n)?/.exec(source.text.slice(from))?.[0].length ?? 0);
  return blank.test(source.text.slice(from, fence.bodyEnd)) ? skipBlank(source, fence.end) : from;
}

function chooseCut(source: Source, from: number, fence: Fence | undefined): number {
  const { text, limit } = source;
  const room = limit - (fence?.opener.length ?? 0);
  const furthest = from + room;
  if (furthest >= text.length) return text.length;
  const found = new Map<Place, number>();
  for (let at = furthest; at > from; at -= 1) {
    const place = placeAt(source, from, at, furthest);
    if (place === undefined || found.has(place) || at - from < room * leastFill[place]) continue;
    if (place === 'block' || place === 'paragraph') return at;
    found.set(place, at);
  }
  return found.get('line') ?? found.get('sentence') ?? found.get('word') ?? cutGrapheme(source, from, furthest);
}

/** What kind of place a position is; undefined where nothing should be cut. `block`: a code block begins that fits. */
function placeAt(source: Source, from: number, at: number, furthest: number): Place | undefined {
  const { text, fences, limit } = source;
  const before = text[at - 1] ?? '';
  if (!mayEnd.test(before) || joined.test(text.slice(at, at + 2))) return undefined;
  const fence = fenceAround(source, at);
  if (fence) {
    if (!canCutInside(fence, at, furthest)) return undefined;
    if (blank.test(text.slice(Math.max(from, fence.bodyStart), at))) return undefined;
    return before === '\n' ? 'line' : /\s/.test(before) ? 'word' : undefined;
  }
  if (before === '\n') {
    const next = fences.find(({ start }) => start >= at);
    if (next && next.end - next.start <= limit && text.slice(at, next.start).trim() === '') return 'block';
    return text[at - 2] === '\n' ? 'paragraph' : 'line';
  }
  if (sentenceEnd.test(text.slice(Math.max(from, at - 3), at))) return 'sentence';
  return /\s/.test(before) ? 'word' : undefined;
}

function canCutInside(fence: Fence, at: number, furthest: number): boolean {
  return at > fence.bodyStart && at < fence.bodyEnd && at + closer.length <= furthest;
}

/** The last place that splits no grapheme, or at least no code point when a single grapheme fills the part. */
function cutGrapheme(source: Source, from: number, furthest: number): number {
  const { text } = source;
  const fence = fenceAround(source, furthest) ?? fenceAround(source, furthest - closer.length);
  const limit = fence ? lastInside(fence, from, furthest) : furthest;
  const cluster = graphemes.segment(text.slice(from, limit + 2)).containing(limit - from);
  const at = from + (cluster?.index ?? limit - from);
  if (at > from) return at;
  return /^[\udc00-\udfff]/.test(text.slice(limit, limit + 1)) ? limit - 1 : limit;
}

/** The last place where a part may stop that meets this block; before the block when nothing of its body fits. */
function lastInside(fence: Fence, from: number, furthest: number): number {
  if (furthest >= fence.end) return furthest;
  const limit = Math.min(furthest - closer.length, fence.bodyEnd - 1);
  return limit > fence.bodyStart ? limit : Math.max(fence.start, from + 1);
}

function withoutLastNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** As much of a text as one message holds, with a mark when there was more. */
export function cutToMessage(text: string, limit: number = messageLimit): string {
  const [whole = '', more] = renderText(text, limit);
  if (more === undefined) return whole;
  const [first = ''] = renderText(text, limit - cutMark.length);
  return first + cutMark;
}
