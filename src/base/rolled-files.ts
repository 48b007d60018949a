import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { systemErrorCode } from './errors.ts';

/** One of the files that a log is rolled into. */
export interface RolledPiece {
  readonly path: string;
  /** `2026-11-20`, in the machine's time zone when it was begun. */
  readonly day: string;
  readonly number: number;
}

/** Where the pieces of a log lie: `logs/bridge/` for `logs/bridge.log`, which is a link to the newest. */
export function folderOf(directory: string, name: string): string {
  return join(directory, name);
}

/** `bridge.2026-11-20.1.log`. */
export function pieceName(name: string, day: string, number: number): string {
  return `${name}.${day}.${number}.log`;
}

/**
 * The pieces of a log, the oldest first; none when there is no such log, or its folder cannot be read.
 *
 * @param today pieces of a later day were written when the clock was wrong: they count as older than all others.
 */
export function piecesOf(directory: string, name: string, today: string): readonly RolledPiece[] {
  const folder = folderOf(directory, name);
  const pieces = namesIn(folder).flatMap((file): readonly RolledPiece[] => {
    const [, day, number] = /\.(\d{4}-\d\d-\d\d)\.(\d{1,9})\.log$/.exec(file) ?? [];
    if (day === undefined || number === undefined || file !== pieceName(name, day, Number(number))) return [];
    return [{ path: join(folder, file), day, number: Number(number) }];
  });
  return pieces.toSorted((one, other) => compareAge(one, other, today));
}

/** Below 0 when the first piece is older. */
export function compareAge(one: RolledPiece, other: RolledPiece, today: string): number {
  const isLater = ({ day }: RolledPiece): number => Number(day > today);
  return isLater(other) - isLater(one) || one.day.localeCompare(other.day) || one.number - other.number;
}

function namesIn(folder: string): readonly string[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder) : [];
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return []; // Not there, or closed: whoever opens the log says so.
  }
}
