import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Server } from 'node:net';
import { dirname } from 'node:path';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';

/**
 * Lets a server listen on a Unix socket that only this user can reach: 0600 in a directory of its own, 0700. A socket
 * that a dead process left behind is replaced; one that answers is not.
 *
 * @throws BridgeError `already-running`, `socket-directory-unsafe`.
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  claimDirectory(dirname(path));
  if (await isAnswered(path)) {
    throw new BridgeError('already-running', `A bridge is already running on ${path}.`, {
      advice: 'See "vai status"; stop it with "vai stop".',
    });
  }
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(path, 0o600);
}

/** The directory may lie in a place where everybody can write: whoever made it first must have been us. */
function claimDirectory(directory: string): void {
  makePrivateDirectory(directory);
  const status = lstatSync(directory);
  if (!status.isDirectory() || (process.getuid !== undefined && status.uid !== process.getuid())) {
    throw new BridgeError('socket-directory-unsafe', `${directory} is not a directory of this user.`, {
      advice: 'Somebody else made it; remove it, or set XDG_RUNTIME_DIR to a private directory.',
    });
  }
  if ((status.mode & 0o077) !== 0) chmodSync(directory, 0o700);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => {
      // EAGAIN: somebody listens, and the queue is full.
      resolve(systemErrorCode(error) === 'EAGAIN');
    });
  });
}
