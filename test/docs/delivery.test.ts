import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inboxMoves } from '../../src/model/message.ts';
import { outboxMoves } from '../../src/model/outbound.ts';
import { promptMoves } from '../../src/model/prompt.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/delivery.md'), 'utf8');

/** Each line that names a test: the file, and the words of its title. */
const proofs = [...page.matchAll(/^- `(?<file>test\/[^`]+)`: "(?<title>.+)"$/gm)].map(({ groups }) => ({
  file: groups?.['file'] ?? '',
  title: groups?.['title'] ?? '',
}));

/** The table behind a mark: states, and what each may become. */
function tableOf(mark: string): Readonly<Record<string, readonly string[]>> {
  const [, after = ''] = page.split(`<!-- ${mark} -->`);
  const [table = ''] = after.trimStart().split('\n\n');
  const rows = table.split('\n').slice(2);
  return Object.fromEntries(
    rows.map((row) => {
      const [, state = '', moves = ''] = row.split('|');
      return [names(state)[0] ?? '', names(moves)];
    }),
  );
}

function names(cell: string): readonly string[] {
  return [...cell.matchAll(/`([a-z]+)`/g)].map((match) => match[1] ?? '');
}

/** The section under a heading. */
function section(heading: string): string {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] ?? '';
}

describe('docs/delivery.md', () => {
  it.each([
    ['inbox', inboxMoves],
    ['outbox', outboxMoves],
    ['prompts', promptMoves],
  ] as const)('shows the table of the %s as the code has it', (mark, moves) => {
    expect(tableOf(mark)).toEqual(moves);
  });

  it.each(proofs)('$file proves: $title', ({ file, title }) => {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  });

  it('names a test for every guarantee', () => {
    const guarantees = section('Guarantees')
      .split('\n\n')
      .filter((block) => block.startsWith('**'));
    expect(guarantees.length).toBeGreaterThanOrEqual(10);
    const blocks = section('Guarantees')
      .split(/\n\n(?=\*\*)/)
      .slice(1);
    expect(blocks).toHaveLength(guarantees.length);
    expect(blocks.filter((block) => !/^- `test\//m.test(block))).toEqual([]);
  });
});
