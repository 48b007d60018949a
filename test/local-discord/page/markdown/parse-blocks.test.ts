import { describe, expect, it } from 'vitest';

import { parseMarkdown } from '../../../../src/local-discord/page/markdown/parse-blocks.ts';
import { processorMs } from '../../../processor-time.ts';
import { plainText } from '../../../../src/local-discord/page/markdown/plain-text.ts';

const text = (value: string): object[] => [{ kind: 'text', text: value }];
const paragraph = (value: string): object => ({ kind: 'paragraph', content: text(value) });
const code = (value: string, language = ''): object => ({ kind: 'code', language, text: value });

describe('blocks', () => {
  it('keeps lines of a paragraph together, and blank lines within', () => {
    expect(parseMarkdown('a\nb\n\nc')).toEqual([paragraph('a\nb\n\nc')]);
  });

  it('knows headings, small print and quotes', () => {
    expect(parseMarkdown('# A\n### B\n-# c\n> d\n> e\n#no')).toEqual([
      { kind: 'heading', level: 1, content: text('A') },
      { kind: 'heading', level: 3, content: text('B') },
      { kind: 'subtext', content: text('c') },
      { kind: 'quote', blocks: [paragraph('d\ne')] },
      paragraph('#no'),
    ]);
    expect(parseMarkdown('>>> a\nb')).toEqual([{ kind: 'quote', blocks: [paragraph('a\nb')] }]);
  });

  it('knows lists, with numbers, points and lists inside', () => {
    const parsed = parseMarkdown('2. a\n3. b\n  - c\n  - d\n   more\n\nend');
    expect(parsed).toMatchObject([
      {
        kind: 'list',
        start: 2,
        items: [
          { content: text('a') },
          { content: text('b'), children: [{ start: undefined, items: [{}, { content: text('d\nmore') }] }] },
        ],
      },
      paragraph('end'),
    ]);
  });

  it('takes a list of more than one kind apart', () => {
    expect(parseMarkdown('- a\n1. b')).toMatchObject([{ start: undefined }, { start: 1 }]);
  });

  it('knows code with and without a language, in and between lines', () => {
    expect(parseMarkdown('```ts\nlet a;\n```')).toEqual([code('let a;', 'ts')]);
    expect(parseMarkdown('```\n  a\n\n  b\n```\nafter')).toEqual([code('  a\n\n  b'), paragraph('after')]);
    expect(parseMarkdown('see ```a b``` there')).toEqual([paragraph('see '), code('a b'), paragraph(' there')]);
    expect(parseMarkdown('```just text```')).toEqual([code('just text')]);
    expect(parseMarkdown('> ```js\n> a\n> ```')).toEqual([{ kind: 'quote', blocks: [code('a', 'js')] }]);
  });

  it('shows nothing inside code as anything else', () => {
    const inner = '# no\n> no\n**no** <@1> https://a.b <script>';
    expect(parseMarkdown(`\`\`\`\n${inner}\n\`\`\``)).toEqual([code(inner)]);
  });

  it('shows code that is still being written', () => {
    expect(parseMarkdown('```py\nprint(1)')).toEqual([code('print(1)', 'py')]);
    expect(parseMarkdown('a ``` b')).toEqual([paragraph('a ``` b')]);
  });

  it('loses nothing of nested fences', () => {
    const parsed = parseMarkdown('````\n```js\nx\n```\n````');
    const all = JSON.stringify(parsed);
    for (const part of ['js', 'x']) expect(all).toContain(part);
    expect(parsed.some(({ kind }) => kind === 'code')).toBe(true);
  });

  it('reads lines that end as on Windows', () => {
    expect(parseMarkdown('# a\r\n- b')).toMatchObject([{ kind: 'heading' }, { kind: 'list' }]);
  });
});

describe('hostile blocks', () => {
  const size = 100_000;
  it.each([
    ['quotes', '> '],
    ['quoted lines', '> a\n'],
    ['fences', '```\n'],
    ['fences in lines', 'a ``` b\n'],
    ['empty fences', '``````\n\n'],
    ['backticks', '`'],
    ['headings', '# a\n'],
    ['list', '- a\n'],
    ['ever deeper list', `${Array.from({ length: 20 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n')}\n`],
    ['blank lines', '\n'],
    ['blank lines between words', `a${'\n'.repeat(size - 2)}b`],
    ['asterisks', '*'],
  ])('take no longer than their length allows: %s', (_, part) => {
    const text = part.repeat(Math.ceil(size / part.length));
    const time = (): number => processorMs(() => void parseMarkdown(text));
    // A tenth of a second on a quiet machine; with a square law it would be a minute.
    expect(Math.min(time(), time())).toBeLessThan(2000);
  });
});

describe('plain text', () => {
  it('has the words without the marks, names for ids, and no secrets', () => {
    const names = {
      user: (id: string) => (id === '1' ? 'Ada' : undefined),
      ...{ role: () => 'Bots', channel: () => 'shop', time: () => 'two hours ago' },
    };
    const said = '**Hi** <@1> and <@2> in <#3>, <t:1:R>: ||secret||\n```js\ncode\n```\n- point';
    expect(plainText(said, names)).toBe('Hi @Ada and @2 in #shop, two hours ago: … code point');
  });
});
