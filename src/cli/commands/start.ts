import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import type { CliContext } from '../context.ts';
import { welcomeLines } from '../welcome-text.ts';
import { statusLines } from '../status-text.ts';

/** How long another daemon that is just starting may take until it answers, in milliseconds. */
const otherStartTimeoutMs = 60_000;
const lookEveryMs = 200;

export function addStart(program: Command, context: CliContext): void {
  program
    .command('start')
    .description('Starts the bridge in the background and waits until it is ready.')
    .option('--foreground', 'stay in this process and log to standard output (for service managers)')
    .addHelpText('after', '\nExamples:\n  vai start\n  vai start --foreground')
    .action((options: { foreground?: true }) =>
      options.foreground ? startInForeground(context) : startBridge(context),
    );
}

/** Starts the daemon unless it runs, and says what there is now. */
export async function startBridge(context: CliContext): Promise<void> {
  refuseInPane(context);
  let status = await runningStatus(context);
  if (status === undefined) {
    try {
      // Loaded only here: what it brings along would slow every command.
      const { spawnDaemon } = await import('../daemon-process.ts');
      await spawnDaemon(context);
      status = await context.withBridge((bridge) => bridge.status());
      context.print(...welcomeLines(status, context.vai));
      return;
    } catch (error) {
      // Somebody else was faster by a moment.
      if (!(error instanceof BridgeError) || error.code !== 'already-running') throw error;
      status = await runningStatus(context);
      if (status === undefined) throw error;
    }
  }
  context.print('The bridge is already running.', ...statusLines(status, context.vai));
}

async function startInForeground(context: CliContext): Promise<void> {
  refuseInPane(context);
  const status = await runningStatus(context);
  if (status !== undefined) {
    throw new BridgeError('already-running', `The bridge is already running (process ${status.pid}).`, {
      advice: 'Stop it first: vai stop --keep-sessions',
    });
  }
  const { runInForeground } = await import('../daemon-process.ts');
  await runInForeground(context);
}

/** The status of a running daemon, waiting for one that is just starting; undefined when there is none. */
async function runningStatus(context: CliContext): Promise<BridgeStatus | undefined> {
  const deadline = context.clock.monotonic() + otherStartTimeoutMs;
  for (;;) {
    try {
      return await context.withBridge((bridge) => bridge.status());
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code === 'no-daemon') return undefined;
      if (error.code !== 'daemon-not-answering' || context.clock.monotonic() > deadline) throw error;
    }
    await context.clock.sleep(lookEveryMs);
  }
}

/** A daemon started from a pane would live with that session's environment, and without the bridge's own secrets. */
function refuseInPane(context: CliContext): void {
  if (!context.inPane) return;
  throw new BridgeError('forbidden', "The bridge cannot be started from inside a session's terminal.", {
    advice: 'Use a shell of your own.',
  });
}
