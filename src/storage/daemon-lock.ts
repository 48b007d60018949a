import { DatabaseSync } from 'node:sqlite';

import { BridgeError } from '../base/errors.ts';

/**
 * Makes sure that one daemon at a time works on a BRIDGE_HOME. The lock is SQLite's own file lock: the kernel gives it
 * back the moment the process ends, however it ends, so a killed daemon never has to be cleaned up after.
 *
 * @returns the release.
 * @throws BridgeError `already-running`.
 */
export function takeDaemonLock(path: string): () => void {
  const connection = new DatabaseSync(path);
  try {
    connection.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    connection.close();
    throw new BridgeError('already-running', `Another bridge already runs on this directory (lock ${path}).`, {
      advice: 'See `vai status`; stop it with ./stop-bridge.sh first.',
      cause,
    });
  }
  return () => {
    connection.close();
  };
}
