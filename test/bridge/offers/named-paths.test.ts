import { describe, expect, it } from 'vitest';

import { namedPaths } from '../../../src/bridge/offers/named-paths.ts';
import { processorMs } from '../../processor-time.ts';

describe('the paths that a text names', () => {
  it.each<readonly [string, readonly string[]]>([
    ['I wrote `out/report.pdf` for you.', ['out/report.pdf']],
    ['I wrote out/report.pdf.', ['out/report.pdf']],
    [
      'See [the report](out/report.pdf) and [this](<my files/a b.txt> "title").',
      ['out/report.pdf', 'my files/a b.txt'],
    ],
    ['[out/a.png](out/a%20b.png)', ['out/a b.png', 'out/a.png']],
    ['[x](100%.txt)', ['100%.txt']],
    ['`my files/a b.txt`, ``with`tick.txt``', ['my files/a b.txt', 'with`tick.txt']],
    ['"out/a.png", (out/b.png); **out/c.png**! <out/d.png>', ['out/a.png', 'out/b.png', 'out/c.png', 'out/d.png']],
    ['「図/グラフ.png」を見てください。report.pdf。', ['図/グラフ.png', 'report.pdf']],
    ['look at src/a.ts:12, `src/b.ts:3:7`, src/c.ts#L5-L9', ['src/a.ts', 'src/b.ts', 'src/c.ts']],
    [
      '/abs/olute.txt ./here.txt ../there.txt a/../b.txt',
      ['/abs/olute.txt', './here.txt', '../there.txt', 'a/../b.txt'],
    ],
    ['file:///srv/a.txt', ['/srv/a.txt']],
    ['a.txt and a.txt and `a.txt`', ['a.txt']],
    ['- out/a.png\r\n- out/b.png\r\n', ['out/a.png', 'out/b.png']],
    ['| out/a.png | 3 kB |', ['out/a.png']],
    ['`unclosed out/a.png', ['out/a.png']],
  ])('%j', (text, paths) => {
    expect(namedPaths(text)).toEqual(paths);
  });

  it.each([
    'nothing at all',
    'version 3.14, this... or that',
    'https://example.org/a.png and mailto:a@b.example, [x](https://example.org/a.png), <http://a/b.txt>',
    '~/secret.txt',
    'src/ and ./ and / and ..',
    '```\nout/a.png\n```',
    '~~~txt\nout/a.png\n~~~\n',
    '```\nout/a.png\n`` `\nnever closed out/b.png',
    `\`${'x'.repeat(500)}.txt\``,
    'a\u0000b.txt',
    '',
  ])('none in %j', (text) => {
    expect(namedPaths(text)).toEqual([]);
  });

  it('what comes after a code block counts again', () => {
    expect(namedPaths('````\n```\nout/a.png\n```\n````\nout/b.png')).toEqual(['out/b.png']);
  });

  it('asks the disk of forty at most', () => {
    const many = Array.from({ length: 500 }, (_, index) => `out/${index}.png`).join(' ');
    expect(namedPaths(many)).toHaveLength(40);
  });

  it('is quick with texts that are made to be slow', () => {
    const texts = ['`', '``` ', '[', '[a](', '[a](b "', '(', '*', '**a', '`a` ', '[a](<', '((', '> ', '~~~\n'].map(
      (piece) => piece.repeat(60_000 / piece.length),
    );
    const took = processorMs(() => {
      for (const text of [...texts, '*'.repeat(50_000) + 'x', '`'.repeat(20_000) + 'x' + '`'.repeat(19_999)]) {
        expect(namedPaths(text).length).toBeLessThanOrEqual(40);
      }
    });
    expect(took).toBeLessThan(3_000);
  });
});
