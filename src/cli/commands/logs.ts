import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { countArgument, sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { LogFile } from '../log-file.ts';
import { prettyLogLine, sessionOfLogLine } from '../log-line.ts';

interface Options {
  readonly follow?: true;
  readonly lines: number;
  readonly json?: true;
}

const lookEveryMs = 250;

export function addLogs(program: Command, context: CliContext): void {
  program
    .command('logs')
    .description("Shows the bridge's log, or what in it is about one session.")
    .argument('[N]', 'session number', sessionArgument)
    .option('-f, --follow', 'go on as lines are written; end with Ctrl-C')
    .option('-n, --lines <LINES>', 'how many of the last lines', countArgument, 50)
    .option('--json', 'the lines as they are in the file')
    .addHelpText('after', '\nExamples:\n  vai logs\n  vai logs 1 -f\n  vai logs -n 500 --json')
    .action((session: number | undefined, options: Options) => showLogs(context, session, options));
}

async function showLogs(context: CliContext, session: number | undefined, options: Options): Promise<void> {
  const file = new LogFile(context.paths.bridgeLog);
  const wanted = (line: string): boolean => session === undefined || sessionOfLogLine(line) === session;
  const print = (line: string): void => {
    if (options.json) process.stdout.write(`${line}\n`);
    else context.print(prettyLogLine(line));
  };

  const last = file.last(options.lines, wanted);
  if (last === undefined && !options.follow) {
    throw new BridgeError('no-log', `There is no log yet at ${context.paths.bridgeLog}.`, {
      advice: 'It appears with the first start: vai start',
    });
  }
  for (const line of last ?? []) print(line);
  if (last?.length === 0 && session !== undefined) context.note(`The log has no line about session ${session}.`);
  while (options.follow) {
    await context.clock.sleep(lookEveryMs);
    for (const line of file.news().filter(wanted)) print(line);
  }
}
