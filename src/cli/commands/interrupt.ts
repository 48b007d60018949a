import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption, sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';

export function addInterrupt(program: Command, context: CliContext): void {
  const command = program
    .command('interrupt')
    .description("Stops what a session's agent works on. The agent stays, and the next message in its queue follows.")
    .addArgument(sessionArgument())
    .addOption(jsonOption())
    .action(async (session: number, options: { json?: true }) => {
      const outcome = await context.progress(`Interrupting session ${session}`, (say) => {
        say('waiting for its agent to stop');
        return context.withBridge((bridge) => bridge.interrupt(session));
      });
      if (options.json) context.printJson({ session, outcome } satisfies Output<'interrupt'>);
      else if (outcome === 'idle') context.print(`Session ${session} is idle; there was nothing to stop`);
      else context.print(`Success: Session ${session} was interrupted`);
    });
  explain(command, {
    notes: [
      'As Esc at the terminal. The channel is told, and the messages of the stopped turn get a ❌. A permission, question or plan that is open is declined by it; a dialog about trust or a login is left alone.',
      'With `--json`: `session`, and `outcome`: `interrupted` or `idle` (there was nothing to stop).',
    ],
    examples: ['vai interrupt 1'],
  });
}
