import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { statusLines } from '../status-text.ts';
import { welcomeLines } from '../welcome-text.ts';

/** How long another daemon that is just starting may take until it answers, in milliseconds. */
const otherStartTimeoutMs = 60_000;
const lookEveryMs = 200;

interface StartOptions {
  /** Say what there is now to a program, not to a person. */
  readonly json: boolean;
}

export function addStart(program: Command, context: CliContext): void {
  const command = program
    .command('start')
    .description('Starts the bridge in the background and waits until it is ready.')
    .option('--foreground', 'stay in this process and log to standard output (for service managers)')
    .addOption(jsonOption())
    .action((options: { foreground?: true; json?: true }) => {
      if (!options.foreground) return startBridge(context, { json: options.json === true });
      if (!options.json) return startInForeground(context);
      throw usageError('--json does not go with --foreground.', 'The log on standard output is JSON already.');
    });
  explain(command, {
    notes: [
      '`vai` alone is the same. From a fresh clone, `./start-bridge.sh` installs and builds what is missing first.',
      'Prints what runs. When the bridge runs already it says so and ends with 0; with `--foreground` that is an error. Refused inside a terminal of a session.',
      'With `--json`: as `vai status --json`.',
    ],
    examples: [
      ['vai', 'the same as vai start'],
      ['vai start --foreground', 'for service managers'],
    ],
  });
}

/** Starts the daemon unless it runs, and says what there is now. */
export async function startBridge(context: CliContext, { json }: StartOptions): Promise<void> {
  refuseInPane(context);
  const { status, isFresh } = await context.progress(
    'Starting the bridge',
    async (say): Promise<{ readonly status: BridgeStatus; readonly isFresh: boolean }> => {
      say('waiting until it is ready');
      const running = await runningStatus(context);
      if (running !== undefined) return { status: running, isFresh: false };
      try {
        // Loaded only here: what it brings along would slow every command.
        const { spawnDaemon } = await import('../daemon-process.ts');
        await spawnDaemon(context);
      } catch (error) {
        // Somebody else was faster by a moment.
        if (!(error instanceof BridgeError) || error.code !== 'already-running') throw error;
        const other = await runningStatus(context);
        if (other === undefined) throw error;
        return { status: other, isFresh: false };
      }
      return { status: await context.withBridge((bridge) => bridge.status()), isFresh: true };
    },
    async () => startWords(await context.withBridge((bridge) => bridge.status())),
  );
  const view = { vai: context.vai, now: context.clock.now(), width: context.columns };
  if (json) context.printJson({ running: true, ...status } satisfies Output<'start'>);
  else if (isFresh) context.print(...welcomeLines(status, view));
  else context.print('The bridge is already running.', ...statusLines(status, view));
}

/** What a start waits for, as far as the daemon can tell already. */
function startWords({ chat, sessions }: BridgeStatus): string {
  const starting = sessions.filter(({ lifecycle }) => lifecycle === 'starting').map(({ number }) => number);
  if (starting.length > 0) return `waiting for the agents of session ${starting.join(', ')}`;
  return chat.state === 'ready' ? 'waiting until it is ready' : `waiting for the chat (${chat.detail ?? chat.state})`;
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
  context.demandOwnShell("The bridge cannot be started from inside a session's terminal.");
}
