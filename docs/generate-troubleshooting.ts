/* Writes the tables of errors in docs/troubleshooting.md from the error policy: `npm run docs:troubleshooting`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { subjects } from '../src/error-policy/policy.ts';
import { recoveryWords } from '../src/error-policy/row.ts';
import type { Happened, PolicyRow } from '../src/error-policy/row.ts';

const page = join(import.meta.dirname, 'troubleshooting.md');
const begin =
  '<!-- errors: made by `npm run docs:troubleshooting` from src/error-policy. Change those tables, not this part. -->';
const end = '<!-- /errors -->';

const happenedWords: Readonly<Record<Happened, string>> = { done: 'yes', 'not-done': 'no', unknown: 'nobody knows' };

/** The whole page with its tables as the policy says them, formatted as the repository is. */
export async function troubleshooting(): Promise<string> {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = halves(text, begin);
  const [, after] = halves(rest, end);
  const tables = Object.entries(subjects).map(([subject, rows]) => `### ${subject}\n\n${table(Object.entries(rows))}`);
  const whole = [before.trimEnd(), begin, ...tables, end, after.trimStart()].join('\n\n');
  return format(whole, { ...(await resolveConfig(page)), parser: 'markdown' });
}

function table(rows: readonly (readonly [string, PolicyRow])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const head = ['You see', 'Cause', 'Do', 'Was it done?', 'The bridge', 'Code'];
  return [line(head), line(head.map(() => '---')), ...rows.map(([code, row]) => line(cellsOf(code, row)))].join('\n');
}

function cellsOf(code: string, { symptom, cause, advice, happened, recovery }: PolicyRow): readonly string[] {
  const says = [symptom].flat().map((one) => (one.startsWith('(') ? one.slice(1, -1) : `\`${one}\``));
  const was = [happened].flat().map((one) => happenedWords[one]);
  return [says.join('<br>'), cause, linked(advice), was.join(', or '), recoveryWords[recovery], `\`${code}\``];
}

/** Names of pages as links. */
function linked(text: string): string {
  return text.replaceAll(/\bdocs\/([a-z-]+\.md)/g, '[$1]($1)');
}

function halves(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/troubleshooting.md has no line "${mark}"`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

const program = process.argv[1];
if (program !== undefined && pathToFileURL(program).href === import.meta.url) {
  writeFileSync(page, await troubleshooting());
}
