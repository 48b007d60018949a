import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption, sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';

export function addRemoveSession(program: Command, context: CliContext): void {
  const command = program
    .command('remove-session')
    .description("Ends a session's agent and takes its channel off the map. Its files stay.")
    .addArgument(sessionArgument())
    .addOption(jsonOption())
    .action(async (session: number, options: { json?: true }) => {
      await context.progress(`Removing session ${session}`, (say) => {
        say('waiting for its agent to end');
        return context.withBridge((bridge) => bridge.removeSession(session));
      });
      if (options.json) context.printJson({ removed: session } satisfies Output<'remove-session'>);
      else context.print(`Success: Session ${session} removed; its files are kept`);
    });
  explain(command, {
    notes: [
      'The files of the session stay, and its number is not given again. Messages that still waited are answered with the reason.',
    ],
    examples: ['vai remove-session 3'],
  });
}
