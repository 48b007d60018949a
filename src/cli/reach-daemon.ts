import { BridgeError } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import { isDaemonAlive, readDaemonRecord } from '../control/daemon-record.ts';

/** Where a daemon is, and as whom we speak to it: with a token as that session's pane, else as the person at the machine. */
export interface DaemonAddress {
  readonly socket: string;
  readonly token?: string;
}

/**
 * Connects to the daemon of an installation with `open`. The daemon's own record knows the socket best: the run-time
 * directory may be another one where it was started (cron, sudo, a service manager).
 *
 * @throws BridgeError `no-daemon` when none runs; `daemon-not-answering` when its process lives and does not listen.
 */
export async function reachDaemon<T>(
  paths: BridgePaths,
  environment: Readonly<Record<string, string | undefined>>,
  open: (address: DaemonAddress) => Promise<T>,
): Promise<T> {
  const token = paneToken(environment);
  const record = readDaemonRecord(paths.daemonRecord);
  const alive = record !== undefined && isDaemonAlive(record);
  try {
    const socket = alive ? record.socket : paths.controlSocket;
    return await open(token === undefined ? { socket } : { socket, token });
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
