import type { Command } from 'commander';

import type { CliContext } from '../context.ts';

export function addPair(program: Command, context: CliContext): void {
  program
    .command('pair')
    .description('Makes you the owner of the bridge in Discord: gives a code that you type to the bot.')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  vai pair')
    .action(async (options: { json?: true }) => {
      const { code, expires } = await context.withBridge((bridge) => bridge.pair());
      if (options.json) context.printJson({ code, expires });
      else {
        context.print(
          'Type this as a message to the bot in Discord (a direct message, or a channel that it can read):',
          '',
          `  ${code}`,
          '',
          `Whoever types it first becomes the owner. It is valid until ${expires}.`,
        );
      }
    });
}
