import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import type { SessionNumber, StartWish } from '../../model/session.ts';
import { jsonOption, sessionsArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { demandRunning, startLines, startsOf } from '../start-text.ts';
import type { StartOutcome } from '../start-text.ts';
import { statusLines } from '../status-text.ts';
import type { Line } from '../style.ts';
import { welcomeLines } from '../welcome-text.ts';

/** How long another daemon that is just starting may take until it answers, in milliseconds. */
const otherStartTimeoutMs = 60_000;
const lookEveryMs = 200;

interface StartOptions {
  /** Say what there is now to a program, not to a person. */
  readonly json: boolean;
  /** Which sessions are wanted; default `usual`. */
  readonly wish?: StartWish;
}

interface Options {
  readonly all?: true;
  readonly foreground?: true;
  readonly json?: true;
}

export function addStart(program: Command, context: CliContext): void {
  const command = program
    .command('start')
    .description('Starts the bridge in the background and waits until it is ready; or some sessions alone.')
    .addArgument(sessionsArgument('only these sessions; all that are not to stay stopped when missing'))
    .option('--all', 'all sessions, also those that stay stopped')
    .option('--foreground', 'stay in this process and log to standard output (for service managers)')
    .addOption(jsonOption())
    .action((sessions: readonly SessionNumber[], { all, foreground, json }: Options) => {
      if (all && sessions.length > 0) throw usageError('--all does not go with numbers.', 'Give one of them.');
      const wish = all ? 'all' : sessions.length > 0 ? sessions : 'usual';
      if (!foreground) return startBridge(context, { json: json === true, wish });
      if (!json) return startInForeground(context, wish);
      throw usageError('--json does not go with --foreground.', 'The log on standard output is JSON already.');
    });
  explain(command, {
    notes: [
      '`vai` alone is the same. From a fresh clone, `./start-bridge.sh` installs and builds what is missing first.',
      'Prints what runs. When the bridge runs already it says so; with `--foreground` that is an error. Refused inside a terminal of a session.',
      'With numbers: brings these sessions up, also those that stay stopped. Where no bridge runs it is started; agents that live are found again, and the other sessions stay stopped from then on. An unknown number is refused before anything is done.',
      'What was stopped with `vai stop N`, or ended at its terminal, is not started by a plain start; it says so.',
      'When a session does not come up, the others run all the same: the one line on standard error names it, why, and what runs.',
      'With `--json`: as `vai status --json`; with numbers or `--all` also `starts[]`: `session`, `outcome` (`started`, `was-running`, `failed`), `problem`.',
    ],
    exits: { 1: 'a session that was to run does not; or nothing was started' },
    examples: [
      ['vai', 'the same as vai start'],
      ['vai start 2 3', 'these sessions, and no other that is not running'],
      ['vai start --all', 'also what was stopped by its number'],
      ['vai start --foreground', 'for service managers'],
    ],
  });
}

/**
 * Starts the daemon unless it runs, and says what there is now.
 *
 * @throws BridgeError `sessions-not-running` when it said so, and a session that was to run does not.
 */
export async function startBridge(context: CliContext, { json, wish = 'usual' }: StartOptions): Promise<void> {
  refuseInPane(context);
  const outcome = await context.progress(
    'Starting the bridge',
    async (say): Promise<StartOutcome> => {
      say('waiting until it is ready');
      const running = await runningStatus(context);
      if (running !== undefined) return startWanted(context, running, wish);
      try {
        // Loaded only here: what it brings along would slow every command.
        const { spawnDaemon } = await import('../daemon-process.ts');
        await spawnDaemon(context, wish);
      } catch (error) {
        // Somebody else was faster by a moment.
        if (!(error instanceof BridgeError) || error.code !== 'already-running') throw error;
        const other = await runningStatus(context);
        if (other === undefined) throw error;
        return startWanted(context, other, wish);
      }
      const status = await context.withBridge((bridge) => bridge.status());
      const starts = startsOf(status, wish);
      return { status, isFresh: true, ...(starts === undefined ? {} : { starts }) };
    },
    async () => startWords(await context.withBridge((bridge) => bridge.status())),
  );
  const { status, isFresh, starts } = outcome;
  const { vai } = context;
  const view = { vai, now: context.clock.now(), width: context.columns };
  if (json) {
    const asked = starts === undefined ? {} : { starts };
    context.printJson({ running: true, ...status, ...asked } satisfies Output<'start'>);
  } else if (isFresh) {
    context.print(...welcomeLines(status, view), ...apart(startLines({ ...outcome, starts: [] }, vai)));
  } else if (starts === undefined) {
    context.print('The bridge is already running.', ...statusLines(status, view), ...apart(startLines(outcome, vai)));
  } else {
    context.print(...startLines({ ...outcome, status: { ...status, sessions: [] } }, vai));
  }
  demandRunning(outcome, vai);
}

/** Asks a bridge that runs for the sessions that are wanted. */
async function startWanted(context: CliContext, running: BridgeStatus, wish: StartWish): Promise<StartOutcome> {
  if (wish === 'usual') return { status: running, isFresh: false };
  return context.withBridge(async (bridge) => {
    const starts = await bridge.startSessions(wish === 'all' ? undefined : wish);
    return { status: await bridge.status(), isFresh: false, starts };
  });
}

/** Lines below others. */
function apart(lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What a start waits for, as far as the daemon can tell already. */
function startWords({ chat, sessions }: BridgeStatus): string {
  const starting = sessions.filter(({ lifecycle }) => lifecycle === 'starting').map(({ number }) => number);
  if (starting.length > 0) return `waiting for the agents of session ${starting.join(', ')}`;
  return chat.state === 'ready' ? 'waiting until it is ready' : `waiting for the chat (${chat.detail ?? chat.state})`;
}

async function startInForeground(context: CliContext, wish: StartWish): Promise<void> {
  refuseInPane(context);
  const status = await runningStatus(context);
  if (status !== undefined) {
    throw new BridgeError('already-running', `The bridge is already running (process ${status.pid}).`, {
      advice: 'Stop it first: vai stop --keep-sessions',
    });
  }
  const { runInForeground } = await import('../daemon-process.ts');
  await runInForeground(context, wish);
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
