import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { tableLines } from '../table.ts';

export function addListSessions(program: Command, context: CliContext): void {
  const command = program
    .command('list-sessions')
    .alias('list-session')
    .description('Lists the sessions with their channels, agents and directories.')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const sessions = await context.withBridge((bridge) => bridge.listSessions());
      if (options.json) {
        context.printJson(sessions satisfies Output<'list-sessions'>);
        return;
      }
      if (sessions.length === 0) {
        context.print(`There is no session yet. Add one: ${context.vai} add-session <channel id>`);
        return;
      }
      const head = ['N', 'CHANNEL', 'NAME', 'AGENT', 'DIRECTORY'];
      const rows = sessions.map(({ number, channel, channelName, agent, workDir }) => [
        String(number),
        channel,
        channelName === undefined ? '-' : `#${channelName}`,
        agent,
        workDir,
      ]);
      context.print(...tableLines(head, rows, { width: context.columns, flexible: [4, 2] }));
    });
  explain(command, {
    notes: [
      'The name of a channel is shown as soon as the chat has told it.',
      'With `--json`: a list of objects with `number`, `channel`, `channelName` (when it is known), `workDir` and `agent`.',
    ],
    examples: ['vai list-sessions', ['vai list-sessions --json | jq -r .[].workDir', 'for programs']],
  });
}
