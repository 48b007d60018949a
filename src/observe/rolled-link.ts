import { existsSync, lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

import { localDay } from '../base/clock.ts';
import { newSecret } from '../base/ids.ts';
import { folderOf, pieceName } from '../base/rolled-files.ts';

/** Moves a log that was one file, as older versions wrote it, among its pieces. The folder exists. */
export function takeInOldFile(directory: string, name: string): void {
  const path = join(directory, `${name}.log`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return;
  const piece = join(folderOf(directory, name), pieceName(name, localDay(found.mtimeMs), 0));
  if (!existsSync(piece)) renameSync(path, piece);
}

/** Makes `logs/bridge.log` a link to the piece that is written now, as one step. Leaves alone what is no link. */
export function linkToPiece(directory: string, name: string, piece: string): void {
  const link = join(directory, `${name}.log`);
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found && !found.isSymbolicLink()) return;
  const temporary = `${link}.${newSecret(6)}.tmp`;
  symlinkSync(join(name, basename(piece)), temporary);
  try {
    renameSync(temporary, link);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
