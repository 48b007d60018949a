import { Option } from 'commander';
import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import { readSessions } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { terminalSize } from '../terminal-size.ts';

/** An answer that takes longer is asked for anew: the view must not stand still. */
const statusTimeoutMs = 3000;

interface Options {
  readonly only?: readonly number[];
}

export function addView(program: Command, context: CliContext): void {
  const only = new Option('--only <N,N>', 'these sessions only').argParser(readSessions);
  const command = program
    .command('view')
    .description('Shows the terminals of all sessions side by side, to read and to type. Leave it with Ctrl-b d.')
    .addOption(hinted(only, 'session-list'))
    .action((options: Options) => view(context, options.only));
  explain(command, {
    notes: [
      'Each tile is the terminal itself: what you type goes to its agent. The line above it has the number, the channel and the state of the session. Sessions that are added, removed or restarted while you look come, go and come back.',
      'A tile shows a part of its terminal, the one around the cursor: the agent keeps the size that it has, and does not notice that you look. `Ctrl-b z` shows one tile alone, and all of them again. When tiles get too small there are further windows; the last line says so, and `Ctrl-b n` shows the next one.',
      'Click a tile to choose it, or use `Ctrl-b` and an arrow. `Ctrl-b Ctrl-b` sends a Ctrl-b to the tile. Inside a tmux of your own, which takes the first Ctrl-b, type one more. Hold Shift to mark text with the mouse. Leaving ends nothing but the view.',
      'Needs tmux 3.2 or newer, and a terminal. Refused inside a terminal of a session.',
    ],
    examples: ['vai view', ['vai view --only 1,4', 'two of them']],
  });
}

async function view(context: CliContext, only: readonly number[] | undefined): Promise<void> {
  context.demandOwnShell("The view cannot be opened inside a session's terminal: it would show itself.");
  const first = await context.withBridge((bridge) => bridge.status());
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new BridgeError('no-terminal', 'view needs a terminal, and this is none.', {
      advice: 'For programs there is: vai status --watch --json',
    });
  }
  // Loaded only here: what it brings along would slow every command.
  const { showView } = await import('../../view/view.ts');
  context.exitCode = await showView(first, {
    clock: context.clock,
    environment: context.environment,
    size: terminalSize(process.stdout),
    only,
    status: () => statusOrNothing(context),
  });
}

/** A bridge that is away, starting or ending is shown as it was last. */
async function statusOrNothing(context: CliContext): Promise<BridgeStatus | undefined> {
  try {
    return await context.withBridge((bridge) => bridge.status(), statusTimeoutMs);
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}
