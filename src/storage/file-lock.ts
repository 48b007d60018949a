import { DatabaseSync } from 'node:sqlite';

import { BridgeError, describeError } from '../base/errors.ts';

/** SQLite's result code when somebody else holds the lock (https://www.sqlite.org/rescode.html#busy). */
const sqliteBusy = 5;

/**
 * Makes sure that one process at a time does something. The lock is SQLite's own file lock: the kernel gives it back the
 * moment the process ends, however it ends, so a killed process never has to be cleaned up after.
 *
 * @param heldByOther what is thrown when another process holds it.
 * @returns the release.
 * @throws BridgeError `lock-unusable` when the file cannot serve as a lock at all.
 */
export function takeFileLock(path: string, heldByOther: (cause: unknown) => BridgeError): () => void {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path);
    connection.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    connection?.close();
    if (isBusy(cause)) throw heldByOther(cause);
    throw new BridgeError('lock-unusable', `The lock ${path} cannot be taken: ${describeError(cause)}.`, {
      advice: 'Check the permissions of its folder; if no bridge runs, remove the file.',
      cause,
    });
  }
  const held = connection;
  return () => {
    held.close();
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
