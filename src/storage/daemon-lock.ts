import { DatabaseSync } from 'node:sqlite';

import { BridgeError, describeError } from '../base/errors.ts';

/** SQLite's result code when somebody else holds the lock (https://www.sqlite.org/rescode.html#busy). */
const sqliteBusy = 5;

/**
 * Makes sure that one daemon at a time works on a BRIDGE_HOME. The lock is SQLite's own file lock: the kernel gives it
 * back the moment the process ends, however it ends, so a killed daemon never has to be cleaned up after.
 *
 * @returns the release.
 * @throws BridgeError `already-running`; `lock-unusable` when the file cannot serve as a lock at all.
 */
export function takeDaemonLock(path: string): () => void {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path);
    connection.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    connection?.close();
    if (!isBusy(cause)) {
      throw new BridgeError('lock-unusable', `The lock ${path} cannot be taken: ${describeError(cause)}.`, {
        advice: 'Check the permissions of its folder; if no bridge runs, remove the file.',
        cause,
      });
    }
    throw new BridgeError('already-running', `Another bridge already runs on this directory (lock ${path}).`, {
      advice: 'See `vai status`; stop it with ./stop-bridge.sh first.',
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
