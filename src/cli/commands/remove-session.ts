import type { Command } from 'commander';

import { sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';

export function addRemoveSession(program: Command, context: CliContext): void {
  program
    .command('remove-session')
    .description("Ends a session's agent and takes its channel off the map. Its files stay.")
    .argument('<N>', 'session number', sessionArgument)
    .addHelpText('after', '\nExample:\n  vai remove-session 3')
    .action(async (session: number) => {
      await context.withBridge((bridge) => bridge.removeSession(session));
      context.print(`Success: Session ${session} removed; its files are kept`);
    });
}
