import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption, sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';

export function addRecover(program: Command, context: CliContext): void {
  const command = program
    .command('recover')
    .description('Brings a session back that does not run any more. Does nothing to a healthy one.')
    .addArgument(sessionArgument())
    .addOption(jsonOption())
    .action(async (session: number, options: { json?: true }) => {
      const outcome = await context.progress(`Recovering session ${session}`, (say) => {
        say('waiting for its agent to start');
        return context.withBridge((bridge) => bridge.recover(session));
      });
      if (options.json) context.printJson({ session, outcome } satisfies Output<'recover'>);
      else if (outcome === 'running') context.print(`Session ${session} is running; there was nothing to do`);
      else context.print(`Success: Session ${session} is running again`);
    });
  explain(command, {
    notes: [
      'Starts a session that is lost, failed or stopped (also on request), with its history where the agent has it.',
      'With `--json`: `session`, and `outcome`: `running` (there was nothing to do) or `restarted`.',
    ],
    examples: ['vai recover 2'],
  });
}
