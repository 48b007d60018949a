import { BridgeError } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import { isDaemonAlive, readDaemonRecord } from '../control/daemon-record.ts';

/**
 * Connects to the daemon of an installation with `open`, which is given the socket. The daemon's own record knows the
 * socket best: the run-time directory may be another one where it was started (cron, sudo, a service manager).
 *
 * @throws BridgeError `no-daemon` when none runs; `daemon-not-answering` when its process lives and does not listen.
 */
export async function reachDaemon<T>(paths: BridgePaths, open: (socket: string) => Promise<T>): Promise<T> {
  const record = readDaemonRecord(paths.daemonRecord);
  const alive = record !== undefined && isDaemonAlive(record);
  try {
    return await open(alive ? record.socket : paths.controlSocket);
  } catch (error) {
    if (!alive || !(error instanceof BridgeError) || error.code !== 'no-daemon') throw error;
    throw new BridgeError('daemon-not-answering', `The bridge (process ${record.pid}) is there but does not answer.`, {
      advice: `It may be starting or ending: try again in some seconds. If it stays so, look at ${paths.bridgeLog} or end it with: kill ${record.pid}`,
      cause: error,
    });
  }
}

/** The session token of the pane this program runs in; undefined outside of one. */
export function paneToken(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return environment['BRIDGE_SESSION'] && environment['BRIDGE_SESSION_TOKEN']
    ? environment['BRIDGE_SESSION_TOKEN']
    : undefined;
}
