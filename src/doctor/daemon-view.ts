import { existsSync } from 'node:fs';

import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { BridgePaths } from '../config/paths.ts';
import type { BridgeStatus } from '../contracts/bridge-api.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { connectControl } from '../control/client.ts';
import type { ControlClient } from '../control/client.ts';
import { isDaemonAlive, readDaemonRecord } from '../control/daemon-record.ts';
import type { DaemonRecord } from '../control/daemon-record.ts';

/** How long the daemon may take to tell its state, in milliseconds. */
const answerMs = 5000;

/** The daemon as it is seen from outside. */
export type DaemonView =
  | {
      readonly kind: 'running';
      readonly status: BridgeStatus;
      /** What it and its sessions take; undefined when it cannot tell. */
      readonly metrics: Metrics | undefined;
      readonly socket: string;
      readonly hasRecord: boolean;
    }
  | {
      readonly kind: 'silent';
      /** Undefined when no process is known that is it. */
      readonly pid: number | undefined;
      readonly socket: string;
      readonly error: BridgeError;
    }
  | {
      readonly kind: 'stopped';
      /** The process that a record was left by. */
      readonly recordOf: number | undefined;
      /** Whether a socket is there that nobody answers. */
      readonly hasSocket: boolean;
    };

/** Asks the daemon of an installation for its state. */
export async function viewDaemon(options: {
  readonly paths: BridgePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}): Promise<DaemonView> {
  const { paths, environment, clock } = options;
  let record: DaemonRecord | undefined;
  try {
    record = readDaemonRecord(paths.daemonRecord);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return { kind: 'silent', pid: undefined, socket: paths.controlSocket, error };
  }
  // The pid of a record that was left behind may be another program's by now.
  const alive = record !== undefined && isDaemonAlive(record) ? record : undefined;
  const socket = alive?.socket ?? paths.controlSocket;
  const token = environment['BRIDGE_SESSION'] ? environment['BRIDGE_SESSION_TOKEN'] : undefined;
  try {
    const bridge = await connectControl({ socket, clock, timeoutMs: answerMs, ...(token ? { token } : {}) });
    try {
      const status = await bridge.status();
      return { kind: 'running', status, metrics: await metricsOf(bridge), socket, hasRecord: alive !== undefined };
    } finally {
      bridge.close();
    }
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    if (error.code === 'no-daemon' && !alive) {
      return { kind: 'stopped', recordOf: record?.pid, hasSocket: existsSync(paths.controlSocket) };
    }
    return { kind: 'silent', pid: alive?.pid, socket, error };
  }
}

/** The bridge may be well and not be able to measure: that is a finding of its own. */
async function metricsOf(bridge: ControlClient): Promise<Metrics | undefined> {
  try {
    return await bridge.metrics();
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}
