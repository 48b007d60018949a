import type { Command } from 'commander';

import type { CliContext } from '../context.ts';
import { alignColumns } from '../table.ts';

export function addListSessions(program: Command, context: CliContext): void {
  program
    .command('list-sessions')
    .alias('list-session')
    .description('Lists the sessions with their channels, agents and directories.')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExamples:\n  vai list-sessions\n  vai list-sessions --json')
    .action(async (options: { json?: true }) => {
      const sessions = await context.withBridge((bridge) => bridge.listSessions());
      if (options.json) context.printJson(sessions);
      else if (sessions.length === 0) context.print('There is no session yet. Add one: vai add-session <channel id>');
      else {
        const rows = sessions.map(({ number, channel, agent, workDir }) => [String(number), channel, agent, workDir]);
        context.print(...alignColumns([['N', 'CHANNEL', 'AGENT', 'DIRECTORY'], ...rows]));
      }
    });
}
