import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { systemErrorCode } from '../base/errors.ts';

/** How many that were put away are kept; the oldest goes (I11). */
const keptFiles = 9;

/** `audit.jsonl` → `audit.1.jsonl`; 0 is the file in use. */
export function auditName(path: string, number: number): string {
  return number === 0 ? path : path.replace(/(\.[^.]+)?$/, (end: string) => `.${number}${end}`);
}

/** The files of the audit that are there, the oldest first. */
export function auditFiles(path: string): readonly string[] {
  return numbersOf(path).map((number) => auditName(path, number));
}

/** The whole lines of a file, and what stands after the last of them. */
export function auditLines(file: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines = readFileSync(file, 'utf8').split('\n');
  return { rest: lines.pop() ?? '', lines };
}

/** Makes place for a new file: every file gets the next number, and the oldest goes. */
export function putAuditAway(path: string): void {
  const all = numbersOf(path).toReversed(); // The newest first.
  // Up to the first gap: what lies behind it has its place already.
  const moving = all.filter((number, index) => number === index);
  for (const number of moving.toReversed()) renameSync(auditName(path, number), auditName(path, number + 1));
  for (const number of numbersOf(path).filter((one) => one > keptFiles)) rmSync(auditName(path, number));
}

function numbersOf(path: string): readonly number[] {
  const [stem = '', ending = ''] = basename(path).split('.');
  const numbers = names(dirname(path)).flatMap((name) => {
    const [, number] = new RegExp(`^${stem}\\.([1-9]\\d{0,3})\\.${ending}$`).exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
  return [...numbers.toSorted((one, other) => other - one), ...(existsSync(path) ? [0] : [])];
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
