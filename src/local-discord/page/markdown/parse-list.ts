import { parseInline } from './parse-inline.ts';
import type { List, ListItem } from './syntax.ts';

/** How deep lists go into one another, as in Discord; what is further in belongs to the last. */
const deepest = 10;

interface Line {
  readonly indent: number;
  /** The number of an ordered item; undefined for a point. */
  readonly number: number | undefined;
  readonly text: string;
}

/** The lists in lines of which each is an item, or goes on with the item before it. */
export function parseList(lines: readonly string[]): readonly List[] {
  return build(lines.reduce<Line[]>(addLine, []), 0);
}

function addLine(items: Line[], line: string): Line[] {
  const [, spaces = '', point, number, text = ''] = /^( *)(?:([-*])|(\d+)\.) (.*)$/.exec(line) ?? [];
  const last = items.at(-1);
  if (point !== undefined || number !== undefined) {
    items.push({ indent: spaces.length, number: number === undefined ? undefined : Number(number), text: text.trim() });
  } else if (last) {
    items[items.length - 1] = { ...last, text: `${last.text}\n${line.trim()}` };
  }
  return items;
}

/** Items further in than the first belong to the one before them. */
function build(lines: readonly Line[], depth: number): readonly List[] {
  const lists: { kind: 'list'; start: number | undefined; items: ListItem[] }[] = [];
  const base = lines[0]?.indent ?? 0;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (!line) break;
    let end = at + 1;
    while (depth < deepest && (lines[end]?.indent ?? 0) > base) end += 1;
    const item = { content: parseInline(line.text), children: build(lines.slice(at + 1, end), depth + 1) };
    const list = lists.at(-1);
    if (list && (list.start === undefined) === (line.number === undefined)) list.items.push(item);
    else lists.push({ kind: 'list', start: line.number, items: [item] });
    at = end;
  }
  return lists;
}
