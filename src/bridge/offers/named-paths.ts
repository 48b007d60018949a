/** Of a text only so much is looked at, in characters, and so many words of it may be paths: each is asked of the disk. */
const mostCharacters = 40_000;
const mostPaths = 40;
const longestPath = 400;
/** How many runs of backticks after one may be its end. */
const nearRuns = 50;

/** `[words](target)`, the target perhaps in `<>`, perhaps with a title. */
const link =
  /\[([^[\]\n]{0,400})\]\([^\S\n]*(?:<([^<>\n]+)>|((?:[^\s()]|\([^\s()]*\))+))(?:\s+"[^"\n]{0,200}")?[^\S\n]*\)/g;
/** What may stand around a word and belongs to no path. */
const before = /^(?:~~|[*_"'“”‘’«»(<[{:;,])+/u;
const after = /[*_~"'“”‘’«»)>\]},;:!?.…]+$/u;
/** Words; in some languages none but these marks stand between them. */
const word = /[^\s「」『』（）、。！？]+/g;
/** A place in a file: `a.ts:12`, `a.ts:12:3`, `a.ts:3-7`, `a.ts#L12`. */
const place = /(?::\d+(?:[:-]\d+)*|#L\d+(?:-L?\d+)?)$/;

interface Found {
  readonly at: number;
  readonly raw: string;
}

/**
 * What may be paths of files in a text that an agent wrote for people: code spans, targets of links, and bare words, in
 * the order in which they stand there, each once. What stands in code blocks is left out: it is shown already. Whether
 * there is such a file is another question. Pure.
 */
export function namedPaths(text: string): readonly string[] {
  const prose = withoutBlocks(text.slice(0, mostCharacters).replace(/\r\n?/g, '\n'));
  const spans = codeSpans(prose);
  const plain = blanked(prose, spans);
  const links = [...plain.matchAll(link)].map((match) => ({ at: match.index, raw: match[0], match }));
  const found: readonly Found[] = [
    ...spans.map(({ at, raw }) => ({ at, raw: raw.replace(/^`+|`+$/g, '') })),
    ...links.flatMap(({ at, match: [, words = '', angled, target = ''] }) => [
      { at, raw: angled ?? decoded(target) },
      { at: at + 1, raw: words },
    ]),
    ...words(blanked(plain, links)),
  ];
  const paths = found.toSorted((one, other) => one.at - other.at).flatMap(({ raw }) => pathIn(raw) ?? []);
  return [...new Set(paths)].slice(0, mostPaths);
}

/** The path that some words are, as far as one can tell by looking at them. */
function pathIn(raw: string): string | undefined {
  if (raw.length > longestPath) return undefined;
  const path = raw
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^file:\/\/(?=\/)/, '')
    .replace(place, '');
  if (path === '' || /[\p{Cc}\p{Cs}]/u.test(path)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('~') || path.endsWith('/')) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  // Without a slash, only what has an ending like a file's: `report.pdf`, not `3.14`.
  const hasEnding = /[^.]\.[\p{L}\p{N}_-]{1,12}$/u.test(name) && /\p{L}/u.test(name);
  return hasEnding || (path.includes('/') && name !== '.' && name !== '..') ? path : undefined;
}

function words(text: string): readonly Found[] {
  return [...text.matchAll(word)]
    .filter(([{ length }]) => length <= longestPath)
    .map((match) => ({ at: match.index, raw: match[0].replace(before, '').replace(after, '') }));
}

/** Blank lines in the place of code blocks. One that is not closed goes to the end. */
function withoutBlocks(text: string): string {
  let open: string | undefined;
  const lines = text.split('\n').map((line) => {
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const isIn = open !== undefined || fence !== undefined;
    if (open === undefined) open = fence;
    else if (fence?.startsWith(open) === true && line.trim() === fence) open = undefined;
    return isIn ? ' '.repeat(line.length) : line;
  });
  return lines.join('\n');
}

/** Code spans with their backticks: each begins and ends with runs of the same length, in one line. */
function codeSpans(text: string): readonly Found[] {
  const runs = [...text.matchAll(/`+|\n/g)];
  const spans: Found[] = [];
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs[index];
    if (!run || run[0] === '\n') continue;
    const line = runs.slice(index + 1, index + 1 + nearRuns);
    const ends = line.findIndex(([other]) => other === run[0] || other === '\n');
    const end = line[ends];
    if (end?.[0] !== run[0]) continue;
    spans.push({ at: run.index, raw: text.slice(run.index, end.index + end[0].length) });
    index += ends + 1;
  }
  return spans;
}

/** Spaces in the place of what was found, so that everything else stays where it is. */
function blanked(text: string, found: readonly Found[]): string {
  let rest = '';
  for (const { at, raw } of found) rest += text.slice(rest.length, at) + ' '.repeat(raw.length);
  return rest + text.slice(rest.length);
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target; // A per cent sign that is only that.
  }
}
