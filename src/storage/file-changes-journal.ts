import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { z } from 'zod';

import { flushDirectory, writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError, describeError, systemErrorCode } from '../base/errors.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const path = z.string().startsWith('/');

const preparedChange = z.strictObject({
  target: path,
  /** The file whose content goes there. */
  source: path,
  sha256,
  bytes: z.number().int().nonnegative(),
  /** What is there before: its hash, and a copy of it. Null: nothing may be there. */
  replaces: z.strictObject({ sha256, backup: path }).nullable(),
  /** The source goes away once everything is in place. */
  removesSource: z.boolean(),
  /** A copy of what is moved. Null for what is not. */
  original: path.nullable(),
});

/** A change that is ready to be made: its source was read to the end. */
export type PreparedChange = Readonly<z.infer<typeof preparedChange>>;

const journal = z.strictObject({
  version: z.literal(1),
  /** `applying`: to be undone. `committed`: everything is in place; only what was moved is still to be removed. */
  state: z.enum(['applying', 'committed']),
  /** A mark in the names of files that are half-written. */
  mark: z.string().regex(/^[0-9a-f]{12}$/),
  /** What the backup is called when everything is done. */
  backup: path,
  changes: z.array(preparedChange).readonly(),
  /** Directories that are made for them, the outer ones first. */
  directories: z.array(path).readonly(),
});

/** What is being done, and so what is to be undone: the one file that decides between the old state and the new. */
export type Journal = Readonly<z.infer<typeof journal>>;

/** @throws BridgeError `changes-journal-unreadable`; undefined when there is none. */
export function readJournal(file: string): Journal | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return undefined;
    throw unreadable(file, describeError(cause), cause);
  }
  try {
    return journal.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(file, 'it does not hold what this version writes', cause);
  }
}

export function writeJournal(file: string, content: Journal): void {
  writeFileAtomic(file, `${JSON.stringify(content)}\n`);
}

export function removeJournal(file: string): void {
  rmSync(file, { force: true });
  flushDirectory(dirname(file));
}

function unreadable(file: string, why: string, cause: unknown): BridgeError {
  return new BridgeError('changes-journal-unreadable', `The journal ${file} cannot be read: ${why}.`, { cause });
}
