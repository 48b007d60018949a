import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';

import { systemErrorCode } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-words.ts';
import { entriesOf } from '../entries.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** Whether private files are private, ours, and usable. */
export function filesCheck({ paths, userId }: Surroundings): Check {
  return {
    name: 'files and directories',
    group: 'files',
    run: () => {
      const directories = [
        ...[paths.config, paths.state, paths.logs, paths.attachments, paths.monitoring, paths.workspace],
        ...entriesOf(paths.state),
        ...[paths.discord.sessions, paths.local.sessions].flatMap(entriesOf),
        ...entriesOf(paths.attachments),
        paths.runtime,
      ].filter((path) => status(path)?.isDirectory());
      // A fresh checkout is open, and the first start closes it.
      const wasStarted = status(paths.state) !== undefined;
      const files = [
        paths.envFile,
        paths.bridgeJson,
        ...[paths.discord.map, paths.local.map],
        ...entriesOf(paths.state).filter((path) => status(path)?.isFile()),
        ...entriesOf(paths.logs).filter((path) => /\.(?:log|jsonl)$/.test(path)),
        paths.controlSocket,
        paths.tmuxSocket,
      ].filter((path) => status(path) !== undefined);
      const findings = [
        ...ownDirectory(paths.runtime),
        ...[paths.home, ...directories].flatMap((path) => usable(path, userId, constants.W_OK | constants.X_OK)),
        ...files.flatMap((path) => usable(path, userId, constants.R_OK)),
        ...directories.filter(() => wasStarted).flatMap((path) => closed(path, '700', directories)),
        ...files.flatMap((path) => closed(path, '600', directories)),
      ];
      if (findings.length > 0) return findings;
      return [good('files', `${directories.length} directories and ${files.length} files are private and usable.`)];
    },
  };
}

/** The directory of sockets may be no link: the bridge refuses to start then. */
function ownDirectory(path: string): readonly Finding[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) return [];
  const says = `${path} is a link or a file, and must be a directory of the bridge's own.`;
  return [fault('file-unusable', says, `rm ${shellWord(path)}`)];
}

function usable(path: string, userId: number | undefined, mode: number): readonly Finding[] {
  const found = status(path);
  if (!found) return [];
  if (userId !== undefined && found.uid !== userId) {
    return [
      fault(
        'file-of-other',
        `${path} belongs to user ${found.uid}, and this is user ${userId}.`,
        `sudo chown -R ${userId} ${shellWord(path)}, or use the user that the bridge runs as.`,
      ),
    ];
  }
  try {
    accessSync(path, mode);
    return [];
  } catch (error) {
    const code = systemErrorCode(error) ?? 'unknown error';
    const bits = found.isDirectory() ? 'rwx' : 'rw';
    return [fault('file-unusable', `${path} cannot be used (${code}).`, `chmod u+${bits} ${shellWord(path)}`)];
  }
}

/** Open to others: itself, and not behind a directory that is closed to them. */
function closed(path: string, wanted: '600' | '700', directories: readonly string[]): readonly Finding[] {
  const found = status(path);
  if (!found || found.isSymbolicLink() || (found.mode & 0o077) === 0) return [];
  if (isBehindClosedDoor(path, directories)) return [];
  const mode = (found.mode & 0o777).toString(8);
  return [fault('file-open', `${path} is open to other users (mode ${mode}).`, `chmod ${wanted} ${shellWord(path)}`)];
}

function isBehindClosedDoor(path: string, directories: readonly string[]): boolean {
  const parent = dirname(path);
  if (!directories.includes(parent)) return false;
  return ((status(parent)?.mode ?? 0o077) & 0o077) === 0 || isBehindClosedDoor(parent, directories);
}

/** Of what a link leads to; of a link that leads nowhere, its own. */
function status(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // A directory above may not be entered, which is told of that one.
  }
}
