import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { isDaemonAlive, readDaemonRecord } from '../../control/daemon-record.ts';
import type { CliContext } from '../context.ts';

/** How long the daemon may take to end its sessions and itself, in milliseconds. */
const stopTimeoutMs = 60_000;
const lookEveryMs = 50;

export function addStop(program: Command, context: CliContext): void {
  program
    .command('stop')
    .description('Ends all sessions safely (their agents can resume), then the bridge. "vexit" is the same.')
    .option('--keep-sessions', 'leave the agents running; the next start finds them again')
    .addHelpText('after', '\nExamples:\n  vai stop\n  vai stop --keep-sessions')
    .action(async (options: { keepSessions?: true }) => {
      const ended = await stopBridge(context, options.keepSessions === true);
      context.print(ended);
    });
}

/**
 * Stops the daemon and waits until its process is gone. Returns in words what ended.
 *
 * @throws BridgeError `no-daemon` when none runs, `stop-timeout`.
 */
export async function stopBridge(context: CliContext, keepSessions: boolean): Promise<string> {
  const record = readDaemonRecord(context.paths.daemonRecord);
  const { pid, sessions } = await context.withBridge(async (bridge) => {
    const status = await bridge.status();
    await bridge.stop({ keepSessions });
    return status;
  });
  await waitForEnd(context, { pid, started: record?.pid === pid ? record.started : undefined });
  const names = sessions.map((session) => `session ${session.number}`).join(', ');
  if (names === '') return `Stopped the bridge (process ${pid}).`;
  return keepSessions
    ? `Stopped the bridge (process ${pid}). Still running: ${names}.`
    : `Stopped ${names} and the bridge (process ${pid}).`;
}

async function waitForEnd(
  { clock, paths }: CliContext,
  daemon: { readonly pid: number; readonly started: string | undefined },
): Promise<void> {
  const deadline = clock.monotonic() + stopTimeoutMs;
  while (isDaemonAlive(daemon)) {
    if (clock.monotonic() > deadline) {
      throw new BridgeError('stop-timeout', `The bridge (process ${daemon.pid}) has not ended after 60 s.`, {
        happened: 'unknown',
        advice: `Look at ${paths.bridgeLog}, or end it with: kill ${daemon.pid}`,
      });
    }
    await clock.sleep(lookEveryMs);
  }
}
