/**
 * A code block as Discord reads it: it opens at a run of three or more backticks and ends at the next one.
 * All positions are UTF-16 offsets into the text.
 */
export interface Fence {
  readonly start: number;
  /** After the opening line: info string and newline. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** After the closing backticks. */
  readonly end: number;
  /** What a part that goes on inside this block begins with. */
  readonly opener: string;
}

/** More backticks than this in a row are text, not a marker. */
const longestMarker = 16;

/** What Discord takes for the name of a language. */
const language = /^[a-z0-9_+\-.#]{1,32}(?=\s|$)/i;

interface Marker {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the code blocks of a text. A marker that nothing closes is text, except at the beginning of a line: there it is
 * a block that ends with the text, as in Markdown, and the returned text has the closing marker added.
 */
export function findFences(source: string): { readonly text: string; readonly fences: readonly Fence[] } {
  const markers = findMarkers(source);
  const last = markers.at(-1);
  const unclosed = markers.length % 2 === 1 && last && opensLine(source, last) ? last : undefined;
  const hasBody = unclosed !== undefined && source.slice(unclosed.end).trim() !== '';
  const text = hasBody ? `${source.trimEnd()}\n\`\`\`` : source;
  if (hasBody) markers.push({ start: text.length - 3, end: text.length });
  const fences: Fence[] = [];
  for (let index = 0; index + 1 < markers.length; index += 2) {
    const [open, close] = [markers[index], markers[index + 1]];
    if (open && close) fences.push(readFence(text, open, close));
  }
  return { text, fences };
}

function findMarkers(text: string): Marker[] {
  return [...text.matchAll(/`{3,}/g)]
    .filter(([run]) => run.length <= longestMarker)
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

function opensLine(text: string, { start, end }: Marker): boolean {
  return /(?:^|\n) {0,3}$/.test(text.slice(Math.max(0, start - 5), start)) && text.indexOf('\n', end) !== -1;
}

function readFence(text: string, open: Marker, close: Marker): Fence {
  const lineEnd = text.indexOf('\n', open.end);
  const info = lineEnd === -1 || lineEnd >= close.start ? undefined : text.slice(open.end, lineEnd);
  const isInfo = info !== undefined && info.length <= 100;
  return {
    start: open.start,
    bodyStart: isInfo ? lineEnd + 1 : open.end,
    bodyEnd: close.start,
    end: close.end,
    opener: `\`\`\`${isInfo ? (language.exec(info.trimStart())?.[0] ?? '') : ''}\n`,
  };
}
