import { existsSync, lstatSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { localDay } from '../base/clock.ts';
import { folderOf, piecesOf } from '../base/rolled-files.ts';

/** After so long without a line a log is forgotten, whatever it was about, in milliseconds (I11). */
const silentForMs = 90 * 24 * 3_600_000;

/**
 * Removes the oldest pieces of a log beyond those to keep (I11).
 *
 * @param inUse the piece that is being written: it stays, whatever the clock says, and is one of those to keep.
 */
export function keepNewest(
  directory: string,
  name: string,
  { keep, inUse, today }: { readonly keep: number; readonly inUse: string; readonly today: string },
): void {
  const others = piecesOf(directory, name, today).filter(({ path }) => path !== inUse);
  for (const { path } of others.slice(0, Math.max(0, others.length + 1 - keep))) rmSync(path, { force: true });
}

/** Removes the logs of sessions about which nothing was written for long: most of them were removed. */
export function forgetSilent(directory: string, now: number): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory).filter((entry) => /^session_\d+$/.test(entry))) {
    const pieces = piecesOf(directory, name, localDay(now));
    const newest = pieces.at(-1);
    if (!newest || statSync(newest.path).mtimeMs > now - silentForMs) continue;
    for (const { path } of pieces) rmSync(path, { force: true });
    const folder = folderOf(directory, name);
    if (readdirSync(folder).length === 0) rmdirSync(folder);
    const link = join(directory, `${name}.log`);
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && !existsSync(link)) rmSync(link);
  }
}
