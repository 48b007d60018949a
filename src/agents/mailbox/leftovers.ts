import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { systemErrorCode } from '../../base/errors.ts';
import { usesMailbox } from './hook-process.ts';

/** A hook renames its file within milliseconds; an older one belongs to a hook that was killed, if no process says otherwise. */
const temporaryKeptMs = 3_600_000;

/**
 * Removes what killed hooks and earlier daemons left in a mailbox: files that were never finished, answers whose hook is
 * gone, and rejected events older than `rejectedKeptMs`. Never an event: it stays until what it says is committed.
 *
 * @param options.now epoch milliseconds.
 * @returns how many files; 0 also when there is no mailbox.
 */
export function removeMailboxLeftovers(
  directory: string,
  { now, rejectedKeptMs }: { readonly now: number; readonly rejectedKeptMs: number },
): number {
  const isOlder = (path: string, keptMs: number): boolean => {
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    return changed !== undefined && now - changed > keptMs;
  };
  return (
    removeFrom(join(directory, 'tmp'), (path, name) => isOlder(path, temporaryKeptMs) && isForsaken(name, directory)) +
    removeFrom(join(directory, 'answers'), (_path, name) => isForsaken(name, directory)) +
    removeFrom(join(directory, 'rejected'), (path) => isOlder(path, rejectedKeptMs))
  );
}

/** An event in the making, and an answer, have the id of the event in their names, and that the process that left it. */
function isForsaken(name: string, mailbox: string): boolean {
  const pid = Number(name.split('-')[1]);
  return !(pid > 0) || !usesMailbox(pid, mailbox);
}

function removeFrom(directory: string, isLeftover: (path: string, name: string) => boolean): number {
  const left = listOf(directory)
    .map((name) => ({ name, path: join(directory, name) }))
    .filter(({ name, path }) => isLeftover(path, name));
  for (const { path } of left) rmSync(path, { force: true });
  return left.length;
}

function listOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []; // Not made yet, or removed with its session.
    throw error;
  }
}
