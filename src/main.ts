import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describeError, BridgeError } from './base/errors.ts';
import { startDaemon } from './compose/start-daemon.ts';
import type { Daemon, StopOptions } from './compose/start-daemon.ts';
import { resolvePaths } from './config/paths.ts';
import { readStartWish } from './model/session.ts';
import type { StartWish } from './model/session.ts';

export interface RunOptions {
  /** Also log to standard output. */
  readonly echoLog: boolean;
  /** Which sessions are brought up. */
  readonly start: StartWish;
}

/**
 * Runs the daemon in this process until it is asked to stop. SIGTERM, SIGINT and SIGHUP leave the agents running (I6).
 * A parent that gave us an IPC channel hears once whether the start went well.
 */
export async function runDaemon(options: RunOptions = { echoLog: false, start: 'usual' }): Promise<void> {
  const umask = process.umask(0o077);
  // A full disk or a reader that went away costs what was to be said there, never the bridge.
  // `vai` ends when its reader does; in the foreground it has become the bridge.
  for (const output of [process.stdout, process.stderr]) {
    output.removeAllListeners('error');
    output.on('error', () => undefined);
  }
  let stopRequested: (how: StopOptions) => void = () => undefined;
  const stopping = new Promise<StopOptions>((resolve) => {
    stopRequested = resolve;
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopRequested({ keepSessions: true });
    });
  }

  let daemon: Daemon;
  const paths = resolvePaths({ environment: process.env });
  try {
    daemon = await startDaemon({
      paths,
      environment: process.env,
      umask,
      echoLog: options.echoLog,
      start: options.start,
      onStopRequested: stopRequested,
    });
  } catch (error) {
    const code = error instanceof BridgeError ? error.code : 'start-failed';
    const advice = error instanceof BridgeError ? error.advice : undefined;
    const message = error instanceof BridgeError ? error.message : describeError(error);
    tellParent({ kind: 'failed', code, message, ...(advice === undefined ? {} : { advice }) });
    process.stderr.write(`${describeError(error)}\n`);
    if (!(error instanceof BridgeError) && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = 1;
    return;
  }
  tellParent({ kind: 'ready' });

  await daemon.stop(await stopping);
  // Everything is released; a library's forgotten timer is no reason to stay.
  process.exit();
}

function tellParent(message: object): void {
  if (!process.send) return;
  process.send(message, () => {
    process.disconnect();
  });
}

const program = process.argv[1];
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  const start = readStartWish(process.argv.slice(2));
  if (start !== undefined) void runDaemon({ echoLog: false, start });
  else {
    process.stderr.write(`main: "${process.argv.slice(2).join(' ')}" is neither --all nor session numbers.\n`);
    process.exitCode = 2;
  }
}
