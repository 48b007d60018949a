import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError } from '../base/errors.ts';

/** The kernel's limit is 107 bytes on Linux and 103 on macOS. */
const maxSocketPathBytes = 103;

/**
 * Makes sure that a socket can be made at `path` and that nobody else can reach it: its directory is made (0700) when
 * missing.
 *
 * @throws BridgeError `socket-path-too-long`, `socket-directory-unsafe`.
 */
export function prepareSocketDirectory(path: string): void {
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    throw new BridgeError('socket-path-too-long', `The socket path "${path}" is longer than 103 bytes.`, {
      advice: 'Set XDG_RUNTIME_DIR or TMPDIR to a shorter directory.',
    });
  }
  const directory = dirname(path);
  makePrivateDirectory(directory);
  const problem = findProblem(directory);
  if (problem === undefined) return;
  throw new BridgeError('socket-directory-unsafe', `The directory "${directory}" ${problem.is}.`, {
    advice: `Whoever can enter it controls every session. ${problem.advice}`,
  });
}

function findProblem(directory: string): { readonly is: string; readonly advice: string } | undefined {
  const remove = 'Remove it, or set XDG_RUNTIME_DIR or TMPDIR to a directory of your own.';
  const found = lstatSync(directory);
  if (!found.isDirectory()) return { is: 'is not a directory of its own (a link or a file)', advice: remove };
  const self = process.getuid?.();
  if (self !== undefined && found.uid !== self) {
    return { is: `belongs to user ${found.uid}, not to user ${self}`, advice: remove };
  }
  const mode = found.mode & 0o777;
  if ((mode & 0o077) === 0) return undefined;
  return {
    is: `is open to other users (mode ${mode.toString(8)})`,
    advice: `Remove it, or make it private: chmod 700 "${directory}".`,
  };
}
