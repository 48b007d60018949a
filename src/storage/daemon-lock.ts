import { BridgeError } from '../base/errors.ts';
import { takeFileLock } from './file-lock.ts';

/**
 * Makes sure that one daemon at a time works on a BRIDGE_HOME, and nobody exchanges its state meanwhile.
 *
 * @returns the release.
 * @throws BridgeError `already-running`; `lock-unusable` when the file cannot serve as a lock at all.
 */
export function takeDaemonLock(path: string): () => void {
  return takeFileLock(
    path,
    (cause) =>
      new BridgeError('already-running', `Another bridge already runs on this directory (lock ${path}).`, {
        advice: 'See `vai status`; stop it with ./stop-bridge.sh first.',
        cause,
      }),
  );
}
