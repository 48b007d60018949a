import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import { isDaemonAlive, readDaemonRecord } from '../../control/daemon-record.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';

/** How long the daemon may take to end its sessions and itself, in milliseconds. */
const stopTimeoutMs = 60_000;
const lookEveryMs = 50;

/** What a stop ended, and what it left. */
export interface Stopped {
  readonly pid: number;
  readonly sessions: readonly number[];
  /** The agents run on. */
  readonly kept: boolean;
}

export function addStop(program: Command, context: CliContext): void {
  const command = program
    .command('stop')
    .description('Ends all sessions safely (their agents can resume), then the bridge. "vexit" is the same.')
    .option('--keep-sessions', 'leave the agents running; the next start finds them again')
    .addOption(jsonOption())
    .action(async (options: { keepSessions?: true; json?: true }) => {
      const stopped = await stopBridge(context, options.keepSessions === true);
      if (options.json) context.printJson(stopped satisfies Output<'stop'>);
      else context.print(stoppedWords(stopped));
    });
  explain(command, {
    notes: [
      'A full stop ends every agent so that it can be resumed, then tmux, then the daemon. It returns when the process is gone. `vexit` and `./stop-bridge.sh` are the same.',
      'With `--json`: `pid`, `sessions` (their numbers), and `kept`: whether their agents run on.',
    ],
    examples: ['vai stop', ['vai stop --keep-sessions', 'the agents run on']],
  });
}

/**
 * Stops the daemon and waits until its process is gone.
 *
 * @throws BridgeError `no-daemon` when none runs, `stop-timeout`.
 */
export function stopBridge(context: CliContext, keepSessions: boolean): Promise<Stopped> {
  return context.progress(
    'Stopping the bridge',
    async (say) => {
      say(keepSessions ? 'waiting until its process is gone' : 'waiting for the agents to end');
      const record = readDaemonRecord(context.paths.daemonRecord);
      const { pid, sessions } = await context.withBridge(async (bridge) => {
        const status = await bridge.status();
        await bridge.stop({ keepSessions });
        return status;
      });
      await waitForEnd(context, { pid, started: record?.pid === pid ? record.started : undefined });
      return { pid, sessions: sessions.map(({ number }) => number), kept: keepSessions };
    },
    async () => {
      const status = await context.withBridge((bridge) => bridge.status());
      return keepSessions ? 'waiting until its process is gone' : stopWords(status);
    },
  );
}

/** What ended, for a person. */
export function stoppedWords({ pid, sessions, kept }: Stopped): string {
  const names = sessions.map((session) => `session ${session}`).join(', ');
  if (names === '') return `Stopped the bridge (process ${pid}).`;
  return kept
    ? `Stopped the bridge (process ${pid}). Still running: ${names}.`
    : `Stopped ${names} and the bridge (process ${pid}).`;
}

function stopWords({ sessions }: BridgeStatus): string {
  const left = sessions.filter(({ lifecycle }) => lifecycle !== 'stopped').map(({ number }) => number);
  return left.length === 0
    ? 'waiting until its process is gone'
    : `waiting for the agents of session ${left.join(', ')} to end`;
}

async function waitForEnd(
  { clock, paths }: CliContext,
  daemon: { readonly pid: number; readonly started: string | undefined },
): Promise<void> {
  const waited = new WatchedTime(clock);
  while (isDaemonAlive(daemon)) {
    if (waited.elapsed() > stopTimeoutMs) {
      throw new BridgeError('stop-timeout', `The bridge (process ${daemon.pid}) has not ended after 60 s.`, {
        advice: `Look at ${paths.bridgeLog}, or end it with: kill ${daemon.pid}`,
      });
    }
    await clock.sleep(lookEveryMs);
  }
}
