import type { Command } from 'commander';

import { sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';

export function addRecover(program: Command, context: CliContext): void {
  program
    .command('recover')
    .description('Brings a session back that does not run any more. Does nothing to a healthy one.')
    .argument('<N>', 'session number', sessionArgument)
    .addHelpText('after', '\nExample:\n  vai recover 2')
    .action(async (session: number) => {
      const outcome = await context.withBridge((bridge) => bridge.recover(session));
      context.print(
        outcome === 'running'
          ? `Session ${session} is running; there was nothing to do`
          : `Success: Session ${session} is running again`,
      );
    });
}
