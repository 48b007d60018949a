import { Option } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption, readInterval } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { readStatus } from '../status-source.ts';
import { statusLines } from '../status-text.ts';

interface Options {
  readonly json?: true;
  readonly watch?: true;
  /** Milliseconds. */
  readonly interval?: number;
}

const defaultIntervalMs = 1000;

export function addStatus(program: Command, context: CliContext): void {
  const command = program
    .command('status')
    .description('Shows what runs: sessions and their states, the chat, how to attach.')
    .addOption(jsonOption())
    .option('-w, --watch', 'stay, and show every change; end with q or Ctrl-C')
    .addOption(
      new Option('--interval <SECONDS>', 'with --watch: how often to look; default: 1').argParser(readInterval),
    )
    .action((options: Options) => showStatus(context, options));
  explain(command, {
    notes: [
      {
        head: ['State of a session', 'Means'],
        rows: [
          ['`idle`', 'takes the next message'],
          ['`busy`', 'works'],
          ['`waiting for a permission`, `an answer`, `a decision on its plan`, `some values`', 'see `vai prompts`'],
          ['`waiting for trust in its directory`', 'see `vai prompts`, or the terminal: `vai attach N`'],
          ['`waiting for a login`', 'only the terminal can give it: `vai attach N`'],
          ['`starting`', 'its agent is being started'],
          ['`lost`', 'died; a restart is coming'],
          ['`failed`', 'given up: fix the cause, then `vai recover N`'],
          ['`stopped`', 'ended on purpose: `vai start N`'],
        ],
      },
      'With `--watch` the terminal shows the present state until you press q, also while the bridge is stopped and started again. When standard output is no terminal, each change is a line.',
      'With `--json`: one object; `{"running":false}` when nothing runs. With `--watch --json`: one object in a line, now and at each change.',
      {
        head: ['Key', 'Holds'],
        rows: [
          ['`running`, `version`, `pid`, `home`, `tmuxSocket`', 'the bridge itself'],
          [
            '`chat`',
            '`kind` (`local`, `discord`), `state` (`connecting`, `ready`, `reconnecting`, `failed`), `detail`, `owned`; of the built-in server also `url`, `api`, `userToken`',
          ],
          ['`agent`', '`name` and `why`: what new sessions get'],
          [
            '`sessions[]`',
            '`number`, `channel`, `channelName` (when it is known), `tmux`, `agent`, `lifecycle`, `staysDown` (`asked`, `ended-at-terminal`; only when it is so), `state`, `waitingFor`, `detail`, `since`, `pid`, `generation`, `queued`, `agentSession`, `attach`',
          ],
          ['`outbox`', '`pending`: what waits to be posted; `parked`: channels that refuse the bot'],
          ['`metrics`', 'where programs read health and figures: `url`, or why not: `detail`; missing when it is off'],
          ['`foreignSessions[]`', "names of a predecessor's tmux sessions on your own tmux server; never touched"],
        ],
      },
    ],
    exits: { 3: 'nothing runs; said on standard output' },
    examples: [
      'vai status',
      ['vai status --watch', 'a live view'],
      ['vai status --json | jq -r .chat.url', 'the address of the chat page'],
      ['vai status --watch --json | jq -c .sessions[].state', 'every change, for a program'],
    ],
  });
}

async function showStatus(context: CliContext, { json, watch, interval }: Options): Promise<void> {
  if (watch) {
    const { watchStatus } = await import('../status-watch.ts');
    await watchStatus(context, { json: json === true, intervalMs: interval ?? defaultIntervalMs });
    return;
  }
  if (interval !== undefined)
    throw usageError('--interval goes with --watch only.', 'Use: vai status --watch --interval 5');
  const status = await readStatus(context);
  if (!status.running) context.exitCode = exitCodes.noDaemon;
  if (json) context.printJson(status satisfies Output<'status'>);
  else if (status.running) {
    context.print(...statusLines(status, { vai: context.vai, now: context.clock.now(), width: context.columns }));
  } else context.print(`The bridge is not running. Start it: ${context.vai} start`);
}
