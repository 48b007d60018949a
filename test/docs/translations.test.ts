import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What must be the same in every language. The words of a page are not: nobody but a reader can hold those together. */
interface Skeleton {
  /** The level of each heading, in order. */
  readonly headings: readonly number[];
  readonly points: number;
  /** Each block of code, without what its comments say. */
  readonly blocks: readonly string[];
  /** Commands, paths, names: sorted, because languages put them in another order within a sentence. */
  readonly code: readonly string[];
  /** Where links and pictures lead, and addresses in angle brackets; sorted. */
  readonly links: readonly string[];
  /** Of each row of each table: how many cells it has, and the code and links of the first one. */
  readonly rows: readonly string[];
  readonly signs: readonly string[];
}

const block = /^( *)```.*\n[\s\S]*?^\1```$/gm;

function skeletonOf(page: string): Skeleton {
  const prose = page.replace(block, '');
  const lines = prose.split('\n');
  return {
    headings: lines.flatMap((line) => /^(#+) /.exec(line)?.[1]?.length ?? []),
    points: lines.filter((line) => /^ *(-|\d+\.) /.test(line)).length,
    blocks: [...page.matchAll(block)].map(([text]) => text.replace(/(^|\s)# .*$/gm, '$1#')),
    code: codeOf(prose).sort(),
    links: linksOf(prose).sort(),
    rows: lines.filter((line) => line.startsWith('|')).map(rowOf),
    signs: (prose.match(/\p{Extended_Pictographic}/gu) ?? []).sort(),
  };
}

/** The words that an example posts, `dp "…"`, are in the language of the page, unless they stand for any. */
function codeOf(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span.replace(/(?<=dp )"(?!text")[^"]*"/, '"…"'));
}

function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)|<(https?:[^>]+)>/g)].map(([, local, web]) => local ?? web ?? '');
}

function rowOf(line: string): string {
  const cells = line.split('|').slice(1, -1);
  const [first = ''] = cells;
  return [cells.length, ...codeOf(first), ...linksOf(first)].join(' | ');
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** A page without the line that leads to its other languages: its only link that differs. */
function without(link: string, page: string): string {
  const text = read(page);
  const line = text.split('\n').find((each) => each.includes('日本語') && each.includes(' | ') && each.includes(link));
  if (line === undefined) throw new Error(`${page} does not lead to ${link} at its top`);
  return text.replace(line, '');
}

describe('MS-14: the Japanese pages', () => {
  it('README.ja.md has the commands, blocks, tables and links of README.md, and each leads to the other', () => {
    const english = skeletonOf(without('[日本語](README.ja.md)', 'README.md'));
    // Were the searches broken, nothing would be held together.
    expect(english.code.length).toBeGreaterThan(40);
    expect(english.links.length).toBeGreaterThan(30);
    expect(english.blocks).toHaveLength(3);
    expect(english.rows.length).toBeGreaterThan(40);
    expect(skeletonOf(without('[English](README.md)', 'README.ja.md'))).toEqual(english);
  });

  it('docs/inside-a-session.ja.md has those of docs/inside-a-session.md', () => {
    const english = skeletonOf(read('docs/inside-a-session.md'));
    expect(english.code.length).toBeGreaterThan(30);
    const japanese = skeletonOf(read('docs/inside-a-session.ja.md'));
    // One names a thing twice where the other does once.
    expect({ ...japanese, code: [...new Set(japanese.code)] }).toEqual({
      ...english,
      code: [...new Set(english.code)],
    });
  });
});

describe('the Japanese words', () => {
  const folder = 'src/bridge/words';
  const pages = [
    ...['README.ja.md', 'docs/inside-a-session.ja.md', 'src/bridge/words.ts'],
    ...readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
    'src/local-discord/page/words/japanese.ts',
  ];
  const avoided = (read('docs/glossary.md').split('## In Japanese')[1] ?? '')
    .split('\n')
    .flatMap((line) => (line.startsWith('|') ? (line.split('|')[3] ?? '').split('、') : []))
    .map((word) => word.trim())
    .filter((word) => /\p{Script=Han}/u.test(word));

  it('are those of the glossary: none that it rules out is left on a page or in a catalogue', () => {
    expect(avoided).toContain('端末');
    expect(avoided.length).toBeGreaterThan(8);
    const found = pages.flatMap((page) => {
      const text = read(page);
      return avoided.filter((word) => text.includes(word)).map((word) => `${page}: ${word}`);
    });
    expect(found).toEqual([]);
  });

  it('have no parentheses, colons or digits of full width', () => {
    const found = pages.flatMap((page) => (read(page).match(/[（）：０-９]/g) ?? []).map((sign) => `${page}: ${sign}`));
    expect(found).toEqual([]);
  });
});

describe('what is compared', () => {
  const page = [
    '# A',
    '',
    '- Type `vai stop`, see [b](b.md#c) 📥',
    '',
    '```sh',
    'vai stop 4   # ends it',
    '```',
    '',
    '| `vai` | starts |',
    '',
  ].join('\n');

  it.each([
    ['a command', 'vai stop`', 'vai start`'],
    ['a heading', '# A', '## A'],
    ['a point', '- Type', 'Type'],
    ['a link', 'b.md#c', 'b.md#d'],
    ['a line of a block', 'vai stop 4', 'vai stop 5'],
    ['a comment that is gone', '# ends it', ''],
    ['a first cell', '| `vai` |', '| vai |'],
    ['a cell more', 'starts |', 'starts | it |'],
    ['a sign', '📥', '✅'],
  ])('notices %s', (_what, from, to) => {
    expect(page).toContain(from);
    expect(skeletonOf(page.replace(from, to))).not.toEqual(skeletonOf(page));
  });

  it('leaves words and comments to the language', () => {
    const other = page.replace('see', '参照').replace('ends it', '終了').replace('starts', '起動');
    expect(skeletonOf(other)).toEqual(skeletonOf(page));
  });
});
