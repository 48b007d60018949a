import { Argument } from 'commander';
import type { Command } from 'commander';

import { localDay } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { parseSessionNumber } from '../../model/session.ts';
import { readCount } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError, visible } from '../failure.ts';
import { explain } from '../manual.ts';

interface Options {
  readonly follow?: true;
  readonly lines: number;
  readonly json?: true;
}

const lookEveryMs = 250;
const logNames = ['bridge', 'start'];

export function addLogs(program: Command, context: CliContext): void {
  const what = new Argument('[what]', 'session number: the log about it; bridge (default) or start: that log');
  const command = program
    .command('logs')
    .description("Shows the bridge's log, or that about one session.")
    .addArgument(hinted(what, 'sessions', logNames))
    .option('-f, --follow', 'go on as lines are written; end with Ctrl-C')
    .option('-n, --lines <LINES>', 'how many of the last lines', readCount, 50)
    .option('--json', 'the lines as they are in the file')
    .action((wanted: string | undefined, options: Options) => showLogs(context, wanted ?? 'bridge', options));
  explain(command, {
    alone: true,
    notes: [
      'Reads the files, so it works while the bridge is not running. `start` is what the bridge said at its last start before its log was open.',
      'A log is a new file each day and at 10 MB: `-n` reads as far back as they go, `-f` goes on from one to the next.',
      'With `--json`: one object in each line, `level` and `time` as pino writes them.',
    ],
    examples: [
      'vai logs',
      ['vai logs 1 -f', 'of session 1, and go on'],
      ['vai logs -n 500 --json', 'as they are in the file'],
    ],
  });
}

async function showLogs(context: CliContext, wanted: string, options: Options): Promise<void> {
  const session = parseSessionNumber(wanted);
  if (session === undefined && !logNames.includes(wanted)) {
    throw usageError(
      `"${wanted}" is neither a session number nor the name of a log.`,
      `Use a number (1, 2, 3 ...), or: ${logNames.join(', ')}.`,
    );
  }
  const [{ LogFile }, { RolledLog }, { prettyLogLine }] = await Promise.all([
    import('../log-file.ts'),
    import('../rolled-log.ts'),
    import('../log-line.ts'),
  ]);
  const { logs, bridgeLog } = context.paths;
  const name = session === undefined ? wanted : `session_${session}`;
  const today = (): string => localDay(context.clock.now());
  const file = wanted === 'start' ? new LogFile(context.startLog) : new RolledLog(logs, name, today);
  const print = (line: string): void => {
    // The bridge's own lines have nothing that steers a terminal; what somebody else wrote there may.
    if (options.json) process.stdout.write(`${visible(line)}\n`);
    else context.print(prettyLogLine(line));
  };

  const last = file.last(options.lines);
  if (last === undefined && !options.follow) {
    // The bridge has a log, and nothing about this session in it.
    if (session !== undefined && new RolledLog(logs, 'bridge', today).last(0) !== undefined) {
      context.note(`There is no line about session ${session} in the logs.`);
      return;
    }
    throw new BridgeError('no-log', `There is no log yet at ${wanted === 'start' ? context.startLog : bridgeLog}.`, {
      advice: 'It appears with the first start: vai start',
    });
  }
  for (const line of last ?? []) print(line);
  while (options.follow) {
    await context.clock.sleep(lookEveryMs);
    for (const line of file.news()) print(line);
  }
}
