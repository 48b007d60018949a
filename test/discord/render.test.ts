import { describe, expect, it } from 'vitest';

import { messageLimit, renderText } from '../../src/discord/render.ts';
import { processorMs } from '../processor-time.ts';

/** A repeatable source of numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const words = [
  ...[
    'a',
    'bridge',
    'session.',
    'Ready?',
    '`code`',
    '**bold**',
    'https://example.org/a/very/long/path?x=1',
    'ﷺ',
    'x'.repeat(300),
  ],
  ...[
    '日本語の文章です。',
    '混ざった、テキスト！',
    '👨‍👩‍👧‍👦',
    '👍🏽',
    '🇯🇵🇩🇪',
    'e\u0301\u0323',
    '𝒳𝓎𝓏',
    '👩🏾‍💻'.repeat(40),
    '長'.repeat(900),
  ],
];

function randomText(seed: number): string {
  const random = numbers(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const line = (): string => Array.from({ length: Math.floor(random() * 30) }, () => pick(words)).join(' ');
  const blocks = Array.from({ length: 1 + Math.floor(random() * 12) }, () => {
    if (random() < 0.35) {
      const code = Array.from(
        { length: 1 + Math.floor(random() * 60) },
        () => ' '.repeat(Math.floor(random() * 8)) + line(),
      );
      return `\`\`\`${pick(['', 'ts', 'python', 'c++'])}\n${code.join('\n')}\n\`\`\``;
    }
    return Array.from({ length: 1 + Math.floor(random() * 6) }, line).join('\n');
  });
  return blocks.join(pick(['\n\n', '\n']));
}

const visible = (text: string): string => text.replace(/```[a-z+]*\n|```|\s+/g, '');
const fenceCount = (text: string): number => text.match(/```/g)?.length ?? 0;

describe('renderText', () => {
  it('BX-07: keeps every text whole, in parts that fit, with balanced fences', () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const text = randomText(seed);
      const parts = renderText(text);
      expect(visible(parts.join('\n')), `seed ${seed}`).toBe(visible(text));
      for (const part of parts) {
        expect(part.length, `seed ${seed}`).toBeLessThanOrEqual(messageLimit);
        expect(part.trim(), `seed ${seed}`).not.toBe('');
        expect(fenceCount(part) % 2, `seed ${seed}: ${part}`).toBe(0);
        expect(part.isWellFormed(), `seed ${seed}`).toBe(true);
      }
    }
  });

  it('holds at any limit', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const text = randomText(seed);
      const parts = renderText(text, 200 + seed);
      expect(visible(parts.join('\n')), `seed ${seed}`).toBe(visible(text));
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(200 + seed);
        expect(fenceCount(part) % 2, `seed ${seed}: ${part}`).toBe(0);
      }
    }
  });

  it('leaves a text that fits as it is', () => {
    const text = '# Title\n\n- one\n  - two\n\n```js\nlet a = 1;\n```\nend';
    expect(renderText(text)).toEqual([text]);
    expect(renderText('x'.repeat(2000))).toEqual(['x'.repeat(2000)]);
  });

  it('makes no part of nothing', () => {
    for (const text of ['', ' ', '\n\n \t\n', '\u200b\u200d', '\n'.repeat(5000)]) expect(renderText(text)).toEqual([]);
    expect(renderText(`a${'\n'.repeat(5000)}b`)).toEqual(['a', 'b']);
  });

  it('splits a single line of 10,000 characters', () => {
    const parts = renderText('x'.repeat(10_000));
    expect(parts.map((part) => part.length)).toEqual([2000, 2000, 2000, 2000, 2000]);
  });

  it('prefers a paragraph, then a line, a sentence, a word', () => {
    const fill = (length: number): string => 'x'.repeat(length);
    expect(renderText(`${fill(1200)}\n\n${fill(500)}\n${fill(600)}`)[0]).toBe(fill(1200));
    expect(renderText(`${fill(1200)}\n${fill(500)}. ${fill(600)}`)[0]).toBe(fill(1200));
    expect(renderText(`${fill(1200)}. ${fill(500)} ${fill(600)}`)[0]).toBe(`${fill(1200)}.`);
    expect(renderText(`${fill(1200)} ${fill(1500)}`)[0]).toBe(fill(1200));
    expect(renderText(`${'あ'.repeat(1200)}。${'い'.repeat(1500)}`)[0]).toBe(`${'あ'.repeat(1200)}。`);
  });

  it('closes a block that is cut and opens it again with its language', () => {
    const lines = Array.from({ length: 200 }, (_, index) => `print(${index})  # ${'-'.repeat(20)}`);
    const parts = renderText(`Look:\n\`\`\`python\n${lines.join('\n')}\n\`\`\`\nDone.`);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts.slice(1)) expect(part.startsWith('```python\n')).toBe(true);
    for (const part of parts.slice(0, -1)) expect(part.endsWith('\n```')).toBe(true);
    const code = parts.flatMap((part) => part.split('\n').filter((line) => line.startsWith('print')));
    expect(code).toEqual(lines);
  });

  it('keeps the indentation of code after a cut', () => {
    const line = `        return ${'x'.repeat(80)}`;
    const parts = renderText(`\`\`\`js\n${Array.from({ length: 60 }, () => line).join('\n')}\n\`\`\``);
    for (const part of parts) expect(part.split('\n')[1]).toBe(line);
  });

  it('moves a block that fits into one message as a whole', () => {
    const block = `\`\`\`\n${'code\n'.repeat(200)}\`\`\``;
    expect(renderText(`${'text '.repeat(300)}\n${block}`)).toEqual(['text '.repeat(300).trim(), block]);
  });

  it('ends a block that nobody closed with the text', () => {
    expect(renderText('See:\n```js\nlet a;\n')).toEqual(['See:\n```js\nlet a;\n```']);
    const parts = renderText(`\`\`\`js\n${'let a;\n'.repeat(600)}`);
    for (const part of parts) expect(fenceCount(part)).toBe(2);
  });

  it('takes backticks in the middle of a sentence for what they are', () => {
    expect(renderText('Type ``` to begin a block.')).toEqual(['Type ``` to begin a block.']);
    expect(renderText('`'.repeat(4000)).join('')).toBe('`'.repeat(4000));
  });

  it('splits no emoji and no surrogate pair', () => {
    const family = '👨‍👩‍👧‍👦';
    for (const unit of [family, '👍🏽', '🇯🇵', 'e\u0301', '𝒳']) {
      for (const shift of [0, 1, 2, 3]) {
        const parts = renderText('a'.repeat(shift) + unit.repeat(1500));
        for (const part of parts) expect(part.replaceAll(unit, '').replaceAll('a', '')).toBe('');
      }
    }
  });

  it('splits a grapheme that is longer than a message between code points', () => {
    const text = `x${'\u{1D165}'.repeat(3000)}`;
    const parts = renderText(text);
    expect(parts.join('')).toBe(text);
    for (const part of parts) expect(part.isWellFormed() && part.length <= 2000).toBe(true);
  });

  it('takes Windows line ends for line ends', () => {
    expect(renderText('a\r\nb\rc')).toEqual(['a\nb\nc']);
  });

  it('takes a time that grows with the length alone', () => {
    for (const text of [
      'x'.repeat(400_000),
      '```\na\n```\n'.repeat(20_000),
      `a${' '.repeat(300_000)}b`,
      '\n'.repeat(300_000),
    ]) {
      expect(processorMs(() => void renderText(text))).toBeLessThan(3000);
    }
  });
});
