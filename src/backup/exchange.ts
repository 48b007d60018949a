import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { z } from 'zod';

import { flushDirectory, writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import { failPoint } from '../base/fail-point.ts';

const schema = z.object({
  format: z.literal(1),
  /** The archive, for words. */
  archive: z.string(),
  /** Where a person finds what was replaced. */
  replaced: z.array(z.string()),
  /** Directories in which the new was prepared; removed at the end. */
  staging: z.array(z.string()),
  steps: z.array(
    z.object({
      /** Where it belongs. */
      place: z.string(),
      /** Where the new lies that comes there; null when nothing does. */
      fresh: z.string().nullable(),
      /** Where the old goes that is there. */
      aside: z.string(),
    }),
  ),
});

/**
 * What is to be exchanged, as written down before the first of it is: from then on it is finished, by whoever comes next,
 * however often it is interrupted. Paths are absolute; each step stays on one file system.
 */
export type Exchange = z.infer<typeof schema>;

/** Writes an exchange down and does it. */
export function exchange(journal: string, plan: Exchange): void {
  failPoint('restore:journal:before');
  writeFileAtomic(journal, `${JSON.stringify(plan)}\n`);
  failPoint('restore:journal:after');
  finishExchange(journal, plan);
}

/** The exchange that was interrupted; undefined when none was. @throws BridgeError `restore-unfinished`. */
export function interruptedExchange(journal: string): Exchange | undefined {
  if (!existsSync(journal)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(journal, 'utf8')));
  } catch (cause) {
    throw new BridgeError(
      'restore-unfinished',
      `A restore was interrupted, and ${journal}, which says how far it came, cannot be used: ${describeError(cause)}.`,
      {
        advice: 'Move that file away, then restore the backup again. What was replaced is in replaced/.',
        happened: 'unknown',
        cause,
      },
    );
  }
}

/**
 * Does what is left of an exchange. The new always wins; whatever is in its place, also what came there meanwhile, goes
 * aside and is not lost.
 */
export function finishExchange(journal: string, { steps, staging }: Exchange): void {
  const touched = new Set<string>();
  for (const { place, fresh, aside } of steps) {
    const isDone = fresh === null ? isThere(aside) : !isThere(fresh);
    if (isDone) continue;
    if (isThere(place)) move(place, freePath(aside), touched);
    failPoint('restore:aside');
    if (fresh !== null) move(fresh, place, touched);
    failPoint('restore:in-place');
  }
  for (const directory of touched) flushDirectory(directory);
  failPoint('restore:done:before');
  rmSync(journal);
  flushDirectory(dirname(journal));
  failPoint('restore:done:after');
  for (const directory of staging) rmSync(directory, { recursive: true, force: true });
}

function move(from: string, to: string, touched: Set<string>): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  renameSync(from, to);
  for (const path of [from, to]) touched.add(dirname(path));
}

/** A path that nothing is at yet: itself, or with a number. */
function freePath(path: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}.${number}`;
    if (!isThere(candidate)) return candidate;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
