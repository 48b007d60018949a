import { describe, expect, it } from 'vitest';

import { instructionsIn } from '../../src/compose/instructions.ts';

const english = instructionsIn('en');
const japanese = instructionsIn('ja');

/** What must be the same in every language: commands, headers, paths. */
function code(text: string): readonly string[] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  // The words that an example posts are in the language of the page.
  return [...new Set(spans.filter((span) => !/dp "/.test(span)))].sort();
}

function shape(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n');
  const count = (begin: RegExp): number => lines.filter((line) => begin.test(line)).length;
  return { headings: count(/^#+ /), points: count(/^ *- /), rows: count(/^\|/) };
}

describe('MS-14: what an agent in a session is told', () => {
  it('is in the language of the bridge', () => {
    expect(english).toContain('# Inside a session');
    expect(japanese).toContain('# セッションの中で');
  });

  it('says the same in both', () => {
    expect(code(japanese)).toEqual(code(english));
    expect(shape(japanese)).toEqual(shape(english));
  });

  it('tells when to use dp and what session=N means', () => {
    for (const text of [english, japanese]) {
      expect(text).toContain('`session=N`');
      expect(text).toMatch(/`dp "text"`/);
    }
  });

  it('can be handed over as one argument of a program', () => {
    // Linux takes 128 KiB in one argument.
    for (const text of [english, japanese]) expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
  });
});
