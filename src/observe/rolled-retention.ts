import { existsSync, lstatSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { folderOf, piecesOf } from '../base/rolled-files.ts';

/** After so long without a line a log is forgotten, whatever it was about, in milliseconds (I11). */
const silentForMs = 90 * 24 * 3_600_000;

/** Removes the oldest pieces of a log beyond those to keep, the newest among them (I11). */
export function keepNewest(directory: string, name: string, keep: number): void {
  const pieces = piecesOf(directory, name);
  for (const { path } of pieces.slice(0, Math.max(0, pieces.length - keep))) rmSync(path, { force: true });
}

/** Removes the logs of sessions about which nothing was written for long: most of them were removed. */
export function forgetSilent(directory: string, now: number): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory).filter((entry) => /^session_\d+$/.test(entry))) {
    const pieces = piecesOf(directory, name);
    const newest = pieces.at(-1);
    if (!newest || statSync(newest.path).mtimeMs > now - silentForMs) continue;
    for (const { path } of pieces) rmSync(path, { force: true });
    const folder = folderOf(directory, name);
    if (readdirSync(folder).length === 0) rmdirSync(folder);
    const link = join(directory, `${name}.log`);
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && !existsSync(link)) rmSync(link);
  }
}
